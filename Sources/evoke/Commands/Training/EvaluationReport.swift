import Foundation
import InverseModels

/// What `evaluate` prints.
struct EvaluationReport: Encodable {
  struct Target: Encodable {
    let name: String
    let unit: String
    let pearson: Double?
    let pearson_95: [Double]?
    let spearman: Double?
    let r2: Double?
    let nrmse: Double?
    let mse: Double
    let mse_of_mean: Double
    let coverage_90: Double?
  }

  let weights: String
  let data: String
  let model: String
  let preset: String
  let split: String
  let simulations: Int
  let noise_level: Double?
  let mse: Double
  let mse_of_mean: Double
  let targets: [Target]

  init(
    weights: String, data: String, model: String, preset: String, split: String, noiseLevel: Double?,
    units: [String], evaluation: Evaluation
  ) {
    (self.weights, self.data, self.model, self.preset, self.split) = (weights, data, model, preset, split)
    (simulations, noise_level) = (evaluation.simulations.count, noiseLevel)
    (mse, mse_of_mean) = (evaluation.scaledError, evaluation.meanScaledError)
    func known(_ value: Double) -> Double? { value.isFinite ? value : nil }
    targets = zip(evaluation.scores, units).map { score, unit in
      let interval = [score.pearsonLower, score.pearsonUpper]
      return Target(
        name: score.name, unit: unit, pearson: known(score.pearson),
        pearson_95: interval.allSatisfy(\.isFinite) ? interval : nil, spearman: known(score.spearman),
        r2: known(score.rSquared), nrmse: known(score.normalizedError), mse: score.scaledError,
        mse_of_mean: score.meanScaledError, coverage_90: score.coverage)
    }
  }

  /// A table for people.
  func lines() -> [String] {
    func cell(_ value: Double?, _ format: String = "%.3f") -> String { value.map { String(format: format, $0) } ?? "-" }
    func right(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    let width = max(6, targets.map(\.name.count).max() ?? 0)
    let hasCoverage = targets.contains { $0.coverage_90 != nil }
    var lines = [
      "\(weights): \(model), preset \(preset), \(simulations) simulations (\(split)) of \(data)",
      "  " + "target".padding(toLength: width, withPad: " ", startingAt: 0)
        + "       r           95 %    rho     R2  NRMSE      MSE  MSE of mean" + (hasCoverage ? "  90 % covers" : ""),
    ]
    for target in targets {
      let interval = target.pearson_95.map { "\(cell($0[0]))...\(cell($0[1]))" } ?? "-"
      lines.append(
        "  " + Formatting.printable(target.name).padding(toLength: width, withPad: " ", startingAt: 0)
          + right(cell(target.pearson), 8) + right(interval, 15) + right(cell(target.spearman), 7)
          + right(cell(target.r2), 7) + right(cell(target.nrmse), 7) + right(cell(target.mse, "%.5f"), 9)
          + right(cell(target.mse_of_mean, "%.5f"), 13) + (hasCoverage ? right(cell(target.coverage_90), 13) : ""))
    }
    lines.append("  MSE \(cell(mse, "%.5f")), of the mean \(cell(mse_of_mean, "%.5f"))")
    return lines
  }
}
