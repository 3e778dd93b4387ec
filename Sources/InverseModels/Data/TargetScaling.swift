/// How targets are brought to a size near 1: what was found on the training simulations alone.
public struct TargetScaling: Hashable, Sendable {
  /// Smallest value of each target.
  public var minimum: [Double]
  /// Largest value of each target.
  public var maximum: [Double]
  /// Mean of each target.
  public var mean: [Double]
  /// Standard deviation of each target, by n.
  public var deviation: [Double]
  /// Whether networks see 0 for the smallest and 1 for the largest value, and not mean 0 and deviation 1.
  public var isUnit: Bool

  /// A scaling that is known.
  public init(minimum: [Double], maximum: [Double], mean: [Double], deviation: [Double], isUnit: Bool) {
    (self.minimum, self.maximum, self.mean, self.deviation) = (minimum, maximum, mean, deviation)
    self.isUnit = isUnit
  }

  /// The scaling of some rows.
  ///
  /// - Parameters:
  ///   - rows: Targets of each simulation.
  ///   - names: Of the targets, for messages.
  /// - Throws: ``InverseModelError``, code `notFinite`, for targets that are not finite or all the same.
  init(_ rows: [[Double]], names: [String], isUnit: Bool) throws(InverseModelError) {
    let count = Double(rows.count)
    (minimum, maximum, mean, deviation) = ([], [], [], [])
    self.isUnit = isUnit
    for (column, name) in names.enumerated() {
      let values = rows.map { $0[column] }
      guard let low = values.min(), let high = values.max(), values.allSatisfy(\.isFinite), high > low else {
        throw InverseModelError(
          code: .notFinite, message: "the target \(name) is not finite, or the same in all simulations; leave it out")
      }
      let average = values.reduce(0, +) / count
      minimum.append(low)
      maximum.append(high)
      mean.append(average)
      deviation.append((values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / count).squareRoot())
    }
  }

  /// What stands for 0 in the network's scale, for a target.
  public func offset(_ target: Int) -> Double { isUnit ? minimum[target] : mean[target] }
  /// What is 1 in the network's scale, for a target.
  public func scale(_ target: Int) -> Double { isUnit ? maximum[target] - minimum[target] : deviation[target] }

  /// A target as a network sees it.
  func scaled(_ value: Double, _ target: Int) -> Float { Float((value - offset(target)) / scale(target)) }
  /// A target from what a network says.
  func unscaled(_ value: Double, _ target: Int) -> Double { value * scale(target) + offset(target) }
}
