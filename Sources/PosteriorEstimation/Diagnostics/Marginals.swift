import ParallelLoops

/// An interval that holds some share of a marginal distribution.
public struct CredibleInterval: Hashable, Sendable {
  /// Lower end.
  public let lower: Double
  /// Upper end.
  public let upper: Double
  /// Share of the distribution between both ends.
  public let level: Double

  /// Distance of the ends.
  public var width: Double { upper - lower }

  /// Whether a value lies between the ends or on one of them.
  public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

  /// The interval between the quantiles (1 - level) / 2 and (1 + level) / 2.
  ///
  /// - Parameters:
  ///   - sorted: Draws in ascending order, at least one.
  ///   - level: In (0, 1).
  public static func central(_ sorted: [Double], level: Double) -> CredibleInterval {
    precondition(level > 0 && level < 1, "a level lies between 0 and 1")
    return CredibleInterval(
      lower: Quantile.linear(sorted, (1 - level) / 2), upper: Quantile.linear(sorted, (1 + level) / 2), level: level)
  }

  /// The shortest interval with a share of the draws: of highest density if the marginal has one peak.
  ///
  /// The first of equally short ones. Source: Chen and Shao 1999, "Monte Carlo estimation of Bayesian credible and HPD
  /// intervals", Journal of Computational and Graphical Statistics 8, 69-92; ends are draws, floor(level n) apart, as
  /// in ArviZ.
  ///
  /// - Parameters:
  ///   - sorted: Draws in ascending order, at least one.
  ///   - level: In (0, 1).
  public static func highestDensity(_ sorted: [Double], level: Double) -> CredibleInterval {
    precondition(!sorted.isEmpty && level > 0 && level < 1, "an interval is one of draws, with a level in (0, 1)")
    let reach = Int(level * Double(sorted.count))
    var best = 0
    for start in 0..<(sorted.count - reach)
    where sorted[start + reach] - sorted[start] < sorted[best + reach] - sorted[best] { best = start }
    return CredibleInterval(lower: sorted[best], upper: sorted[best + reach], level: level)
  }
}

/// One parameter's draws in a few numbers.
public struct MarginalSummary: Hashable, Sendable {
  /// Mean of the draws.
  public let mean: Double
  /// Standard deviation (divisor: draws - 1); NaN for one draw.
  public let deviation: Double
  /// The value with as many draws above as below.
  public let median: Double
  /// Interval between quantiles.
  public let central: CredibleInterval
  /// Shortest interval.
  public let highestDensity: CredibleInterval

  /// Sums up each parameter of some draws.
  ///
  /// - Parameters:
  ///   - draws: From one posterior.
  ///   - level: Of both intervals, in (0, 1).
  ///   - threads: Threads that share the parameters.
  /// - Returns: One summary a parameter.
  public static func summaries(of draws: SampleSet, level: Double = 0.9, threads: Int = 1) -> [MarginalSummary] {
    let (means, deviations) = draws.moments()
    let d = draws.dimensions
    return mapPieces(d, threads: threads) { k in
      let sorted = stride(from: k, to: draws.values.count, by: d).map { draws.values[$0] }.sorted()
      return MarginalSummary(
        mean: means[k], deviation: draws.count > 1 ? deviations[k] : .nan, median: Quantile.linear(sorted, 0.5),
        central: .central(sorted, level: level), highestDensity: .highestDensity(sorted, level: level))
    }
  }
}

/// Quantiles of samples, after the numbers of Hyndman and Fan 1996, "Sample quantiles in statistical packages",
/// American Statistician 50, 361-365.
enum Quantile {
  /// Number 7, NumPy's default: share p at place p (n - 1) from 0 on, straight lines between.
  static func linear(_ sorted: [Double], _ share: Double) -> Double {
    value(at: share * Double(sorted.count - 1), of: sorted)
  }

  /// Number 6: share p at place p (n + 1) - 1.
  ///
  /// One more draw lies below it with probability p, whatever the law, as long
  /// as the place is one of the draws; beyond them it is the nearest one.
  static func predictive(_ sorted: [Double], _ share: Double) -> Double {
    value(at: share * Double(sorted.count + 1) - 1, of: sorted)
  }

  private static func value(at place: Double, of sorted: [Double]) -> Double {
    precondition(!sorted.isEmpty, "a quantile is one of samples")
    let place = min(max(place, 0), Double(sorted.count - 1))
    let below = Int(place)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
  }
}
