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
  /// 1 minus the squared error over that of the mean of the truth (the coefficient of determination).
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
    let mean = truth.reduce(0, +) / n
    rSquared = 1 - error / meanSquare(truth.map { _ in mean })
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

/// How well a model does on some simulations.
public struct Evaluation: Hashable, Sendable {
  /// By target.
  public let scores: [TargetScore]
  /// Mean over targets of ``TargetScore/scaledError``.
  public var scaledError: Double { scores.reduce(0) { $0 + $1.scaledError } / Double(scores.count) }
  /// Mean over targets of ``TargetScore/meanScaledError``.
  public var meanScaledError: Double { scores.reduce(0) { $0 + $1.meanScaledError } / Double(scores.count) }

  /// Compares a model's estimates with the parameters of the data.
  ///
  /// - Parameters:
  ///   - model: Adapted to the channels of the data.
  ///   - simulations: Their numbers; at least one.
  ///   - level: Which level of noise.
  ///   - constants: Parameters that are fixed in the data.
  /// - Throws: ``InverseModelError``; what reading throws.
  public init(
    _ model: InverseModel, data: some LabelledData, simulations: [Int], level: Int = 0,
    constants: [String: Double] = [:], threads: Int = 1, progress: (Double) -> Void = { _ in }
  ) throws {
    let theta = try data.theta()
    let width = data.parameters.count
    let estimates = try model.estimates(
      of: data, simulations: simulations, level: level, threads: threads, progress: progress)
    let d = model.targets.count
    scores = try model.targets.enumerated().map { target, expression in
      // Columns may stand in another order in other data.
      let truth = try TargetExpression(expression.name, parameters: data.parameters, constants: constants)
      return TargetScore(
        name: expression.name, estimates: simulations.indices.map { estimates.mean[$0 * d + target] },
        truth: simulations.map { truth.value(theta[$0 * width..<($0 + 1) * width]) },
        deviations: estimates.covariance.isEmpty
          ? nil : simulations.indices.map { estimates.covariance[($0 * d + target) * d + target].squareRoot() },
        scaling: model.scaling, target: target)
    }
  }
}
