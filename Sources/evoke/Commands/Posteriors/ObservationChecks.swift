import EEGArchive
import Foundation
import PosteriorEstimation

/// What tells whether posteriors of observations mean anything: whether the training had such data, and whether the
/// simulator makes such data with what was drawn.
struct ObservationChecks {
  /// The file of the observations.
  let path: String
  /// Observations, k.
  let count: Int
  /// One an observation; none where the weights do not say what the training looked like.
  private(set) var scores: [OutOfDistribution.Score] = []
  /// All observations together against held-out pairs; nil for few of them.
  private(set) var set: KernelTest?
  /// Of the first observations; none where nobody asked.
  private(set) var predictions: [PosteriorPrediction] = []

  /// Observations that are predicted, at most.
  static let mostPredicted = 20
  /// Observations that remarks are made of, at most.
  private static let mostNamed = 10

  /// Scores observations.
  ///
  /// - Throws: `PosteriorError`, `DiagnosticError`.
  init(
    _ observations: [Float], of path: String, model: PosteriorModel, typicality: Typicality?, seed: UInt64, threads: Int
  ) throws {
    self.path = path
    count = observations.count / model.preparation.valueCount
    guard let typicality else { return }
    let contexts = try model.contexts(of: observations, threads: threads)
    scores = try typicality.scores(of: contexts, threads: threads)
    guard count >= Typicality.leastOfSet, typicality.heldOut.count >= Typicality.leastOfSet else { return }
    set = try typicality.discrepancy(of: contexts, seed: seed, threads: threads)
  }

  /// Simulates with draws of the first observations.
  ///
  /// - Throws: The errors of the simulator; `PosteriorError`, `DiagnosticError`.
  mutating func predict(
    _ observations: [Float], draws: PosteriorDraws, count wanted: Int, model: PosteriorModel, simulator: AnySimulator,
    first: Int, threads: Int
  ) throws {
    let chosen = min(count, Self.mostPredicted)
    let bar = ProgressBar("simulating")
    defer { bar.finish() }
    predictions = try model.predictions(
      of: Array(observations[..<(chosen * model.preparation.valueCount)]), draws: draws.first(chosen), count: wanted,
      simulator: simulator, first: first, threads: threads, progress: bar.update)
  }

  /// The observation as the subject of a sentence.
  private func name(_ observation: Int) -> String {
    "\(path): " + (count == 1 ? "the observation" : "observation \(observation + 1)")
  }

  /// Where results of the observation belong: the file, if there is no other one in it.
  private func place(_ observation: Int) -> String { count == 1 ? path : name(observation) }

  /// Results for people, one line an observation that was predicted, and one of the set.
  var lines: [String] {
    var lines = predictions.enumerated().compactMap { observation, prediction -> String? in
      guard let check = prediction.check else { return nil }
      return String(
        format: "%@: predictive p %.3g, %.0f %% of the values inside the %.0f %% band", place(observation),
        check.fits[0].pValue, 100 * check.fits[0].insideShare, 100 * check.level)
    }
    if let set, let p = set.pValue {
      lines.append(
        String(
          format: "%@: %d observations against held-out simulations: MMD² %.3g, p %.3g", path, count,
          set.squaredDiscrepancy, p))
    }
    return lines
  }

  /// Reasons to mistrust posteriors, for people.
  var warnings: [String] {
    let strange = scores.indices.filter { scores[$0].pValue < Typicality.strangeLevel }
    var warnings = strange.prefix(Self.mostNamed).map { observation in
      String(
        format:
          "%@ is unlike the simulations that the posterior was trained on (Mahalanobis distance %.3g, p %.2g); its "
          + "posterior may mean nothing", name(observation), scores[observation].distance, scores[observation].pValue)
    }
    if strange.count > Self.mostNamed {
      warnings.append("\(path): \(strange.count - Self.mostNamed) more observations are unlike them")
    }
    if let set, let p = set.pValue, p < Typicality.strangeLevel {
      warnings.append(
        String(format: "%@: as a set, the observations are unlike the simulations of the training (p %.2g)", path, p))
    }
    for (observation, prediction) in predictions.enumerated() {
      guard let check = prediction.check else {
        warnings.append(
          "\(name(observation)) has no predictive check: \(prediction.failed) of \(prediction.simulations) simulations "
            + "failed")
        continue
      }
      guard check.fits[0].pValue < Typicality.strangeLevel else { continue }
      warnings.append(
        String(
          format: "%@: the model does not make such data with any parameters that were drawn (predictive p %.2g)",
          place(observation), check.fits[0].pValue))
    }
    if !predictions.isEmpty, count > predictions.count {
      warnings.append("\(path): data are predicted of the first \(predictions.count) observations of \(count)")
    }
    return warnings
  }

  /// Prints results and warnings.
  func tell() {
    lines.forEach(Console.print)
    warnings.forEach(Console.note)
  }

  /// What an archive keeps.
  var diagnostics: PosteriorArchive.Diagnostics {
    var diagnostics = PosteriorArchive.Diagnostics()
    if !scores.isEmpty {
      diagnostics.mahalanobisDistance = scores.map(\.distance)
      diagnostics.outOfDistributionP = scores.map(\.pValue)
    }
    if !predictions.isEmpty {
      func all(_ value: (PredictiveCheck.Fit) -> Double) -> [Double] {
        predictions.map { $0.check.map { value($0.fits[0]) } ?? .nan }
          + Array(repeating: .nan, count: count - predictions.count)
      }
      diagnostics.predictiveP = all(\.pValue)
      diagnostics.predictiveInsideShare = all(\.insideShare)
    }
    return diagnostics
  }

  /// Bands that an archive keeps; nil where there are none.
  ///
  /// - Parameter size: Values of an observation as the archive has it, which may have fewer records than the model knows.
  func predictive(size: Int) -> PosteriorArchive.Predictive? {
    guard let one = predictions.lazy.compactMap(\.check).first else { return nil }
    func all(_ values: (PredictiveCheck) -> [Double]) -> [Double] {
      predictions.flatMap { $0.check.map { Array(values($0)[..<size]) } ?? Array(repeating: .nan, count: size) }
    }
    return PosteriorArchive.Predictive(
      level: one.level, lower: all(\.lower), median: all(\.median), upper: all(\.upper))
  }
}
