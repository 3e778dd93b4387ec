import EvokeNumerics

/// A space without limits in which the prior is standard normal, so that a density there has no mass outside the prior.
///
/// A parameter θ with distribution function F becomes u = Φ⁻¹(F(θ)); correlated normal parameters become L⁻¹(θ - mean)
/// with L Lᵀ their covariance; fixed ones are left out. With u, the prior is normal in every direction, a posterior
/// that ends at a limit of the prior has the tail of a normal distribution, and every u is a θ inside the prior.
public struct UnconstrainedSpace: Hashable, Sendable {
  /// Scores of limited parameters are kept within this: half the distance of neighbouring doubles at a box's width.
  ///
  /// A draw of the prior is beyond it with probability 2e-16; parameters that were stored at a limit are not.
  public static let reach = 8.2

  /// The prior of all parameters.
  public let prior: Prior
  /// Places of the parameters that are not fixed, d of them.
  public let freePlaces: [Int]
  /// The prior of the parameters that are not fixed, with the same components.
  public let freePrior: Prior

  /// The space of a prior.
  ///
  /// - Throws: ``PosteriorError``, code `nothingToEstimate`, if all parameters are fixed.
  public init(_ prior: Prior) throws(PosteriorError) {
    guard let freePrior = prior.withoutFixed else {
      throw PosteriorError(
        code: .nothingToEstimate,
        message: "all \(prior.count) parameters of the prior are fixed, so there is none to estimate; give one of them "
          + "a distribution")
    }
    (self.prior, self.freePrior) = (prior, freePrior)
    freePlaces = prior.spans.flatMap { span in
      if case .single(let distribution) = span.component, distribution.isFixed { return [Int]() }
      return Array(span.range)
    }
  }

  /// Dimensions, d: parameters that are not fixed.
  public var count: Int { freePlaces.count }
  /// The parameters that are not fixed, in the order of the space.
  public var parameters: [Prior.Parameter] { freePrior.parameters }

  /// The point of the space that parameters stand for.
  ///
  /// Values at a limit, and beyond it by what single precision rounds, are moved inside, see ``reach``.
  ///
  /// - Parameter parameters: Those of the whole prior in its order, or those that are not fixed.
  /// - Returns: Shape `[d]`; nil if the prior excludes the parameters, or they are not finite.
  public func point(of parameters: some Collection<Double>) -> [Double]? {
    precondition(
      parameters.count == prior.count || parameters.count == count,
      "the prior has \(prior.count) parameters, \(count) of them not fixed")
    guard parameters.allSatisfy(\.isFinite) else { return nil }
    var values = Array(parameters)
    if values.count != count { values = freePlaces.map { values[$0] } }
    var start = 0
    for component in freePrior.components {
      switch component {
      case .single(let distribution):
        guard let score = Self.score(of: values[start], distribution) else { return nil }
        values[start] = score
      case .correlated(let normal): normal.whiten(&values, from: start)
      }
      start += component.count
    }
    return values
  }

  private static func score(of value: Double, _ distribution: PriorDistribution) -> Double? {
    guard distribution.isLimited else {
      let score = distribution.normalScore(of: value)
      return score.isFinite ? score : nil
    }
    let support = distribution.support
    let rounding = { (limit: Double) in limit.isFinite ? abs(limit) * 0x1p-23 : 0 }
    guard value >= support.lowerBound - rounding(support.lowerBound),
      value <= support.upperBound + rounding(support.upperBound)
    else { return nil }
    return min(max(distribution.normalScore(of: value), -reach), reach)
  }

  /// The parameters, those not fixed, that a point of the space stands for.
  public func parameters(at point: [Double]) -> [Double] {
    var values = point
    values.withUnsafeMutableBufferPointer { _ = parameters(replacing: $0) }
    return values
  }

  /// Replaces a point by its parameters.
  ///
  /// - Returns: ``logVolume(at:)`` of the point.
  func parameters(replacing point: UnsafeMutableBufferPointer<Double>) -> Double {
    precondition(point.count == count, "a point has \(count) values")
    var (place, volume) = (0, 0.0)
    for component in freePrior.components {
      switch component {
      case .single(let distribution):
        volume += distribution.logStretch(atNormalScore: point[place])
        point[place] = distribution.value(atNormalScore: point[place])
      case .correlated(let normal):
        volume += normal.logVolume
        normal.color(point, from: place)
      }
      place += component.count
    }
    return volume
  }

  /// All parameters of the prior, with the fixed ones in their places.
  ///
  /// - Parameter free: The parameters that are not fixed, shape `[d]`.
  public func allParameters(_ free: some Collection<Double>) -> [Double] {
    precondition(free.count == count, "\(count) parameters are not fixed")
    var values = prior.spans.flatMap { span -> [Double] in
      if case .single(.fixed(let value)) = span.component { return [value] }
      return Array(repeating: 0, count: span.range.count)
    }
    for (place, value) in zip(freePlaces, free) { values[place] = value }
    return values
  }

  /// Log of the volume of parameters by that of the space, at a point: log |det dθ/du|.
  ///
  /// A density over parameters is the one over the space divided by this volume.
  ///
  /// - Parameters:
  ///   - point: Shape `[d]`.
  public func logVolume(at point: [Double]) -> Double {
    precondition(point.count == count, "a point has \(count) values")
    var place = 0
    return freePrior.components.reduce(0) { sum, component in
      defer { place += component.count }
      switch component {
      case .single(let distribution): return sum + distribution.logStretch(atNormalScore: point[place])
      case .correlated(let normal): return sum + normal.logVolume
      }
    }
  }

  /// The gradient of ``logVolume(at:)``, shape `[d]`.
  public func logVolumeGradient(at point: [Double]) -> [Double] {
    precondition(point.count == count, "a point has \(count) values")
    var slopes = [Double](repeating: 0, count: count)
    var place = 0
    for component in freePrior.components {
      if case .single(let distribution) = component {
        slopes[place] = distribution.logStretchSlope(atNormalScore: point[place])
      }
      place += component.count
    }
    return slopes
  }
}
