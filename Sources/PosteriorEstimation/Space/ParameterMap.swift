import EvokeNumerics
import Foundation

/// From the values of one parameter, inside the limits of its prior, to all numbers and back.
///
/// Where there are no limits it is a straight line; with limits it is one too, but for the ``edgeShare`` next to each,
/// where a normal distribution function takes numbers as far as they go to the limit. So a posterior keeps its shape
/// over the whole prior, and one that ends at a limit ends like a normal distribution.
enum ParameterMap: Hashable, Sendable {
  /// u = (value - center) / scale, bent within `edge` of the limits, which may be infinite.
  case line(center: Double, scale: Double, lower: Double, upper: Double, edge: Double)
  /// u = (log value - location) / scale.
  case logarithm(location: Double, scale: Double)

  /// Part of the interval that all but 2 in 1,000 draws lie in, next to a limit, in which the line is bent.
  ///
  /// Chosen by held-out log densities on four tasks, see `docs/posteriors.md`.
  static let edgeShare = 0.1
  /// Furthest that values at a limit, or next to it, are taken beyond the begin of the edge, in units of its normal
  /// distribution: a part 1e-15 of the edge is left.
  static let reach = 8.0

  /// The map for a prior; nil for a fixed parameter.
  init?(_ distribution: PriorDistribution) {
    switch distribution {
    case .box(let lower, let upper):
      self = .line(
        center: distribution.mean, scale: distribution.variance.squareRoot(), lower: lower, upper: upper,
        edge: Self.edgeShare * (upper - lower))
    case .normal(let mean, let scale):
      self = .line(center: mean, scale: scale, lower: -.infinity, upper: .infinity, edge: 0)
    case .truncatedNormal(_, _, let lower, let upper):
      let width = distribution.quantile(0.999) - distribution.quantile(0.001)
      self = .line(
        center: distribution.mean, scale: distribution.variance.squareRoot(), lower: lower, upper: upper,
        edge: Self.edgeShare * width)
    case .logNormal(let location, let scale): self = .logarithm(location: location, scale: scale)
    case .fixed: return nil
    }
  }

  /// What one is in the parameter's unit, or in its logarithm.
  var scale: Double {
    switch self {
    case .line(_, let scale, _, _, _), .logarithm(_, let scale): scale
    }
  }

  /// Width of the normal distribution of an edge: its function has the slope of the line in the middle.
  private static func spread(ofEdge edge: Double) -> Double { edge * (2 / Double.pi).squareRoot() }

  /// The number that a value becomes; nil if it is outside the limits by more than single precision rounds.
  func number(of value: Double) -> Double? {
    switch self {
    case .logarithm(let location, let scale): return value > 0 ? (log(value) - location) / scale : nil
    case .line(let center, let scale, let lower, let upper, let edge):
      func rounding(_ limit: Double) -> Double { limit.isFinite ? abs(limit) * 0x1p-23 : 0 }
      guard value >= lower - rounding(lower), value <= upper + rounding(upper) else { return nil }
      func depth(_ distance: Double) -> Double {
        Self.spread(ofEdge: edge) * min(-StandardNormal.quantile(max(distance, 0) / (2 * edge)), Self.reach)
      }
      let straight =
        value - lower < edge
        ? lower + edge - depth(value - lower)
        : upper - value < edge ? upper - edge + depth(upper - value) : value
      return (straight - center) / scale
    }
  }

  /// The number, or the last one that is no deeper in the edge of a limit, in units of its normal distribution.
  func clamped(_ number: Double, depth: Double) -> Double {
    guard case .line(let center, let scale, let lower, let upper, let edge) = self else { return number }
    let reach = depth * Self.spread(ofEdge: edge)
    return min(max(number, (lower + edge - reach - center) / scale), (upper - edge + reach - center) / scale)
  }

  /// The value of a number, the log of the derivative, and the slope of that.
  ///
  /// - Parameter logScale: Log of the map's scale.
  func value(of number: Double, logScale: Double) -> (value: Double, logSlope: Double, bend: Double) {
    switch self {
    case .logarithm(let location, let scale):
      let logarithm = location + scale * number
      return (exp(logarithm), logScale + logarithm, scale)
    case .line(let center, let scale, let lower, let upper, let edge):
      let straight = center + scale * number
      let spread = Self.spread(ofEdge: edge)
      let (below, above) = (lower + edge - straight, straight - (upper - edge))
      guard max(below, above) > 0 else { return (straight, logScale, 0) }
      let depth = max(below, above) / spread
      let distance = 2 * edge * StandardNormal.cumulative(-depth)
      return (
        below > 0 ? lower + distance : upper - distance, logScale - 0.5 * depth * depth,
        (below > 0 ? depth : -depth) * scale / spread
      )
    }
  }
}
