import EvokeNumerics

/// Tests of accuracy with random points: how often balls around a random point, which hold a given share of a
/// posterior, hold the truth.
///
/// A run's position is the share of its draws that are nearer to its reference point than the truth is. Positions are
/// uniform for a calibrated posterior; if they are for every choice of reference points, the posterior is the true one.
/// No density is needed. Distances are Euclidean, in standard deviations of the truths.
///
/// Source: Lemos, Coogan, Hezaveh and Perreault-Levasseur 2023, "Sampling-based accuracy testing of posterior
/// estimators for general inference", ICML, PMLR 202, 19256-19273.
public struct TARP: Hashable, Sendable {
  /// Where reference points come from; they must not depend on the truth of their own run.
  public enum References: Hashable, Sendable {
    /// Truths of other runs, so draws of the prior: each run takes that of the next one in a seeded order.
    case otherTruths
    /// Uniform between the smallest and the largest truth of each parameter, as Lemos et al. do.
    case box
    /// Points of the caller, shape `[run, parameter]`. Those that depend on a run's data find what others cannot.
    case given([Double])
  }

  /// Share of a run's draws that are nearer to its reference point than the truth, `[run]`, with ties and places within
  /// shares drawn as in ``RankStatistics``.
  public let positions: [Double]
  /// The reference points, shape `[run, parameter]`.
  public let references: [Double]

  /// Positions of all runs.
  ///
  /// - Parameters:
  ///   - runs: Truths and draws, of two runs at least.
  ///   - references: Where reference points come from.
  ///   - seed: Of reference points and ties.
  ///   - threads: Threads that share the runs; the result does not depend on them.
  /// - Throws: ``DiagnosticError``, code `tooFewSamples` for one run, `noSpread` if the truths of a parameter are all
  ///   the same, `shapeDiffers` or `notFinite` for given points.
  public init(
    _ runs: PosteriorRuns, references: References = .otherTruths, seed: UInt64 = 0, threads: Int = 1
  ) throws(DiagnosticError) {
    let d = runs.parameterCount
    guard runs.runCount > 1 else {
      throw DiagnosticError(code: .tooFewSamples, message: "coverage around random points needs two runs or more")
    }
    let deviations = try SampleSet(runs.truths, dimensions: d).moments().deviations
    if let parameter = deviations.firstIndex(where: { !($0 > 0) }) {
      throw DiagnosticError(
        code: .noSpread,
        message: "parameter \(parameter) (counted from 0) has the same true value in all runs; leave it out")
    }
    let weights = deviations.map { 1 / $0 }
    let points = try Self.points(references, runs, seed)
    positions = runs.map(threads: threads) { run, truth, draws in
      func distance(_ values: UnsafeBufferPointer<Double>, _ start: Int) -> Double {
        var sum = 0.0
        for k in 0..<d {
          let difference = (values[start + k] - points[run * d + k]) * weights[k]
          sum += difference * difference
        }
        return sum
      }
      let limit = distance(truth, 0)
      var (nearer, equal) = (0, 0)
      for start in stride(from: 0, to: draws.count, by: d) {
        let other = distance(draws, start)
        nearer &+= other < limit ? 1 : 0
        equal &+= other == limit ? 1 : 0
      }
      let stream = RandomStream(seed: seed, simulation: run, purpose: .distanceTies)
      return TieBreaking.place(before: nearer, equal: equal, of: runs.drawCount, uniform: stream.uniform(at: 0))
        .position
    }
    self.references = points
  }

  private static func points(
    _ references: References, _ runs: PosteriorRuns, _ seed: UInt64
  ) throws(DiagnosticError) -> [Double] {
    let d = runs.parameterCount
    switch references {
    case .otherTruths:
      var order = Array(0..<runs.runCount)
      var stream = RandomStream(seed: seed, simulation: 0, purpose: .referencePoints)
      stream.shuffle(&order)
      var points = runs.truths
      for (place, run) in order.enumerated() {
        let next = order[(place + 1) % order.count]
        for k in 0..<d { points[run * d + k] = runs.truths[next * d + k] }
      }
      return points
    case .box:
      let limits = (0..<d).map { parameter in
        let truths = runs.truths(of: parameter)
        return (truths.min() ?? 0, truths.max() ?? 0)
      }
      return (0..<runs.runCount).flatMap { run in
        let stream = RandomStream(seed: seed, simulation: run, purpose: .referencePoints)
        return limits.enumerated().map { k, limit in
          limit.0 + (limit.1 - limit.0) * stream.uniform(at: UInt64(k))
        }
      }
    case .given(let points):
      guard points.count == runs.truths.count else {
        throw DiagnosticError(
          code: .shapeDiffers,
          message: "\(points.count) values of reference points are not one point of \(d) parameters for each of "
            + "\(runs.runCount) runs")
      }
      try Finite.check(points, shape: [runs.runCount, d], axes: ["run", "parameter"], of: "reference points")
      return points
    }
  }

  /// Coverage of the balls.
  ///
  /// Its ``ExpectedCoverage/excess(from:)`` from 0.5 on is negative for a posterior that is too
  /// narrow or in the wrong place, and positive for one that is too wide.
  public var coverage: ExpectedCoverage { ExpectedCoverage(levels: positions) }
}

extension RandomPurpose {
  /// Reference points, and the order in which truths serve as such.
  static let referencePoints = RandomPurpose("reference points")
  /// The order of a truth among draws at the same distance.
  static let distanceTies = RandomPurpose("distance ties")
}
