/// How well a model does on some simulations.
public struct Evaluation: Hashable, Sendable {
  /// Numbers of the simulations, rows of the data.
  public let simulations: [Int]
  /// What the model says of them.
  public let estimates: Estimates
  /// What is true of them: shape `[simulation, d]`, in the units of the targets.
  public let truth: [Double]
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
    let (width, d) = (data.parameters.count, model.targets.count)
    // Columns may stand in another order in other data.
    let expressions = try model.targets.map {
      try TargetExpression($0.name, parameters: data.parameters, constants: constants)
    }
    let estimates = try model.estimates(
      of: data, simulations: simulations, level: level, threads: threads, progress: progress)
    let truth = simulations.flatMap { simulation in
      expressions.map { $0.value(theta[simulation * width..<(simulation + 1) * width]) }
    }
    func column(_ values: [Double], _ target: Int) -> [Double] {
      simulations.indices.map { values[$0 * d + target] }
    }
    let deviations = estimates.deviation
    scores = model.targets.enumerated().map { target, expression in
      TargetScore(
        name: expression.name, estimates: column(estimates.mean, target), truth: column(truth, target),
        deviations: deviations.map { column($0, target) }, scaling: model.scaling, target: target)
    }
    (self.simulations, self.estimates, self.truth) = (simulations, estimates, truth)
  }
}
