/// Counts of how often amplitudes occur, for quantiles of more samples than memory should hold.
///
/// Bins are 1/512 of their power of two wide, so a quantile is right to 0.2 % of itself, and far better where the
/// distribution is smooth, because it is interpolated inside of its bin. What is smaller than 2^-34 (0.06 nV) counts as
/// zero, and what is larger than 1 as 1.
struct AmplitudeHistogram: Sendable {
  private static let exponents = 34
  private static let fractionBits = 9
  /// Bins of one sign.
  private static let half = exponents << fractionBits
  /// Negative values in descending magnitude, zero, positive values in ascending magnitude.
  private var counts = [UInt64](repeating: 0, count: 2 * half + 1)
  /// Number of values.
  private(set) var total: UInt64 = 0

  /// Counts a finite value.
  mutating func add(_ value: Double) {
    let magnitude = abs(value)
    let smallestExponent = 1023 - Self.exponents
    let exponent = Int(magnitude.exponentBitPattern) - smallestExponent
    var place = Self.half
    if exponent >= 0 {
      let fraction = Int(magnitude.significandBitPattern >> UInt64(Double.significandBitCount - Self.fractionBits))
      let bin = 1 + min(exponent << Self.fractionBits | fraction, Self.half - 1)
      place += value < 0 ? -bin : bin
    }
    counts[place] += 1
    total += 1
  }

  /// The lower edge of a bin of positive values, counted from 0.
  private static func edge(_ bin: Int) -> Double {
    let exponent = UInt(1023 - exponents + bin >> fractionBits)
    let fraction = UInt64(bin & (1 << fractionBits - 1)) << UInt64(Double.significandBitCount - fractionBits)
    return Double(sign: .plus, exponentBitPattern: exponent, significandBitPattern: fraction)
  }

  /// Where the values of a bin lie, from the bin's place.
  private static func bounds(_ place: Int) -> (lower: Double, upper: Double) {
    if place == half { return (0, 0) }
    let bin = abs(place - half) - 1
    return place > half ? (edge(bin), edge(bin + 1)) : (-edge(bin + 1), -edge(bin))
  }

  /// The value at a rank from 0 (smallest) to `total - 1` (largest), whole or between two.
  private func value(atRank rank: Double) -> Double {
    var below = 0.0
    var last = 0.0
    for place in counts.indices where counts[place] > 0 {
      let count = Double(counts[place])
      let (lower, upper) = Self.bounds(place)
      // The values of a bin are taken to lie evenly, each in the middle of its share.
      if rank < below { return (last + lower) / 2 }
      if rank <= below + count - 1 { return lower + (upper - lower) * (rank - below + 0.5) / count }
      last = upper
      below += count
    }
    return last
  }

  /// A quantile by MATLAB's rule, as PREP has it: the k-th smallest of n values is the quantile (k - 1/2) / n.
  ///
  /// - Returns: NaN without values.
  func quantile(_ part: Double) -> Double {
    guard total > 0 else { return .nan }
    return value(atRank: min(max(0, part * Double(total) - 0.5), Double(total - 1)))
  }

  /// The robust standard deviation: the interquartile range, scaled to that of a normal distribution.
  var robustDeviation: Double { RobustStatistics.deviationsPerRange * (quantile(0.75) - quantile(0.25)) }

  /// The median distance from the median.
  var medianAbsoluteDeviation: Double {
    let median = quantile(0.5)
    guard median.isFinite else { return .nan }
    // Half of the values lie inside of median +- distance; the number grows with the distance.
    var (inner, outer) = (0.0, max(abs(quantile(0) - median), abs(quantile(1) - median)))
    for _ in 0..<60 where inner < outer {
      let middle = (inner + outer) / 2
      if count(upTo: median + middle) - count(upTo: median - middle) < Double(total) / 2 {
        inner = middle
      } else {
        outer = middle
      }
    }
    return outer
  }

  /// How many values are smaller than a limit, with a share of the bin it falls in.
  private func count(upTo limit: Double) -> Double {
    var sum = 0.0
    for place in counts.indices where counts[place] > 0 {
      let (lower, upper) = Self.bounds(place)
      if upper <= limit {
        sum += Double(counts[place])
      } else if lower < limit {
        return sum + Double(counts[place]) * (limit - lower) / (upper - lower)
      } else {
        return sum
      }
    }
    return sum
  }
}

/// Statistics that a few outliers do not change.
enum RobustStatistics {
  /// Standard deviations of a normal distribution per interquartile range.
  static let deviationsPerRange = 0.7413
  /// Standard deviations of a normal distribution per median absolute deviation.
  static let deviationsPerMedianDistance = 1.4826

  /// A quantile by MATLAB's rule, as PREP has it.
  ///
  /// - Parameter sorted: In ascending order.
  static func quantile(_ sorted: some RandomAccessCollection<Double>, _ part: Double) -> Double {
    guard !sorted.isEmpty else { return .nan }
    let rank = min(max(0, part * Double(sorted.count) - 0.5), Double(sorted.count - 1))
    func value(_ rank: Double) -> Double { sorted[sorted.index(sorted.startIndex, offsetBy: Int(rank))] }
    let (lower, upper) = (value(rank.rounded(.down)), value(rank.rounded(.up)))
    return lower + (upper - lower) * (rank - rank.rounded(.down))
  }

  /// The middle value, or the mean of the middle two.
  static func median(_ values: [Double]) -> Double { quantile(values.sorted(), 0.5) }

  /// Robust z-scores by median and interquartile range; nil where the range is zero.
  static func rangeScores(_ values: [Double]) -> [Double]? {
    let sorted = values.sorted()
    let spread = deviationsPerRange * (quantile(sorted, 0.75) - quantile(sorted, 0.25))
    guard spread > 0 else { return nil }
    let median = quantile(sorted, 0.5)
    return values.map { ($0 - median) / spread }
  }

  /// Robust z-scores by median and median absolute deviation; nil where that is zero.
  static func distanceScores(_ values: [Double]) -> [Double]? {
    let median = median(values)
    let spread = deviationsPerMedianDistance * self.median(values.map { abs($0 - median) })
    guard spread > 0 else { return nil }
    return values.map { ($0 - median) / spread }
  }
}
