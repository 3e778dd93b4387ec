import Foundation
import PosteriorEstimation

/// What `c2st` prints.
struct ComparisonReport: Encodable {
  /// One observation's comparison.
  struct Score: Encodable {
    let observation: Int
    /// Mean over seeds.
    let c2st: Double
    let c2st_seeds: [Double]
    let mmd_squared: Double?
    let mmd_p_value: Double?

    init(observation: Int, accuracies: [Double], kernel: KernelTest?) {
      (self.observation, c2st_seeds) = (observation, accuracies)
      c2st = accuracies.reduce(0, +) / Double(accuracies.count)
      (mmd_squared, mmd_p_value) = (kernel?.squaredDiscrepancy, kernel?.pValue)
    }

    /// Standard deviation over seeds; nil for one.
    var deviation: Double? {
      guard c2st_seeds.count > 1 else { return nil }
      let squares = c2st_seeds.reduce(0) { $0 + ($1 - c2st) * ($1 - c2st) }
      return (squares / Double(c2st_seeds.count - 1)).squareRoot()
    }
  }

  let reference: String
  let samples: String
  let parameters: [String]
  /// Of each set.
  let draws: Int
  let seeds: [UInt64]
  let observations: [Score]
  let median_c2st: Double

  init(
    reference: String, samples: String, parameters: [String], draws: Int, seeds: [UInt64], observations: [Score]
  ) {
    (self.reference, self.samples, self.parameters) = (reference, samples, parameters)
    (self.draws, self.seeds, self.observations) = (draws, seeds, observations)
    let sorted = observations.map(\.c2st).sorted()
    let middle = sorted.count / 2
    median_c2st = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// The report for people: a line an observation, and the median of several.
  func lines() -> [String] {
    var lines = observations.map { score in
      var line = "observation \(score.observation): C2ST \(String(format: "%.4f", score.c2st))"
      if let deviation = score.deviation {
        line += String(format: " ± %.4f", deviation) + " over \(seeds.count) seeds"
      }
      if let squared = score.mmd_squared {
        line += String(format: ", MMD² %.3g", squared)
        if let p = score.mmd_p_value { line += String(format: ", p %.3g", p) }
      }
      return line
    }
    if observations.count > 1 {
      lines.append("median over \(observations.count) observations: C2ST \(String(format: "%.4f", median_c2st))")
    }
    return lines
  }
}
