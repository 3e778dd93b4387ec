/// One waveform to be measured: a channel, a region's mean, or the global field power.
///
/// All measures take the numbers of the samples they look at (``MeasurementWindow`` makes them from times), both ends
/// included. A value that does not exist, because nothing was found or a sample is not a number, is NaN.
public struct Waveform: Hashable, Sendable {
  /// Seconds from the event, T of them, equally spaced.
  public let times: [Double]
  /// Shape `[time]` = `[T]`, volts.
  public let values: [Double]

  /// A waveform; times and values must be as many.
  public init(times: [Double], values: [Double]) {
    precondition(times.count == values.count, "a waveform needs one value a time")
    self.times = times
    self.values = values
  }

  /// The mean amplitude over samples [V].
  public func mean(in samples: ClosedRange<Int>) -> Double {
    values[samples].reduce(0, +) / Double(samples.count)
  }
}

/// Which deflections a measure looks at.
public enum MeasurePolarity: String, Codable, CaseIterable, Hashable, Sendable {
  /// Upward: values above zero, the largest value.
  case positive
  /// Downward: values below zero, the smallest value.
  case negative
  /// Either: the waveform is rectified first.
  case absolute

  /// A value as this polarity sees it: the larger, the more of a peak.
  func oriented(_ value: Double) -> Double {
    switch self {
    case .positive: value
    case .negative: -value
    case .absolute: abs(value)
    }
  }
}
