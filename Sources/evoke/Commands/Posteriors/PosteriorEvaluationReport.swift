import EvokeNumerics
import Foundation
import InverseModels
import PosteriorEstimation

/// What `evaluate` prints of a posterior.
struct PosteriorEvaluationReport: Encodable {
  struct Parameter: Encodable {
    let name: String
    let unit: String
    /// Of posterior means and truths.
    let pearson: Double?
    let contraction: Double
    let z_score: Double
    let sbc_p: Double
    let ks_p: Double
    let coverage: [Double]
  }

  struct Coverage: Encodable {
    let level: Double
    let share: Double
    let interval_95: [Double]
  }

  let weights: String
  let data: String
  let model: String
  let estimator: String
  let embedding: String
  let ensemble: Int
  let simulations: Int
  let draws: Int
  let noise_level: Double?
  let mean_log_prob: Double
  let parameters: [Parameter]
  let expected_coverage: [Coverage]
  let expected_coverage_p: Double
  let tarp_p: Double
  let miscalibrated: [String]

  init(weights: PosteriorFile, data: String, noiseLevel: Double?, _ evaluation: PosteriorEvaluation) {
    (self.weights, self.data, noise_level) = (weights.path, data, noiseLevel)
    model = PosteriorConfiguration.modelName
    estimator = weights.configuration.density.kind.rawValue
    (embedding, ensemble) = (weights.configuration.embedding.kind.rawValue, weights.configuration.ensemble)
    let (runs, calibration, contraction) = (evaluation.runs, evaluation.calibration, evaluation.contraction)
    (simulations, draws) = (runs.runCount, runs.drawCount)
    mean_log_prob = evaluation.logDensities.reduce(0, +) / Double(runs.runCount)
    let d = runs.parameterCount
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    func column(_ values: [Double], _ parameter: Int) -> [Double] {
      stride(from: parameter, to: values.count, by: d).map { values[$0] }
    }
    let found = evaluation.model.space.parameters
    parameters = found.enumerated().map { number, parameter in
      let r = Correlation.pearson(column(contraction.means, number), column(runs.truths, number))
      let central = calibration.ranks.centralCoverage(of: number)
      return Parameter(
        name: parameter.name, unit: parameter.unit, pearson: r.isFinite ? r : nil,
        contraction: mean(contraction.contractions(of: number)), z_score: mean(contraction.zScores(of: number)),
        sbc_p: calibration.pValue(of: number), ks_p: calibration.kolmogorovSmirnov[number].adjustedPValue,
        coverage: PosteriorEvaluation.levels.map { central.coverage(at: $0).share })
    }
    expected_coverage = PosteriorEvaluation.levels.map { level in
      let share = evaluation.coverage.coverage(at: level)
      return Coverage(level: level, share: share.share, interval_95: [share.lower, share.upper])
    }
    expected_coverage_p = evaluation.coverage.uniformity.pValue
    tarp_p = evaluation.tarp.coverage.uniformity.pValue
    miscalibrated = calibration.miscalibrated().map { found[$0].name }
  }

  /// What was judged, on what, without folders.
  var subtitle: String {
    let files = [weights, data].map { Formatting.printable(($0 as NSString).lastPathComponent) }
    return "\(files[0]), \(simulations) simulations of \(files[1]), \(draws) draws each"
  }

  /// A table for people.
  func lines() -> [String] {
    func right(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    func cell(_ value: Double?, _ format: String = "%.3f") -> String { value.map { String(format: format, $0) } ?? "-" }
    func left(_ text: String, _ width: Int) -> String { text.padding(toLength: width, withPad: " ", startingAt: 0) }
    let width = max(9, parameters.map(\.name.count).max() ?? 0)
    let levels = PosteriorEvaluation.levels.map { right(String(format: "%.0f %%", 100 * $0), 7) }.joined()
    var lines = [
      "\(weights): \(model), \(estimator), embedding \(embedding)\(ensemble > 1 ? ", ensemble of \(ensemble)" : ""), "
        + "\(simulations) simulations of \(data), \(draws) draws each",
      "  \(left("parameter", width))       r  contraction       z   SBC p  central intervals hold the truth:",
      "  \(left("", width))                                      \(levels)",
    ]
    for parameter in parameters {
      lines.append(
        "  \(left(Formatting.printable(parameter.name), width))" + right(cell(parameter.pearson), 8)
          + right(cell(parameter.contraction), 13) + right(cell(parameter.z_score, "%.2f"), 8)
          + right(cell(parameter.sbc_p), 8) + parameter.coverage.map { right(cell($0), 7) }.joined())
    }
    lines.append(
      "  regions of highest density hold the truth: "
        + expected_coverage.map { coverage in
          String(
            format: "%.0f %%: %.3f (%.3f to %.3f)", 100 * coverage.level, coverage.share, coverage.interval_95[0],
            coverage.interval_95[1])
        }.joined(separator: ", "))
    lines.append(
      "  uniform: highest density p \(cell(expected_coverage_p)), TARP p \(cell(tarp_p)); mean log density of the truth "
        + cell(mean_log_prob, "%.4g"))
    lines.append(
      miscalibrated.isEmpty
        ? "  ranks do not tell that any parameter is miscalibrated (5 %)"
        : "  miscalibrated (5 %): \(miscalibrated.map(Formatting.printable).joined(separator: ", "))")
    return lines
  }
}
