extension PriorDistribution {
  /// The standard normal number below which the same share of draws lies as below a value: Φ⁻¹(F(value)).
  ///
  /// It is found from the smaller of the shares below and above, so that neither tail loses digits; ±∞ at and beyond
  /// limits. A fixed value has no score.
  public func normalScore(of value: Double) -> Double {
    switch self {
    case .box(let lower, let upper):
      let width = upper - lower
      return Self.score(below: (value - lower) / width, above: (upper - value) / width)
    case .normal(let mean, let scale): return (value - mean) / scale
    case .truncatedNormal(let mean, let scale, let lower, let upper):
      let shares = TruncatedNormal(mean: mean, scale: scale, lower: lower, upper: upper).shares(around: value)
      return Self.score(below: shares.below, above: shares.above)
    case .logNormal(let location, let scale):
      return value > 0 ? (Elementary.log(value) - location) / scale : -.infinity
    case .fixed: preconditionFailure("a fixed parameter has no score")
    }
  }

  private static func score(below: Double, above: Double) -> Double {
    below < above ? StandardNormal.quantile(max(below, 0)) : -StandardNormal.quantile(max(above, 0))
  }

  /// The value whose ``normalScore(of:)`` is a number: F⁻¹(Φ(score)).
  public func value(atNormalScore score: Double) -> Double {
    switch self {
    case .box(let lower, let upper):
      let share = StandardNormal.cumulative(-abs(score)) * (upper - lower)
      return score < 0 ? lower + share : upper - share
    case .normal(let mean, let scale): return mean + scale * score
    case .truncatedNormal: return quantile(StandardNormal.cumulative(score), StandardNormal.cumulative(-score))
    case .logNormal(let location, let scale): return Elementary.exp(location + scale * score)
    case .fixed(let value): return value
    }
  }

  /// Log of how far the value moves with the score at a score: log φ less log p, φ the standard normal density.
  public func logStretch(atNormalScore score: Double) -> Double {
    let logNormal = -0.5 * score * score - StandardNormal.logNormalizer
    switch self {
    case .box(let lower, let upper): return logNormal + Elementary.log(upper - lower)
    case .normal(_, let scale): return Elementary.log(scale)
    case .logNormal(let location, let scale): return Elementary.log(scale) + location + scale * score
    case .truncatedNormal: return logNormal - logDensity(value(atNormalScore: score))
    case .fixed: return 0
    }
  }

  /// The derivative of ``logStretch(atNormalScore:)``.
  public func logStretchSlope(atNormalScore score: Double) -> Double {
    switch self {
    case .box: return -score
    case .normal, .fixed: return 0
    case .logNormal(_, let scale): return scale
    case .truncatedNormal(let mean, let scale, _, _):
      let distance = (value(atNormalScore: score) - mean) / scale
      return -score + distance / scale * Elementary.exp(logStretch(atNormalScore: score))
    }
  }

  /// Whether draws end at a limit, which has an infinite score.
  public var isLimited: Bool {
    switch self {
    case .box, .truncatedNormal: true
    case .normal, .logNormal, .fixed: false
    }
  }
}
