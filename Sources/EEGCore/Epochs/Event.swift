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
  /// A detector found an artifact.
  case artifact(ArtifactFinding)
  /// The epoch was left out so that all conditions have as many epochs.
  case equalized

  /// The reason in words.
  public var description: String {
    switch self {
    case .outsideRecording: "outside the recording"
    case .segmentBoundary: "crosses a gap of the recording"
    case .badAnnotation(let text): "overlaps the annotation '\(text)'"
    case .artifact(let finding): finding.description
    case .equalized: "left out to equalise the conditions"
    }
  }
}

extension DropReason {
  /// What reasons are counted by: their kind in words, such as `peak-to-peak above 100 uV`, and the channels behind them.
  public var parts: (kind: String, channels: [String]) {
    switch self {
    case .artifact(let finding): (finding.rule, finding.channels.map(\.channel))
    case .outsideRecording, .segmentBoundary, .badAnnotation, .equalized: (description, [])
    }
  }
}

/// What became of one event.
public struct DropLogEntry: Hashable, Sendable {
  /// The event.
  public var event: Event
  /// Empty when its epoch was kept.
  public var reasons: [DropReason]
  /// Channels that were rejected in a kept epoch, whose values there are NaN; empty unless channels are rejected one by
  /// one.
  public var rejectedChannels: [ArtifactFinding]

  /// An entry; no reasons means kept.
  public init(event: Event, reasons: [DropReason], rejectedChannels: [ArtifactFinding] = []) {
    self.event = event
    self.reasons = reasons
    self.rejectedChannels = rejectedChannels
  }

  /// True when the event has an epoch.
  public var isKept: Bool { reasons.isEmpty }
}
