/// The distribution of one parameter before any data are seen.
///
/// Every kind is drawn through its quantile function, so random and low-discrepancy numbers serve alike, and with the
/// same bits on every machine.
public enum PriorDistribution: Hashable, Sendable {
  /// All values between two limits equally likely.
  case box(lower: Double, upper: Double)
  /// Normal, with its standard deviation.
  case normal(mean: Double, scale: Double)
  /// Normal before it was cut off at limits, which may be infinite: `mean` and `scale` are those of the whole.
  case truncatedNormal(mean: Double, scale: Double, lower: Double, upper: Double)
  /// The logarithm of the value is normal, with mean `location` and standard deviation `scale`.
  case logNormal(location: Double, scale: Double)
  /// Always this value.
  case fixed(Double)

  /// Checks that the numbers describe a distribution.
  ///
  /// - Throws: ``NumericsError``, code `invalidDistribution`, for numbers that are infinite or not numbers, scales that
  ///   are not positive, limits in the wrong order, and limits so far from the mean (10⁹ scales) that its digits do not
  ///   tell where between them the values lie.
  public func validate() throws(NumericsError) {
    switch self {
    case .box(let lower, let upper):
      try require((upper - lower).isFinite, "a box needs finite limits")
      try require(lower < upper, "the lower limit \(lower) of a box is not below the upper, \(upper); see `fixed`")
    case .normal(let mean, let scale), .logNormal(let mean, let scale):
      try Self.require(center: mean, scale: scale)
    case .truncatedNormal(let mean, let scale, let lower, let upper):
      try Self.require(center: mean, scale: scale)
      try require(lower < upper, "the lower limit \(lower) of a truncated normal is not below the upper, \(upper)")
      try require(
        (lower - mean) / scale < 1e9 && (mean - upper) / scale < 1e9,
        "the limits \(lower) and \(upper) are over 10^9 scales from the mean \(mean); a box says the same")
    case .fixed(let value): try require(value.isFinite, "a fixed value must be finite")
    }
  }

  private static func require(center: Double, scale: Double) throws(NumericsError) {
    let problem = "a normal distribution needs a finite mean and a positive scale, not \(center) and \(scale)"
    guard center.isFinite, scale > 0, scale < .infinity else {
      throw NumericsError(code: .invalidDistribution, message: problem)
    }
  }

  private func require(_ condition: Bool, _ problem: @autoclosure () -> String) throws(NumericsError) {
    if !condition { throw NumericsError(code: .invalidDistribution, message: problem()) }
  }

  /// True when there is only one value.
  public var isFixed: Bool { if case .fixed = self { true } else { false } }

  /// The value below which a share of all draws lies, for shares from 0 to 1.
  ///
  /// Relative error below 1e-13, and below 1e-15 but for truncated normals, as long as limits and mean do not cancel in
  /// the value: near zero between a negative and a positive limit only the absolute error is as small.
  public func quantile(_ share: Double) -> Double {
    switch self {
    case .box(let lower, let upper):
      let width = upper - lower
      return share < 0.5 ? lower + share * width : upper - (1 - share) * width
    case .normal(let mean, let scale): return mean + scale * StandardNormal.quantile(share)
    case .truncatedNormal(let mean, let scale, let lower, let upper):
      return TruncatedNormal(mean: mean, scale: scale, lower: lower, upper: upper).quantile(share)
    case .logNormal(let location, let scale):
      return Elementary.exp(location + scale * StandardNormal.quantile(share))
    case .fixed(let value): return value
    }
  }

  /// True where the density is not zero.
  public func contains(_ value: Double) -> Bool { value.isFinite && logDensity(value) > -.infinity }

  /// Log of the density, whose integral is one; -∞ where there is none.
  ///
  /// A fixed value has 0 at itself.
  public func logDensity(_ value: Double) -> Double {
    switch self {
    case .box(let lower, let upper):
      return value >= lower && value <= upper ? -Elementary.log(upper - lower) : -.infinity
    case .normal(let mean, let scale): return Self.logNormal((value - mean) / scale, scale)
    case .truncatedNormal(let mean, let scale, let lower, let upper):
      return TruncatedNormal(mean: mean, scale: scale, lower: lower, upper: upper).logDensity(value)
    case .logNormal(let location, let scale):
      guard value > 0 else { return -.infinity }
      let logarithm = Elementary.log(value)
      return Self.logNormal((logarithm - location) / scale, scale) - logarithm
    case .fixed(let only): return value == only ? 0 : -.infinity
    }
  }

  private static func logNormal(_ z: Double, _ scale: Double) -> Double {
    -0.5 * z * z - StandardNormal.logNormalizer - Elementary.log(scale)
  }

  /// The smallest interval that holds all draws; its ends may be infinite.
  public var support: ClosedRange<Double> {
    switch self {
    case .box(let lower, let upper), .truncatedNormal(_, _, let lower, let upper): lower...upper
    case .normal: -.infinity ... .infinity
    case .logNormal: 0 ... .infinity
    case .fixed(let value): value...value
    }
  }

  /// The mean of all draws, after any truncation.
  public var mean: Double { moments.mean }

  /// The variance of all draws, after any truncation.
  public var variance: Double { moments.variance }

  private var moments: (mean: Double, variance: Double) {
    switch self {
    case .box(let lower, let upper): return (0.5 * lower + 0.5 * upper, (upper - lower) * (upper - lower) / 12)
    case .normal(let mean, let scale): return (mean, scale * scale)
    case .truncatedNormal(let mean, let scale, let lower, let upper):
      return TruncatedNormal(mean: mean, scale: scale, lower: lower, upper: upper).moments
    case .logNormal(let location, let scale):
      let mean = Elementary.exp(location + 0.5 * scale * scale)
      return (mean, mean * mean * Elementary.expm1(scale * scale))
    case .fixed(let value): return (value, 0)
    }
  }
}
