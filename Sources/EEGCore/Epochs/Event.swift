/// Something that happened at a sample, of a named condition.
public struct Event: Hashable, Sendable {
  /// Joined sample number of the signals that are epoched, or nil when the instant lies in no segment.
  public var sample: Int?
  /// Seconds from the start of the recording.
  public var onset: Double
  /// Condition, such as "T1" or "target".
  public var condition: String

  /// An event; see the properties for units.
  public init(sample: Int?, onset: Double, condition: String) {
    self.sample = sample
    self.onset = onset
    self.condition = condition
  }
}

/// Why an event has no epoch.
public enum DropReason: Hashable, Sendable, CustomStringConvertible {
  /// The epoch would begin before the first sample or end after the last.
  case outsideRecording
  /// The epoch would cross a gap of a discontinuous recording, or the event itself lies in one.
  case segmentBoundary
  /// The epoch overlaps an annotation whose text begins with "bad", which marks unusable data.
  case badAnnotation(text: String)
  /// Peak to peak above the limit in these channels.
  case peakToPeak(channels: [String])
  /// Peak to peak below the limit in these channels.
  case flat(channels: [String])

  /// The reason in words.
  public var description: String {
    switch self {
    case .outsideRecording: "outside the recording"
    case .segmentBoundary: "crosses a gap of the recording"
    case .badAnnotation(let text): "overlaps the annotation '\(text)'"
    case .peakToPeak(let channels): "peak-to-peak above limit: " + channels.joined(separator: ", ")
    case .flat(let channels): "flat: " + channels.joined(separator: ", ")
    }
  }
}

/// What became of one event.
public struct DropLogEntry: Hashable, Sendable {
  /// The event.
  public var event: Event
  /// Empty when its epoch was kept.
  public var reasons: [DropReason]

  /// An entry; no reasons means kept.
  public init(event: Event, reasons: [DropReason]) {
    self.event = event
    self.reasons = reasons
  }

  /// True when the event has an epoch.
  public var isKept: Bool { reasons.isEmpty }
}
