import Foundation
import TestSupport
import Testing

/// What NumPy and SciPy make of processes, normals and an epoch (`sensor_noise.py`).
struct NoiseReference: Decodable {
  struct Process: Decodable, CustomTestStringConvertible {
    let coefficients: [Double]
    let autocovariances: [Double]
    let innovation: Double
    let frequencies: [Double]
    let density: [Double]
    var testDescription: String { "\(coefficients)" }
  }
  struct Stream: Decodable {
    let seed: UInt64
    let stream: UInt32
    let simulation: UInt32
    let purpose: String
    let firstBlock: UInt32
    let normals: [Double]
  }
  struct Epoch: Decodable {
    let seed: UInt64
    let simulation: Int
    let taps: [Double]
    let covariances: [[[Double]]]
    let coefficients: [[Double]]
    let values: [[Double]]
  }
  struct Shrinkage: Decodable {
    let pieces: [Double]
    let independent: Double
  }
  let processes: [Process]
  let streams: [Stream]
  let epoch: Epoch
  let shrinkage: Shrinkage

  static func load() throws -> NoiseReference {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(
      NoiseReference.self, from: Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("sensor_noise.json"))))
  }
}

func largestDifference(_ first: some Sequence<Double>, _ second: some Sequence<Double>) -> Double {
  zip(first, second).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

/// Sums of outer products, to compare samples with their law.
struct SampleCovariance {
  let size: Int
  private(set) var count = 0
  private var sums: [Double]

  init(size: Int) {
    self.size = size
    sums = Array(repeating: 0, count: size * size)
  }

  /// Adds a sample of mean zero.
  mutating func add(_ sample: [Double]) {
    precondition(sample.count == size)
    count += 1
    sums.withUnsafeMutableBufferPointer { sums in
      sample.withUnsafeBufferPointer { sample in
        for row in 0..<size {
          for column in 0...row { sums[row * size + column] += sample[row] * sample[column] }
        }
      }
    }
  }

  /// Deviations from a law, in standard errors of a Gaussian sample: (r r + r c)^½ / N^½ for each element.
  ///
  /// - Parameter expected: Lower triangle of the law, by row and column.
  func deviations(from expected: (Int, Int) -> Double) -> [Double] {
    var result: [Double] = []
    for row in 0..<size {
      for column in 0...row {
        let value = expected(row, column)
        let variance = expected(row, row) * expected(column, column) + value * value
        result.append((sums[row * size + column] / Double(count) - value) / (variance / Double(count)).squareRoot())
      }
    }
    return result
  }
}

extension [Double] {
  var largestMagnitude: Double { reduce(0) { Swift.max($0, abs($1)) } }
  var rootMeanSquare: Double { (reduce(0) { $0 + $1 * $1 } / Double(count)).squareRoot() }
}

/// A covariance of channels far from diagonal, from a seed.
func randomCovariance(_ count: Int, rank: Int? = nil, seed: UInt64) -> [Double] {
  var generator = SplitMix64(seed: seed)
  let columns = rank ?? count + 2
  let factor = (0..<(count * columns)).map { _ in Double.random(in: -1...1, using: &generator) }
  return (0..<(count * count)).map { index in
    let (row, column) = (index / count, index % count)
    return (0..<columns).reduce(0) { $0 + factor[row * columns + $1] * factor[column * columns + $1] }
  }
}
