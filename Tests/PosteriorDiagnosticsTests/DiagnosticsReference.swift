import Foundation
import TestSupport

/// What SciPy, scikit-learn and NumPy computed: `fixtures/generate/diagnostics.py`.
struct DiagnosticsReference: Decodable {
  struct Uniformity: Decodable {
    let values: [Double]
    let distance, p: Double
    let bins: Int
    let chiSquare, chiSquareP: Double
  }
  struct Band: Decodable {
    let count, cells: Int
    let level: Double
    let lower, upper: [Double]
    let coverage: Double
  }
  struct Kernel: Decodable {
    let dimensions: Int
    let first, second: [Double]
    let median, value: Double
  }
  struct Distance: Decodable {
    let dimensions: Int
    let samples, others: [Double]
    let shrinkage: Double
    let covariance, distances: [Double]
  }
  struct RandomPoints: Decodable {
    let parameters: Int
    let truths, draws, references: [Double]
    let nearer, ranks: [Int]
  }
  struct Marginal: Decodable {
    let draws: [Double]
    let mean, median: Double
    let deviation: Double?
    /// Level, both ends of the central interval, both ends of the shortest one.
    let rows: [[Double]]
  }
  let uniformity: [Uniformity]
  /// Covered, runs, confidence, both ends.
  let wilson: [[Double]]
  let bands: [Band]
  let kernels: [Kernel]
  let distances: [Distance]
  let randomPoints: RandomPoints
  let marginals: [Marginal]

  static func load() throws -> DiagnosticsReference {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(
      DiagnosticsReference.self,
      from: Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("diagnostics.json"))))
  }
}
