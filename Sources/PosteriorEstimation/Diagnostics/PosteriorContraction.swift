/// How far posteriors are from the truth, and how much narrower than the prior they are.
///
/// Source: Betancourt 2018, "Calibrating model-based inferences and decisions", arXiv 1803.08393; Schad, Betancourt and
/// Vasishth 2021, "Toward a principled Bayesian workflow in cognitive science", Psychological Methods 26, 103-126.
public struct PosteriorContraction: Hashable, Sendable {
  /// Number of runs.
  public let runCount: Int
  /// Number of parameters.
  public let parameterCount: Int
  /// Mean of the draws, shape `[run, parameter]`.
  public let means: [Double]
  /// Variance of the draws (divisor: draws - 1), shape `[run, parameter]`.
  public let variances: [Double]
  /// (mean - truth) / standard deviation, shape `[run, parameter]`: of mean 0 and variance near 1 over calibrated runs.
  ///
  /// For draws that are all the same it is ±∞, or 0 if they equal the truth.
  public let zScores: [Double]
  /// 1 - variance of the draws / variance of the prior, shape `[run, parameter]`: 1 for a parameter that the data
  /// determine, 0 for one of which they tell nothing, negative where a posterior is wider than the prior.
  public let contractions: [Double]

  /// Scores of all runs and parameters.
  ///
  /// - Parameters:
  ///   - runs: Truths and draws, of two draws at least.
  ///   - priorVariances: Of each parameter, `[parameter]`; those of the truths if nil.
  ///   - threads: Threads that share the runs; the result does not depend on them.
  /// - Throws: ``DiagnosticError``, code `tooFewSamples` for one draw a run, or one run without prior variances;
  ///   `shapeDiffers` for another number of prior variances, `noSpread` for one that is not above 0.
  public init(
    _ runs: PosteriorRuns, priorVariances: [Double]? = nil, threads: Int = 1
  ) throws(DiagnosticError) {
    let (d, n) = (runs.parameterCount, runs.drawCount)
    guard n > 1 else {
      throw DiagnosticError(code: .tooFewSamples, message: "one draw a run has no variance; draw more")
    }
    guard runs.runCount > 1 || priorVariances != nil else {
      throw DiagnosticError(
        code: .tooFewSamples, message: "the truth of one run has no variance; give the variances of the prior")
    }
    let truths = try SampleSet(runs.truths, dimensions: d)
    let prior = priorVariances ?? truths.moments().deviations.map { $0 * $0 }
    guard prior.count == d else {
      throw DiagnosticError(
        code: .shapeDiffers, message: "\(prior.count) prior variances are not one for each of \(d) parameters")
    }
    if let parameter = prior.firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
      throw DiagnosticError(
        code: .noSpread,
        message: "the prior variance of parameter \(parameter) (counted from 0) is \(prior[parameter]); contraction is "
          + "measured against a variance above 0")
    }
    let moments = runs.map(threads: threads) { _, _, draws in
      (0..<d).map { k -> Moments in
        // The first draw as origin, so that large means cost no digits.
        let origin = draws[k]
        var (sum, squares) = (0.0, 0.0)
        for place in stride(from: k, to: draws.count, by: d) {
          let difference = draws[place] - origin
          sum += difference
          squares += difference * difference
        }
        let shift = sum / Double(n)
        return Moments(mean: origin + shift, variance: max(0, squares - sum * shift) / Double(n - 1))
      }
    }.flatMap(\.self)
    (runCount, parameterCount) = (runs.runCount, d)
    means = moments.map(\.mean)
    variances = moments.map(\.variance)
    zScores = moments.indices.map { place in
      let error = moments[place].mean - runs.truths[place]
      return error == 0 ? 0 : error / moments[place].variance.squareRoot()
    }
    contractions = moments.indices.map { 1 - moments[$0].variance / prior[$0 % d] }
  }

  /// z-scores of one parameter, `[run]`.
  public func zScores(of parameter: Int) -> [Double] { column(parameter, of: zScores) }

  /// Contractions of one parameter, `[run]`.
  public func contractions(of parameter: Int) -> [Double] { column(parameter, of: contractions) }

  private func column(_ parameter: Int, of values: [Double]) -> [Double] {
    precondition((0..<parameterCount).contains(parameter), "parameters have numbers from 0 on")
    return stride(from: parameter, to: values.count, by: parameterCount).map { values[$0] }
  }

  private struct Moments: Sendable {
    let mean: Double
    let variance: Double
  }
}
