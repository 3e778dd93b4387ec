import EEGArchive
import EvokeNumerics
import Foundation
import InverseModels
import Report

extension PlotOptions {
  /// How a network was trained.
  ///
  /// - Throws: `FigureError`.
  func trainingFigure(of file: WeightsFile) throws -> TrainingFigure {
    let curve = file.archive.curve
    var options = try figureOptions()
    options.title = title ?? file.name
    var words = ["\(file.archive.parameterCount) parameters"]
    if let best = curve.bestEpoch {
      let loss = curve.validationLoss[best]
      let value = loss.isFinite ? String(format: " loss %.4g in", loss).replacing("-", with: "\u{2212}") : ""
      words.append("best validation\(value) epoch \(best + 1) of \(curve.trainingLoss.count)")
    }
    if file.archive.checkpoint != nil { words.append("unfinished") }
    return try TrainingFigure(
      TrainingFigure.Curve(
        training: curve.trainingLoss, validation: curve.validationLoss, learningRate: curve.learningRate,
        best: curve.bestEpoch),
      loss: file.hasDensity ? .negativeLogDensity : .meanSquaredError,
      subtitle: words.joined(separator: ", "), options: options)
  }

  /// Estimates against the truth.
  ///
  /// - Throws: `FigureError`.
  func estimatesFigure(of archive: EstimatesArchive) throws -> EstimatesFigure {
    let description = EstimatesDescription(archive)
    var options = try figureOptions()
    options.title = title ?? description.model
    let (n, d) = (archive.simulations.count, archive.targets.count)
    func column(_ values: [Double], _ target: Int) -> [Double] { (0..<n).map { values[$0 * d + target] } }
    let deviation = archive.deviation
    let targets = archive.targets.enumerated().map { number, target in
      let (truth, estimates) = (column(archive.truth, number), column(archive.estimate, number))
      let correlation = Correlation.pearson(estimates, truth)
      let (lower, upper) = Correlation.interval(of: correlation, count: n)
      return EstimatesFigure.Target(
        name: target.name, unit: target.unit, truth: truth, estimates: estimates,
        deviations: deviation.map { column($0, number) },
        score: EstimatesFigure.Score(
          correlation: correlation, lower: lower, upper: upper,
          determination: Correlation.determination(estimates: estimates, truth: truth)))
    }
    var order = Array(0..<n)
    var random = RandomStream(seed: seed ?? 1, simulation: 0, purpose: .drawnSimulations)
    random.shuffle(&order)
    return try EstimatesFigure(targets, order: order, subtitle: description.data, options: options)
  }
}

extension RandomPurpose {
  /// Which simulations a figure draws.
  fileprivate static let drawnSimulations = RandomPurpose("drawn simulations")
}
