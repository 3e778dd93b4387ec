import EvokeNumerics

/// How well one target is estimated.
public struct TargetScore: Hashable, Sendable {
  /// Name of the target.
  public let name: String
  /// Simulations.
  public let count: Int
  /// Pearson's correlation of estimates and truth; NaN if the estimates are all the same.
  public let pearson: Double
  /// Lower end of its 95 % confidence interval.
  public let pearsonLower: Double
  /// Upper end of its 95 % confidence interval.
  public let pearsonUpper: Double
  /// Spearman's correlation.
  public let spearman: Double
  /// The coefficient of determination, see ``Correlation/determination(estimates:truth:)``.
  public let rSquared: Double
  /// Root mean square error over the range of the truth.
  public let normalizedError: Double
  /// Mean squared error of the target scaled so that the training simulations go from 0 to 1.
  public let scaledError: Double
  /// The same of an estimate that is always the mean of the training simulations.
  public let meanScaledError: Double
  /// Share of the truth within the 90 % interval of the estimate; nil without uncertainty.
  public let coverage: Double?

  /// Compares estimates of a target with the truth.
  ///
  /// - Parameters:
  ///   - estimates: One a simulation; at least one.
  ///   - truth: As many.
  ///   - deviations: Standard deviations of the estimates, where they are known.
  ///   - target: Number of the target in the scaling.
  public init(
    name: String, estimates: [Double], truth: [Double], deviations: [Double]? = nil, scaling: TargetScaling,
    target: Int
  ) {
    precondition(!truth.isEmpty && estimates.count == truth.count, "there is one estimate a simulation")
    (self.name, count) = (name, truth.count)
    pearson = Correlation.pearson(estimates, truth)
    (pearsonLower, pearsonUpper) = Correlation.interval(of: pearson, count: truth.count)
    spearman = Correlation.spearman(estimates, truth)
    let n = Double(truth.count)
    func meanSquare(_ others: [Double]) -> Double {
      zip(others, truth).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / n
    }
    let error = meanSquare(estimates)
    rSquared = Correlation.determination(estimates: estimates, truth: truth)
    normalizedError = error.squareRoot() / ((truth.max() ?? 0) - (truth.min() ?? 0))
    let range = scaling.maximum[target] - scaling.minimum[target]
    scaledError = error / (range * range)
    meanScaledError = meanSquare(truth.map { _ in scaling.mean[target] }) / (range * range)
    coverage = deviations.map { deviations in
      let reach = StandardNormal.quantile(0.95)
      return Double(zip(zip(estimates, truth), deviations).count { abs($0.0 - $0.1) <= reach * $1 }) / n
    }
  }
}
