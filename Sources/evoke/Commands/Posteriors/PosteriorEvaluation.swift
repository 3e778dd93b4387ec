import PosteriorEstimation

/// How well a posterior does on pairs that it was not trained on.
struct PosteriorEvaluation {
  /// Levels of coverage that are told.
  static let levels = [0.5, 0.8, 0.9, 0.95]

  let model: PosteriorModel
  let runs: PosteriorRuns
  /// Log of the posterior density of each truth, shape `[run]`.
  let logDensities: [Double]
  let calibration: SimulationBasedCalibration
  let contraction: PosteriorContraction
  /// Of regions of highest density.
  let coverage: ExpectedCoverage
  let tarp: TARP

  /// Draws for every observation and judges.
  ///
  /// - Parameters:
  ///   - observed: Observations with their truths.
  ///   - drawCount: Draws of each.
  ///   - progress: Told how much is done, from 0 to 1.
  /// - Throws: ``PosteriorError``, ``DiagnosticError``.
  init(
    _ observed: Observations, drawCount: Int, seed: UInt64, threads: Int, progress: (Double) -> Void
  ) throws {
    model = observed.model
    guard let truth = observed.truth else {
      throw PosteriorError(
        code: .shapeDiffers,
        message: "there is no /theta with the parameters of the posterior; evaluation needs to know what is true")
    }
    let data = observed.values
    let drawn = try model.draws(drawCount, given: data, seed: seed, threads: threads, progress: progress)
    logDensities = try model.logDensity(of: truth, given: data, threads: threads)
    if let excluded = logDensities.firstIndex(of: -.infinity) {
      throw PosteriorError(
        code: .outsidePrior,
        message: "the prior of the posterior excludes the parameters of observation \(excluded) (counted from 0); "
          + "test with pairs of the same prior")
    }
    runs = try PosteriorRuns(truths: truth, draws: drawn.values, parameterCount: model.space.count, threads: threads)
    calibration = SimulationBasedCalibration(RankStatistics(runs, seed: seed, threads: threads))
    contraction = try PosteriorContraction(runs, priorVariances: model.space.freePrior.variance, threads: threads)
    coverage = try ExpectedCoverage.highestDensity(truths: logDensities, draws: drawn.logDensity)
    tarp = try TARP(runs, seed: seed, threads: threads)
  }
}
