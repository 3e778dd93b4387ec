import EEGCore

/// Everything that decides how epochs are cut; ``ERPPipeline`` takes it and archives keep it.
public struct EpochSettings: Hashable, Sendable, Codable {
  /// Which events; all texts by default.
  public var events = EventSelection()
  /// Where the events come from; annotations, or else the trigger channel, by default.
  public var eventSource = EventSource.automatic
  /// First sample of an epoch, `round(tmin * rate)` samples from the event [s]; -0.2 by default.
  public var tmin = -0.2
  /// Last sample of an epoch, included, `round(tmax * rate)` samples from the event [s]; 0.8 by default.
  public var tmax = 0.8
  /// Interval whose mean is subtracted from every epoch and channel, or nil; start of the epoch to 0 by default.
  public var baseline: BaselineInterval? = BaselineInterval(start: nil, end: 0)
  /// What is subtracted from every epoch before the baseline, or nil, as by default.
  public var detrend: Detrend?
  /// Every how many samples one is kept, counted from the event; 1 by default.
  ///
  /// Nothing is filtered for it: a low-pass filter below a third of the new rate should go with it.
  public var decimation = 1
  /// What drops epochs, or channels of them; nothing by default.
  public var artifacts = ArtifactSettings()
  /// What is subtracted from the EEG channels; nothing by default.
  public var reference = Reference.none
  /// Derivations such as `Fp1-F7`, reported in the place of their electrodes unless `channels` names those; none by
  /// default.
  public var bipolar: [String] = []
  /// Names of the channels that are reported; nil, the default, for all EEG channels of the commonest rate.
  public var channels: [String]?
  /// Names of channels that record the eyes, whatever their labels say; none by default.
  public var eogChannels: [String] = []
  /// Names of bad channels; none by default.
  public var excludedChannels: [String] = []
  /// Looks for further bad channels; nil, the default, to look for none.
  public var badChannelDetection: BadChannelSettings?
  /// True to replace bad channels by what the others let expect there; otherwise, as by default, they are neither
  /// reported nor part of the average reference.
  public var interpolatesBadChannels = false
  /// Subtracts what of the eyes' movements reaches the EEG channels; nil, the default, for nothing.
  public var eogRegression: EOGRegressionSettings?
  /// Leaves out epochs so that all conditions have as many; nil, the default, for all epochs.
  public var equalization: EqualizationMethod?
  /// Filter of the continuous recording, before anything else, or nil, as by default.
  public var filter: FilterSettings?

  /// The default settings.
  public init() {}

  /// The samples of an epoch before decimation, counted from its event.
  ///
  /// - Parameter rate: Samples per second [Hz].
  /// - Throws: ``ERPError``, codes `invalidSettings` and `invalidBaseline`.
  public func sampleRange(rate: Double) throws -> ClosedRange<Int> {
    let window = try EpochWindow(self, rate: rate)
    return window.first...(window.first + window.count - 1)
  }

  /// Limit above which an EEG channel's largest minus smallest value drops the epoch [V]: the first rule of
  /// ``ArtifactDetector/peakToPeak``.
  public var peakToPeakLimit: Double? {
    get { artifacts.limit(of: .peakToPeak) }
    set { artifacts.setLimit(newValue, of: .peakToPeak) }
  }

  /// Limit below which an EEG channel's largest minus smallest value drops the epoch [V]: the first rule of
  /// ``ArtifactDetector/flat``.
  public var flatLimit: Double? {
    get { artifacts.limit(of: .flat) }
    set { artifacts.setLimit(newValue, of: .flat) }
  }
}

extension ArtifactSettings {
  fileprivate func limit(of detector: ArtifactDetector) -> Double? {
    rules.first { $0.detector == detector }?.limit
  }

  fileprivate mutating func setLimit(_ limit: Double?, of detector: ArtifactDetector) {
    let place = rules.firstIndex { $0.detector == detector }
    switch (place, limit) {
    case (let place?, let limit?): rules[place].limit = limit
    case (let place?, nil): rules.remove(at: place)
    case (nil, let limit?): rules.append(ArtifactRule(detector, limit: limit))
    case (nil, nil): break
    }
  }
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
public enum Detrend: String, Hashable, Sendable, NamedChoice {
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
  /// The mean of both mastoids, or ears, found by name; with one of them alone see ``LoneMastoid``.
  case linkedMastoids(lone: LoneMastoid = .refused)
}
