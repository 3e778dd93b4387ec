/// A normal distribution cut off at two limits, either of which may be infinite and both of which may lie far from the
/// mean.
///
/// Results are measured from the limit they are nearest to, never as a difference of two probabilities that are nearly
/// equal, so an interval 10⁶ standard deviations from the mean, or 10⁻⁹ wide, loses no digits. Everything is in standard
/// deviations from a limit: at s from one that is c away from the mean, the density is exp(-(c s + s²/2)) of its own.
struct TruncatedNormal {
  let mean: Double
  let scale: Double
  let lower: Double
  let upper: Double
  /// Limits in standard deviations from the mean.
  private let low: Double
  private let high: Double
  /// The distance between them, which may be far smaller than either.
  private let width: Double

  init(mean: Double, scale: Double, lower: Double, upper: Double) {
    (self.mean, self.scale, self.lower, self.upper) = (mean, scale, lower, upper)
    (low, high, width) = ((lower - mean) / scale, (upper - mean) / scale, (upper - lower) / scale)
  }

  /// Where the mean lies: between the limits or beyond one of them, which then is the dense end.
  private enum Shape {
    case peak(probability: Double)
    case tail(DenseEnd)
  }

  private var shape: Shape {
    if low >= 0 { return .tail(DenseEnd(start: low, width: width)) }
    if high <= 0 { return .tail(DenseEnd(start: -high, width: width)) }
    // Between values on either side of the peak nothing cancels unless they are close.
    let probability =
      width < 1
      ? GaussLegendre.integral(from: low, to: high, StandardNormal.density)
      : StandardNormal.cumulative(high) - StandardNormal.cumulative(low)
    return .peak(probability: probability)
  }

  /// The value below which a share of all values lies.
  func quantile(_ share: Double) -> Double {
    precondition(share >= 0 && share <= 1, "a probability lies between 0 and 1")
    if share == 0 { return lower }
    if share == 1 { return upper }
    let place: Place
    switch shape {
    case .tail(let end):
      let found = low >= 0 ? end.place(share, 1 - share) : end.place(1 - share, share)
      place = low >= 0 ? found : found.mirrored
    case .peak(let probability): place = self.place(share, probability: probability)
    }
    switch place {
    case .aboveLower(let distance): return min(lower + scale * distance, upper)
    case .belowUpper(let distance): return max(upper - scale * distance, lower)
    case .fromMean(let distance): return min(max(mean + scale * distance, lower), upper)
    }
  }

  private func place(_ share: Double, probability: Double) -> Place {
    if share <= 0.5 {
      let mass = share * probability / StandardNormal.density(low)
      if let distance = Excess.distance(slope: low, mass: mass) { return .aboveLower(distance) }
    } else {
      let mass = (1 - share) * probability / StandardNormal.density(high)
      if let distance = Excess.distance(slope: -high, mass: mass) { return .belowUpper(distance) }
    }
    let below = StandardNormal.cumulative(low) + share * probability
    let above = StandardNormal.cumulative(-high) + (1 - share) * probability
    return .fromMean(below < above ? StandardNormal.quantile(below) : -StandardNormal.quantile(above))
  }

  /// Log of the density, -∞ outside the limits.
  func logDensity(_ value: Double) -> Double {
    guard value >= lower && value <= upper else { return -.infinity }
    switch shape {
    case .peak(let probability):
      let z = (value - mean) / scale
      return -0.5 * z * z - StandardNormal.logNormalizer - Elementary.log(probability) - Elementary.log(scale)
    case .tail(let end):
      let distance = (low >= 0 ? value - lower : upper - value) / scale
      return -Excess.exponent(end.start, distance) - Elementary.log(end.mass) - Elementary.log(scale)
    }
  }

  /// Mean and variance, by quadrature: formulas with densities at the limits cancel in the tails.
  var moments: (mean: Double, variance: Double) {
    // The mode, the direction away from it in which distances count, and where the density is that of the mode / 10^19.
    let (origin, slope, first, last): (Double, Double, Double, Double)
    switch shape {
    case .peak: (origin, slope, first, last) = (mean, 0, max(low, -9.4), min(high, 9.4))
    case .tail(let end):
      let extent = min(width, 88 / (end.start + (end.start * end.start + 88).squareRoot()))
      (origin, slope, first, last) = (low >= 0 ? lower : upper, end.start, 0, extent)
    }
    let density = { Elementary.exp(-Excess.exponent(slope, $0)) }
    let mass = GaussLegendre.integral(from: first, to: last, panels: 32, density)
    let average = GaussLegendre.integral(from: first, to: last, panels: 32) { $0 * density($0) } / mass
    let spread = GaussLegendre.integral(from: first, to: last, panels: 32) {
      ($0 - average) * ($0 - average) * density($0)
    }
    let sign = high <= 0 ? -1.0 : 1
    return (origin + sign * scale * average, scale * scale * (spread / mass))
  }
}

/// A value as a distance, in standard deviations, from what it is known best from.
private enum Place {
  case aboveLower(Double)
  case belowUpper(Double)
  case fromMean(Double)

  var mirrored: Place {
    switch self {
    case .aboveLower(let distance): .belowUpper(distance)
    case .belowUpper(let distance): .aboveLower(distance)
    case .fromMean(let distance): .fromMean(-distance)
    }
  }
}

/// Mass beside a limit, relative to the density at it.
private enum Excess {
  /// Minus the log of the density at a distance, relative to the density at the limit.
  static func exponent(_ slope: Double, _ distance: Double) -> Double { distance * (slope + 0.5 * distance) }

  static func mass(slope: Double, distance: Double) -> Double {
    GaussLegendre.integral(from: 0, to: distance) { Elementary.exp(-exponent(slope, $0)) }
  }

  /// The distance within which a mass lies, to full relative precision; nil unless the density changes little there.
  static func distance(slope: Double, mass: Double) -> Double? {
    guard mass * (1 + abs(slope)) <= 0.5 else { return nil }
    var distance = mass
    for _ in 0..<8 {
      let error = Self.mass(slope: slope, distance: distance) - mass
      let step = error * Elementary.exp(exponent(slope, distance))
      distance -= step
      if abs(step) <= 1e-16 * distance { break }
    }
    return distance
  }
}

/// A truncated normal distribution whose mean is beyond one limit, measured from that limit.
private struct DenseEnd {
  /// From the mean to the limit, not negative.
  let start: Double
  let width: Double
  /// Mass between the limits, relative to the density at the dense end.
  let mass: Double
  /// Log of the share of the untruncated tail that lies beyond the other limit, negated.
  private let depthOfFarEnd: Double
  private let ratio: Double

  init(start: Double, width: Double) {
    (self.start, self.width) = (start, width)
    ratio = StandardNormal.millsRatio(start)
    depthOfFarEnd = width == .infinity ? .infinity : Self.depth(width, from: start, ratio: ratio)
    mass =
      width * (1 + start) < 0.7
      ? Excess.mass(slope: start, distance: width) : -Elementary.expm1(-depthOfFarEnd) * ratio
  }

  /// Minus the log of the share of the tail beyond `start` that lies further than `offset` from it: convex, like the
  /// normal distribution's integrated hazard.
  private static func depth(_ offset: Double, from start: Double, ratio: Double) -> Double {
    Excess.exponent(start, offset) - Elementary.log(StandardNormal.millsRatio(start + offset) / ratio)
  }

  /// The place within which a share lies as seen from the dense end, which is called the lower limit here.
  ///
  /// - Parameter rest: One less the share.
  func place(_ share: Double, _ rest: Double) -> Place {
    if share <= 0.5, let distance = Excess.distance(slope: start, mass: share * mass) { return .aboveLower(distance) }
    let farMass = rest * mass * Elementary.exp(Excess.exponent(start, width))
    if let distance = Excess.distance(slope: -(start + width), mass: farMass) { return .belowUpper(distance) }
    let target = -Elementary.log(rest + share * Elementary.exp(-depthOfFarEnd))
    // Without the slow change of Mills' ratio the depth is a parabola, and lies too low: Newton's steps come down from
    // the right along a convex function.
    var offset = 2 * target / (start + (start * start + 2 * target).squareRoot())
    for _ in 0..<24 {
      let error = Self.depth(offset, from: start, ratio: ratio) - target
      let step = error * StandardNormal.millsRatio(start + offset)
      offset = max(offset - step, 0)
      if abs(step) <= 2e-16 * offset { break }
    }
    return .aboveLower(offset)
  }
}
