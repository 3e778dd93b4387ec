/// How epochs were summarised.
public enum AverageMethod: String, Hashable, Sendable, Codable, CaseIterable {
  case mean, median
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

  /// An evoked potential; see the properties for shapes and units.
  public init(name: String, average: Matrix, standardError: Matrix?, count: Double, method: AverageMethod = .mean) {
    self.name = name
    self.average = average
    self.standardError = standardError
    self.count = count
    self.method = method
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
