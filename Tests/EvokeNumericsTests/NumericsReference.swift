import Foundation
import TestSupport

/// Streams and points that `random_streams.py` computed from their description.
struct StreamReference: Decodable {
  struct Stream: Decodable {
    let seed: UInt64
    let simulation: Int
    let purpose: String
    let positions: [UInt64]
    let bits: [UInt64]
    let uniform: [Double]
    let float: [Float]
    let normal: [Double]
    /// First draws below 1, 2, 6, 1000, 2^62 + 1 and 2^63 - 1.
    let integers: [Int]
    let order: [Int]
  }
  struct Scrambled: Decodable {
    let seed: UInt64
    /// Shape `[index, dimension]`.
    let points: [[Double]]
  }
  let streams: [Stream]
  /// Digits of SciPy's first 64 points in 24 dimensions.
  let sobol: [[UInt32]]
  /// Sums over 4096 points of digits times one more than the index, by dimension.
  let sobolSums: [UInt64]
  /// Digits of point 1,234,567.
  let sobolFar: [UInt32]
  let owen: [Scrambled]

  private enum CodingKeys: String, CodingKey {
    case streams, sobol, owen
    case sobolSums = "sobol_sums"
    case sobolFar = "sobol_1234567"
  }

  static func load() throws -> StreamReference {
    try JSONDecoder().decode(
      StreamReference.self, from: Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("random_streams.json"))))
  }
}

/// What mpmath and SciPy make of functions and priors (`priors.py`).
struct PriorReference: Decodable {
  struct Truncated: Decodable {
    let mean: Double
    let scale: Double
    let lower: Double?
    let upper: Double?
    let quantiles: [Double]
    let average: Double
    let variance: Double
    let points: [Double]
    let logDensities: [Double]
  }
  struct Simple: Decodable {
    let points: [Double]
    let logDensities: [Double]
    let average: Double
    let variance: Double
  }
  struct Correlated: Decodable {
    let mean: [Double]
    let covariance: [[Double]]
    let points: [[Double]]
    let logDensities: [Double]
    let shares: [[Double]]
    let draws: [[Double]]
  }
  /// Pairs of argument and value.
  let functions: [String: [[Double]]]
  let shares: [Double]
  let truncated: [Truncated]
  let simple: [Simple]
  let correlated: [Correlated]

  static func load() throws -> PriorReference {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(
      PriorReference.self, from: Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("priors.json"))))
  }
}

/// The error relative to an expected value; infinite when only one of both is finite or is zero.
func relativeError(_ value: Double, _ expected: Double) -> Double {
  if value == expected { return 0 }
  let error = abs(value - expected) / abs(expected)
  return error.isNaN ? .infinity : error
}

/// Mean, variance, skewness and excess kurtosis.
func moments(_ values: [Double]) -> (mean: Double, variance: Double, skewness: Double, kurtosis: Double) {
  let count = Double(values.count)
  let mean = values.reduce(0, +) / count
  var (second, third, fourth) = (0.0, 0.0, 0.0)
  for value in values {
    let square = (value - mean) * (value - mean)
    second += square
    third += square * (value - mean)
    fourth += square * square
  }
  let variance = second / count
  return (
    mean, variance, third / count / (variance * variance.squareRoot()), fourth / count / (variance * variance) - 3
  )
}

/// The correlation of two lists.
func correlation(_ first: [Double], _ second: [Double]) -> Double {
  let (a, b) = (moments(first), moments(second))
  let product = zip(first, second).reduce(0) { $0 + ($1.0 - a.mean) * ($1.1 - b.mean) }
  return product / Double(first.count) / (a.variance * b.variance).squareRoot()
}
