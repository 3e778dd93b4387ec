/// Pieces of a recording around events, in volts.
public struct Epochs: Hashable, Sendable {
  /// The channels, C of them.
  public var channels: [Channel]
  /// Seconds from the event, T of them; equally spaced.
  public var times: [Double]
  /// Sampling rate after decimation [Hz].
  public var rate: Double
  /// Events of the kept epochs, N of them, in order.
  public var events: [Event]
  /// Shape `[epoch, channel, time]` = `[N, C, T]`, volts.
  public var values: [Double]
  /// One entry an event that was asked for, kept or not.
  public var dropLog: [DropLogEntry]

  /// Epochs; the number of values must be N * C * T.
  public init(
    channels: [Channel], times: [Double], rate: Double, events: [Event], values: [Double], dropLog: [DropLogEntry]
  ) {
    precondition(values.count == events.count * channels.count * times.count, "epochs need N * C * T values")
    self.channels = channels
    self.times = times
    self.rate = rate
    self.events = events
    self.values = values
    self.dropLog = dropLog
  }

  /// Number of values in one epoch, C * T.
  public var epochSize: Int { channels.count * times.count }

  /// One epoch, shape `[channel, time]`, volts.
  public func epoch(_ index: Int) -> Matrix {
    Matrix(
      rows: channels.count, columns: times.count,
      values: Array(values[(index * epochSize)..<((index + 1) * epochSize)]))
  }

  /// Conditions in order of first appearance among the kept events.
  public var conditions: [String] {
    var seen: Set<String> = []
    return events.map(\.condition).filter { seen.insert($0).inserted }
  }
}
