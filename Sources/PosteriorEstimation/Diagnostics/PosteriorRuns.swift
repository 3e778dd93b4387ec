import ParallelLoops

/// Draws from the posteriors of several simulations (runs), and the parameters that each run was made with.
///
/// Whoever made the draws, a posterior is calibrated if the truth of a run looks like one more of its draws.
public struct PosteriorRuns: Sendable {
  /// The parameters that were true, drawn from the prior; shape `[run, parameter]`.
  public let truths: [Double]
  /// Draws from the posterior of each run, shape `[run, draw, parameter]`.
  public let draws: [Double]
  /// Number of parameters.
  public let parameterCount: Int
  /// Number of runs.
  public let runCount: Int
  /// Draws of each run.
  public let drawCount: Int

  /// Draws with the truths that belong to them.
  ///
  /// - Parameters:
  ///   - truths: Shape `[run, parameter]`.
  ///   - draws: Shape `[run, draw, parameter]`, as many draws for each run.
  ///   - parameterCount: Number of parameters, at least one.
  ///   - threads: Threads that share the check.
  /// - Throws: ``DiagnosticError``, code `shapeDiffers` if the numbers are no whole runs and draws, `tooFewSamples`
  ///   without a run or a draw, `notFinite` for a value that is infinite or not a number.
  public init(truths: [Double], draws: [Double], parameterCount: Int, threads: Int = 1) throws(DiagnosticError) {
    precondition(parameterCount > 0, "a posterior has a parameter")
    let runCount = truths.count / parameterCount
    guard truths.count % parameterCount == 0 else {
      throw DiagnosticError(
        code: .shapeDiffers,
        message: "\(truths.count) true values are no whole number of runs with \(parameterCount) parameters")
    }
    guard runCount > 0, !draws.isEmpty else {
      throw DiagnosticError(
        code: .tooFewSamples,
        message: "there are \(runCount) runs and \(draws.count) values of draws; a diagnostic needs runs with draws")
    }
    guard draws.count % truths.count == 0 else {
      throw DiagnosticError(
        code: .shapeDiffers,
        message: "\(draws.count) values of draws are not as many draws of \(parameterCount) parameters for each of "
          + "\(runCount) runs")
    }
    let drawCount = draws.count / truths.count
    let names = ["run", "draw", "parameter"]
    try Finite.check(truths, shape: [runCount, parameterCount], axes: ["run", "parameter"], of: "truths")
    try Finite.check(
      draws, shape: [runCount, drawCount, parameterCount], axes: names, of: "draws", threads: threads)
    (self.truths, self.draws, self.parameterCount) = (truths, draws, parameterCount)
    (self.runCount, self.drawCount) = (runCount, drawCount)
  }

  /// The true values of a parameter, shape `[run]`.
  func truths(of parameter: Int) -> [Double] {
    stride(from: parameter, to: truths.count, by: parameterCount).map { truths[$0] }
  }

  /// Makes one value for each run from its truth and its draws, on several threads.
  func map<Value: Sendable>(
    threads: Int,
    _ body: @Sendable (_ run: Int, _ truth: UnsafeBufferPointer<Double>, _ draws: UnsafeBufferPointer<Double>) -> Value
  ) -> [Value] {
    let (d, n) = (parameterCount, drawCount)
    return truths.withUnsafeBufferPointer { truths in
      draws.withUnsafeBufferPointer { draws in
        // Nobody writes: both buffers are only read.
        let (truths, draws) = (
          SharedMemory(UnsafeMutableBufferPointer(mutating: truths)),
          SharedMemory(UnsafeMutableBufferPointer(mutating: draws))
        )
        return mapPieces(runCount, threads: threads) { run in
          body(
            run, UnsafeBufferPointer(truths.part(run * d..<(run + 1) * d)),
            UnsafeBufferPointer(draws.part(run * n * d..<(run + 1) * n * d)))
        }
      }
    }
  }
}
