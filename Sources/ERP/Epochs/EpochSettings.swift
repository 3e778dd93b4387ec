import EEGCore

/// Everything that decides how epochs are cut; ``ERPPipeline`` takes it and archives keep it.
public struct EpochSettings: Hashable, Sendable, Codable {
  /// Which events. Default: all texts.
  public var events = EventSelection()
  /// Where the events come from. Default: ``EventSource/automatic``.
  public var eventSource = EventSource.automatic
  /// First sample of an epoch: `round(tmin * rate)` samples from the event [s]. Default: -0.2.
  public var tmin = -0.2
  /// Last sample of an epoch, included: `round(tmax * rate)` samples from the event [s]. Default: 0.8.
  public var tmax = 0.8
  /// Interval whose mean is subtracted from every epoch and channel; nil for none. Default: start of the epoch to 0.
  public var baseline: BaselineInterval? = BaselineInterval(start: nil, end: 0)
  /// What is subtracted from every epoch before the baseline; nil for nothing. Default: nil.
  public var detrend: Detrend?
  /// Every how many samples one is kept, counted from the event; nothing is filtered for it. Default: 1.
  public var decimation = 1
  /// An epoch is dropped when an EEG channel's largest minus smallest value is above this [V]. Default: nil, no limit.
  public var peakToPeakLimit: Double?
  /// An epoch is dropped when an EEG channel's largest minus smallest value is below this [V]. Default: nil, no limit.
  public var flatLimit: Double?
  /// What is subtracted from the EEG channels. Default: nothing.
  public var reference = Reference.none
  /// Names of the channels that are reported; nil for all EEG channels of the commonest rate. Default: nil.
  public var channels: [String]?
  /// Names of bad channels: neither reported nor part of the average reference. Default: none.
  public var excludedChannels: [String] = []
  /// Filter of the continuous recording, before anything else; nil for none. Default: nil.
  public var filter: FilterSettings?

  /// The default settings.
  public init() {}
}

/// A time interval of an epoch, both ends included.
public struct BaselineInterval: Hashable, Sendable, Codable {
  /// Seconds from the event; nil for the first sample of the epoch.
  public var start: Double?
  /// Seconds from the event; nil for the last sample of the epoch.
  public var end: Double?

  /// An interval in seconds from the event.
  public init(start: Double?, end: Double?) {
    self.start = start
    self.end = end
  }
}

/// What is fitted to every epoch and channel, and subtracted.
public enum Detrend: String, Hashable, Sendable, Codable, CaseIterable {
  /// A straight line by least squares over the whole epoch, on EEG channels.
  case linear
}

/// What is subtracted from the EEG channels at every sample.
public enum Reference: Hashable, Sendable, Codable {
  /// Nothing: the reference of the recording stays.
  case none
  /// The mean of all EEG channels of the recording at this rate, except the excluded ones.
  case average
  /// The mean of the named channels, such as two mastoids.
  case channels([String])
}
