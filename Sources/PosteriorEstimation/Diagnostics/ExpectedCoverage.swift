import EvokeNumerics
import ParallelLoops

/// How often regions of a posterior hold the truth, against how often they should.
///
/// Every run has a level: the smallest one whose region holds the truth. A region of level 0.9 then holds the truth in
/// as many runs as have a level up to 0.9. With a calibrated posterior levels are uniform on (0, 1).
public struct ExpectedCoverage: Hashable, Sendable {
  /// The smallest level whose region holds the truth, one a run, in ascending order.
  public let levels: [Double]

  /// Coverage of the given smallest levels, in any order, at least one.
  public init(levels: [Double]) {
    precondition(!levels.isEmpty, "coverage is counted over runs")
    self.levels = levels.sorted()
  }

  /// Coverage of regions of highest density, which see all parameters together.
  ///
  /// The region of a run up to its truth holds the draws whose density is higher. Source: Hermans et al. 2022, "A trust
  /// crisis in simulation-based inference?", Transactions on Machine Learning Research; Deistler, Goncalves and Macke
  /// 2022, "Truncated proposals for scalable and hassle-free simulation-based inference", NeurIPS 35.
  ///
  /// - Parameters:
  ///   - truths: Log of the posterior's density at each run's truth, `[run]`; -∞ where it excludes the truth.
  ///   - draws: The same at the draws of each run, shape `[run, draw]`. Any constant may be missing, as long as it is
  ///     the same for all values of a run.
  ///   - seed: Of ties.
  ///   - threads: Threads that share the runs; the result does not depend on them.
  /// - Throws: ``DiagnosticError``, code `shapeDiffers`, `tooFewSamples`, or `notFinite` for NaN and +∞.
  public static func highestDensity(
    truths: [Double], draws: [Double], seed: UInt64 = 0, threads: Int = 1
  ) throws(DiagnosticError) -> ExpectedCoverage {
    guard !truths.isEmpty, !draws.isEmpty else {
      throw DiagnosticError(
        code: .tooFewSamples,
        message: "there are \(truths.count) runs and \(draws.count) draws; coverage needs runs with draws")
    }
    guard draws.count % truths.count == 0 else {
      throw DiagnosticError(
        code: .shapeDiffers,
        message: "\(draws.count) densities of draws are not as many for each of \(truths.count) runs")
    }
    let n = draws.count / truths.count
    func isUsable(_ density: Double) -> Bool { density < .infinity }
    if let run = truths.firstIndex(where: { !isUsable($0) }) {
      throw DiagnosticError(
        code: .notFinite,
        message: "the log density of the truth of run \(run) is \(truths[run]); the densities are not usable")
    }
    if let place = draws.firstIndex(where: { !isUsable($0) }) {
      throw DiagnosticError(
        code: .notFinite,
        message: "the log density of draw \(place % n) of run \(place / n) is \(draws[place]); the densities are not "
          + "usable")
    }
    let levels = draws.withUnsafeBufferPointer { draws in
      let shared = SharedMemory(UnsafeMutableBufferPointer(mutating: draws))
      return mapPieces(truths.count, threads: threads) { run in
        let truth = truths[run]
        var (higher, equal) = (0, 0)
        for density in shared.part(run * n..<(run + 1) * n) {
          higher &+= density > truth ? 1 : 0
          equal &+= density == truth ? 1 : 0
        }
        let stream = RandomStream(seed: seed, simulation: run, purpose: .densityTies)
        return TieBreaking.place(before: higher, equal: equal, of: n, uniform: stream.uniform(at: 0)).position
      }
    }
    return ExpectedCoverage(levels: levels)
  }

  /// Number of runs.
  public var runCount: Int { levels.count }

  /// How often regions of a level hold the truth, with an interval for what that would be over endless runs.
  ///
  /// - Parameters:
  ///   - level: In 0 ... 1.
  ///   - confidence: Of the interval, in (0, 1).
  public func coverage(at level: Double, confidence: Double = 0.95) -> CoveredShare {
    precondition(level >= 0 && level <= 1, "a level lies between 0 and 1")
    return CoveredShare(
      level: level, covered: levels.countOfFirst { $0 <= level }, runCount: runCount, confidence: confidence)
  }

  /// Test of whether levels are uniform: Kolmogorov and Smirnov's.
  public var uniformity: TestResult { Uniformity.kolmogorovSmirnov(levels) }

  /// Mean of coverage less level, over all levels from `start` to 1: negative where the posterior is too narrow.
  ///
  /// The area between curve and diagonal, divided by 1 - start; exact, without a grid.
  public func excess(from start: Double = 0) -> Double {
    precondition(start >= 0 && start < 1, "an area begins below level 1")
    let area = levels.reduce(0) { $0 + 1 - max($1, start) } / Double(runCount)
    return (area - (1 - start * start) / 2) / (1 - start)
  }

  /// Where the curve of coverage lies over repeated choices of the runs, level by level.
  ///
  /// - Parameters:
  ///   - points: Levels, in 0 ... 1.
  ///   - confidence: Share of the choices between both ends.
  ///   - replicates: How many times as many runs are chosen from the runs, with repetition (bootstrap).
  ///   - seed: Of the choices: choice b takes the stream (seed, b, "coverage bootstrap").
  public func bootstrapBand(
    at points: [Double], confidence: Double = 0.95, replicates: Int = 1000, seed: UInt64 = 0, threads: Int = 1
  ) -> (lower: [Double], upper: [Double]) {
    precondition(replicates > 0 && confidence > 0 && confidence < 1, "a band has replicates and a confidence in (0, 1)")
    let firsts = points.map { point in levels.countOfFirst { $0 <= point } }
    let n = runCount
    let curves = mapPieces(replicates, threads: threads) { replicate in
      var stream = RandomStream(seed: seed, simulation: replicate, purpose: .coverageBootstrap)
      var chosen = [Int](repeating: 0, count: n + 1)
      for _ in 0..<n { chosen[stream.integer(below: n) + 1] += 1 }
      for run in 0..<n { chosen[run + 1] += chosen[run] }
      return firsts.map { Double(chosen[$0]) / Double(n) }
    }
    let columns = points.indices.map { point in curves.map { $0[point] }.sorted() }
    return (
      columns.map { Quantile.linear($0, (1 - confidence) / 2) },
      columns.map { Quantile.linear($0, (1 + confidence) / 2) }
    )
  }
}

/// How often regions of a level hold the truth.
public struct CoveredShare: Hashable, Sendable {
  /// Level of the regions.
  public let level: Double
  /// Runs whose region holds the truth.
  public let covered: Int
  /// All runs.
  public let runCount: Int
  /// Lower end of the interval for the share.
  public let lower: Double
  /// Upper end of the interval for the share.
  public let upper: Double

  /// Share of the runs whose region holds the truth.
  public var share: Double { Double(covered) / Double(runCount) }
  /// Whether the interval holds the level.
  public var isAsExpected: Bool { lower <= level && level <= upper }

  /// A share with Wilson's interval.
  ///
  /// Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference", Journal of the
  /// American Statistical Association 22, 209-212.
  public init(level: Double, covered: Int, runCount: Int, confidence: Double = 0.95) {
    precondition(runCount > 0 && (0...runCount).contains(covered), "a share is one of all runs")
    precondition(confidence > 0 && confidence < 1, "a confidence lies between 0 and 1")
    (self.level, self.covered, self.runCount) = (level, covered, runCount)
    let (n, z) = (Double(runCount), StandardNormal.quantile((1 + confidence) / 2))
    let share = Double(covered) / n
    let middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    let reach = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
    lower = covered == 0 ? 0 : max(0, middle - reach)
    upper = covered == runCount ? 1 : min(1, middle + reach)
  }
}

extension RandomPurpose {
  /// The order of a truth among draws of the same density.
  static let densityTies = RandomPurpose("density ties")
  /// Choices of runs for bands of coverage.
  static let coverageBootstrap = RandomPurpose("coverage bootstrap")
}
