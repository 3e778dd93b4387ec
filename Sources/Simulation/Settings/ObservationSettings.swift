import EEGCore
import ERP
import Foundation

/// From a simulated recording to an evoked potential: what `evoke erp` does with a real one.
public struct ObservationSettings: Hashable, Sendable {
  /// First sample of an epoch, from the event [s].
  public var tmin: Double
  /// Last sample of an epoch, from the event [s].
  public var tmax: Double
  /// Interval whose mean is subtracted, or nil.
  public var baseline: BaselineInterval?
  /// What is fitted and subtracted, or nil.
  public var detrend: Detrend?
  /// Every how many samples one is kept.
  public var decimation: Int
  /// Filter of the continuous recording, or nil.
  public var filter: FilterSettings?
  /// What is subtracted from all channels.
  public var reference: Reference
  /// What drops epochs.
  public var artifacts: ArtifactSettings
  /// How epochs become an average.
  public var average: AverageChoice

  /// How epochs become an average.
  public enum AverageChoice: String, Hashable, Sendable, NamedChoice {
    case mean, median
  }

  /// Epochs from `tmin` to `tmax` seconds with the mean up to the event as baseline.
  public init(tmin: Double, tmax: Double, reference: Reference = .average) {
    self.tmin = tmin
    self.tmax = tmax
    baseline = BaselineInterval(start: nil, end: 0)
    decimation = 1
    self.reference = reference
    artifacts = ArtifactSettings()
    average = .mean
  }

  /// The observation of a real recording.
  ///
  /// What belongs to the recording and not to the potential (events, names of channels, bad channels) is left out.
  public init(_ settings: EpochSettings) {
    self.init(tmin: settings.tmin, tmax: settings.tmax, reference: settings.reference)
    baseline = settings.baseline
    detrend = settings.detrend
    decimation = settings.decimation
    filter = settings.filter
    artifacts = settings.artifacts
  }

  /// The settings of the pipeline.
  public var epochSettings: EpochSettings {
    var settings = EpochSettings()
    (settings.tmin, settings.tmax) = (tmin, tmax)
    settings.baseline = baseline
    settings.detrend = detrend
    settings.decimation = decimation
    settings.filter = filter
    settings.reference = reference
    settings.artifacts = artifacts
    return settings
  }

  /// True when the average of epochs is a linear function of them, so that signal and noise may be averaged apart.
  public var isLinear: Bool { artifacts.rules.isEmpty && average == .mean }
}

/// As an object whose keys carry units; see docs/simulate.md.
extension ObservationSettings: Codable {
  private enum Key: String, CodingKey {
    case tmin = "tmin_s"
    case tmax = "tmax_s"
    case baseline = "baseline_s"
    case detrend, decimation
    case filterBand = "filter_hz"
    case filter, reference, reject, average
  }

  /// Reads settings.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    self.init(
      tmin: try values.decode(Double.self, forKey: .tmin), tmax: try values.decode(Double.self, forKey: .tmax))
    baseline = try values.decodeIfPresent([Double?].self, forKey: .baseline).map { ends in
      guard ends.count == 2 else {
        throw DecodingError.dataCorruptedError(
          forKey: .baseline, in: values, debugDescription: "write [START, END] in seconds, null for an end of the epoch"
        )
      }
      return BaselineInterval(start: ends[0], end: ends[1])
    }
    detrend = try values.decodeIfPresent(Detrend.self, forKey: .detrend)
    decimation = try values.decode(Int.self, forKey: .decimation)
    var wanted = try values.decode(FilterSettings.self, forKey: .filter)
    let band = try values.decodeIfPresent([Double?].self, forKey: .filterBand) ?? [nil, nil]
    guard band.count == 2 else {
      throw DecodingError.dataCorruptedError(
        forKey: .filterBand, in: values, debugDescription: "write [LOW, HIGH] in hertz, null for no such edge")
    }
    (wanted.low, wanted.high) = (band[0], band[1])
    filter = wanted.low == nil && wanted.high == nil && wanted.notch.isEmpty ? nil : wanted
    switch try values.decodeIfPresent(String.self, forKey: .reference) {
    case nil: reference = .none
    case "average"?: reference = .average
    case "mastoids"?: reference = .linkedMastoids()
    case let names?: reference = .channels(names.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
    }
    artifacts = ArtifactSettings()
    artifacts.rules = try values.decode([String].self, forKey: .reject).map { try ArtifactRule($0) }
    average = try values.decode(AverageChoice.self, forKey: .average)
  }

  /// Writes all keys, also of what is not used.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(tmin, forKey: .tmin)
    try values.encode(tmax, forKey: .tmax)
    try values.encode(baseline.map { [$0.start, $0.end] }, forKey: .baseline)
    try values.encode(detrend, forKey: .detrend)
    try values.encode(decimation, forKey: .decimation)
    try values.encode(filter.map { [$0.low, $0.high] }, forKey: .filterBand)
    var others = filter ?? FilterSettings()
    (others.low, others.high) = (nil, nil)
    try values.encode(others, forKey: .filter)
    let text: String? =
      switch reference {
      case .none: nil
      case .average: "average"
      case .linkedMastoids: "mastoids"
      case .channels(let names): names.joined(separator: ",")
      }
    try values.encode(text, forKey: .reference)
    try values.encode(artifacts.rules.map(\.description), forKey: .reject)
    try values.encode(average, forKey: .average)
  }
}
