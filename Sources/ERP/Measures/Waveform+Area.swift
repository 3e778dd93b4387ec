/// Which part of the area under a waveform counts.
public enum WaveformArea: String, Codable, CaseIterable, Hashable, Sendable {
  /// Everything with its sign: MNE-Python's `intg`, ERPLAB's numerical integration.
  case integral
  /// Values above zero; the others count as zero.
  case positive
  /// Values below zero, which makes a negative area as in MNE-Python; ERPLAB gives it without the sign.
  case negative
  /// All values without their sign: MNE-Python's `abs`, ERPLAB's rectified (total) area.
  case absolute

  /// The area that belongs to a polarity.
  public init(_ polarity: MeasurePolarity) {
    switch polarity {
    case .positive: self = .positive
    case .negative: self = .negative
    case .absolute: self = .absolute
    }
  }

  /// What a value contributes; NaN stays NaN.
  func part(of value: Double) -> Double {
    switch self {
    case .integral: value
    case .positive: value < 0 ? 0 : value
    case .negative: value > 0 ? 0 : value
    case .absolute: abs(value)
    }
  }
}

extension Waveform {
  /// The area under the waveform by the trapezoid rule [V s]; zero for a single sample.
  ///
  /// As MNE-Python's `compute_area`: the sign is taken from samples, not from zero crossings between them.
  public func area(_ kind: WaveformArea, in samples: ClosedRange<Int>) -> Double {
    if samples.count == 1 { return values[samples.lowerBound].isNaN ? .nan : 0 }
    return (samples.lowerBound..<samples.upperBound).reduce(0) { $0 + trapezoid(kind, from: $1) }
  }

  /// The time by which a fraction of the area has passed [s].
  ///
  /// - Parameters:
  ///   - fraction: Above 0 and up to 1.
  ///   - kind: Which area. A waveform's `integral` may fall as well as rise, and then reach the fraction several times.
  ///   - samples: Where to look, both ends included.
  ///   - rule: What to return; see ``LatencyRule``.
  /// - Returns: NaN when the area is zero or not a number.
  public func fractionalAreaLatency(
    _ fraction: Double, of kind: WaveformArea, in samples: ClosedRange<Int>, rule: LatencyRule
  ) -> Double {
    let total = area(kind, in: samples)
    guard total != 0, total.isFinite else { return .nan }
    if rule.style == .erplab, !rule.interpolates {
      return bisectedAreaLatency(fraction, of: kind, in: samples, total: total)
    }
    var sum = 0.0
    for sample in samples.dropFirst() {
      let before = sum
      sum += trapezoid(kind, from: sample - 1)
      guard sum / total >= fraction else { continue }
      guard rule.interpolates else { return times[sample] }
      return time(of: fraction, between: (sample - 1, before / total), (sample, sum / total))
    }
    return .nan
  }

  /// Where ERPLAB's search by bisection ends: the sample that reaches the fraction, or the one before.
  private func bisectedAreaLatency(
    _ fraction: Double, of kind: WaveformArea, in samples: ClosedRange<Int>, total: Double
  ) -> Double {
    var (low, high) = (samples.lowerBound, samples.upperBound)
    var middle = low
    while low <= high {
      // MATLAB rounds a half up.
      middle = (low + high + 1) / 2
      let reached = area(kind, in: samples.lowerBound...middle) / total
      if reached > fraction { high = middle - 1 } else if reached < fraction { low = middle + 1 } else { break }
    }
    return times[middle]
  }

  /// The area between a sample and the next [V s].
  private func trapezoid(_ kind: WaveformArea, from sample: Int) -> Double {
    (times[sample + 1] - times[sample]) * (kind.part(of: values[sample + 1]) + kind.part(of: values[sample])) / 2
  }

  /// The time at which a straight line between two samples reaches a level.
  func time(of level: Double, between first: (sample: Int, level: Double), _ second: (sample: Int, level: Double))
    -> Double
  {
    let way = (level - first.level) / (second.level - first.level)
    return times[first.sample] + way * (times[second.sample] - times[first.sample])
  }
}
