import EvokeNumerics
import Foundation

/// A space without limits for the parameters of a prior: every point of it is a set of parameters inside the prior, so
/// a density over it has no mass outside.
///
/// A parameter u is in standard deviations from the prior's mean, except next to limits, where the line is bent so that
/// it reaches them at infinity; log-normal parameters are taken by their logarithms, correlated normal ones become
/// L⁻¹ (θ - mean) with L Lᵀ their covariance, and fixed ones are left out.
public struct UnconstrainedSpace: Hashable, Sendable {
  /// The prior of all parameters.
  public let prior: Prior
  /// Places of the parameters that are not fixed, d of them.
  public let freePlaces: [Int]
  /// The prior of the parameters that are not fixed.
  public let freePrior: Prior
  private let parts: [Part]

  /// What becomes of the next parameter, or of the next few.
  private enum Part: Hashable, Sendable {
    case single(ParameterMap, logScale: Double)
    case correlated(CorrelatedNormal, logVolume: Double)
  }

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
    var (places, parts) = ([Int](), [Part]())
    for span in prior.spans {
      switch span.component {
      case .single(let distribution):
        guard let map = ParameterMap(distribution) else { continue }
        parts.append(.single(map, logScale: log(map.scale)))
      case .correlated(let normal): parts.append(.correlated(normal, logVolume: normal.logVolume))
      }
      places += span.range
    }
    (freePlaces, self.parts) = (places, parts)
  }

  /// Dimensions, d: parameters that are not fixed.
  public var count: Int { freePlaces.count }
  /// The parameters that are not fixed, in the order of the space.
  public var parameters: [Prior.Parameter] { freePrior.parameters }

  /// The point of the space that parameters stand for.
  ///
  /// Values at a limit, and beyond it by what single precision rounds, count as a part 1e-15 of its edge inside.
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
    var place = 0
    for part in parts {
      switch part {
      case .single(let map, _):
        guard let number = map.number(of: values[place]) else { return nil }
        values[place] = number
        place += 1
      case .correlated(let normal, _):
        normal.whiten(&values, from: place)
        place += normal.count
      }
    }
    return values
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
    for part in parts {
      switch part {
      case .single(let map, let logScale):
        let (value, logSlope, _) = map.value(of: point[place], logScale: logScale)
        volume += logSlope
        point[place] = value
        place += 1
      case .correlated(let normal, let logVolume):
        volume += logVolume
        normal.color(point, from: place)
        place += normal.count
      }
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
  /// - Parameter point: Shape `[d]`.
  public func logVolume(at point: [Double]) -> Double {
    var values = point
    return values.withUnsafeMutableBufferPointer { parameters(replacing: $0) }
  }

  /// The gradient of ``logVolume(at:)``, shape `[d]`.
  public func logVolumeGradient(at point: [Double]) -> [Double] {
    precondition(point.count == count, "a point has \(count) values")
    var slopes = [Double](repeating: 0, count: count)
    var place = 0
    for part in parts {
      switch part {
      case .single(let map, _):
        slopes[place] = map.value(of: point[place], logScale: 0).bend
        place += 1
      case .correlated(let normal, _): place += normal.count
      }
    }
    return slopes
  }

  /// A point, or the nearest whose parameters are no nearer to a limit than the edge's normal distribution is at a depth.
  func clamped(_ point: [Double], depth: Double) -> [Double] {
    var (values, place) = (point, 0)
    for part in parts {
      switch part {
      case .single(let map, _):
        values[place] = map.clamped(values[place], depth: depth)
        place += 1
      case .correlated(let normal, _): place += normal.count
      }
    }
    return values
  }

  /// Log density of the prior over the space, at a point.
  public func logPriorDensity(at point: [Double]) -> Double {
    var values = point
    let volume = values.withUnsafeMutableBufferPointer { parameters(replacing: $0) }
    return freePrior.logDensity(values) + volume
  }
}
