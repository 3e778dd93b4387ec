/// How epochs were summarised.
public enum AverageMethod: String, Hashable, Sendable, Codable, CaseIterable {
  /// Every epoch alike.
  case mean
  /// Every epoch by the inverse of its noise.
  case weighted
  /// The middle value at every sample.
  case median
  /// The mean of what is left when the most extreme values at every sample are taken away.
  case trimmed
}

/// A range that holds the true value with a given probability, at every channel and sample.
public struct ConfidenceBand: Hashable, Sendable {
  /// Probability, such as 0.95.
  public var level: Double
  /// Lower end, shape `[channel, time]`, volts.
  public var lower: Matrix
  /// Upper end, shape `[channel, time]`, volts.
  public var upper: Matrix

  /// A band; both ends have one shape.
  public init(level: Double, lower: Matrix, upper: Matrix) {
    precondition(lower.rows == upper.rows && lower.columns == upper.columns, "both ends of a band have one shape")
    self.level = level
    self.lower = lower
    self.upper = upper
  }
}

/// An evoked potential: the summary of the epochs of one condition.
public struct Evoked: Hashable, Sendable {
  /// Condition.
  public var name: String
  /// Shape `[channel, time]`, volts.
  public var average: Matrix
  /// Standard error of the mean, shape `[channel, time]`, volts; nil when it is not known.
  public var standardError: Matrix?
  /// Number of epochs behind it, or the effective number for combinations.
  public var count: Double
  /// How it was made.
  public var method: AverageMethod
  /// What the variance behind `standardError` was divided by.
  public var divisor: VarianceDivisor
  /// Number of epochs behind each channel, where channels were rejected one by one; nil when all have `count`.
  public var channelCounts: [Double]?
  /// The plus-minus average: epochs with alternating signs, in which the potential cancels and the noise stays.
  ///
  /// Shape `[channel, time]`, volts; nil when it was not asked for.
  public var noise: Matrix?
  /// Where the true average lies, from resampling the epochs; nil when it was not asked for.
  public var confidence: ConfidenceBand?

  /// An evoked potential; see the properties for shapes and units.
  public init(
    name: String, average: Matrix, standardError: Matrix?, count: Double, method: AverageMethod = .mean,
    divisor: VarianceDivisor = .sample, channelCounts: [Double]? = nil, noise: Matrix? = nil,
    confidence: ConfidenceBand? = nil
  ) {
    self.name = name
    self.average = average
    self.standardError = standardError
    self.count = count
    self.method = method
    self.divisor = divisor
    self.channelCounts = channelCounts
    self.noise = noise
    self.confidence = confidence
  }
}

/// Evoked potentials of several conditions on the same channels and times.
public struct EvokedSet: Hashable, Sendable {
  /// The channels, C of them.
  public var channels: [Channel]
  /// Seconds from the event, T of them; equally spaced.
  public var times: [Double]
  /// Sampling rate [Hz].
  public var rate: Double
  /// One a condition.
  public var conditions: [Evoked]
  /// One entry an event that was asked for, kept or not; empty for grand averages.
  public var dropLog: [DropLogEntry]

  /// Evoked potentials; every average has the shape `[C, T]`.
  public init(
    channels: [Channel], times: [Double], rate: Double, conditions: [Evoked], dropLog: [DropLogEntry] = []
  ) {
    for evoked in conditions {
      precondition(
        evoked.average.rows == channels.count && evoked.average.columns == times.count, "an average needs shape [C, T]")
    }
    self.channels = channels
    self.times = times
    self.rate = rate
    self.conditions = conditions
    self.dropLog = dropLog
  }

  /// The condition of that name.
  public subscript(name: String) -> Evoked? { conditions.first { $0.name == name } }
}
