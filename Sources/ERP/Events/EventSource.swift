import EEGCore

/// Where the events of a recording come from.
///
/// A table of events (``EventTable``) is put in place of the recording's own annotations.
public enum EventSource: Hashable, Sendable, Codable {
  /// Annotations, when the selection finds any there; else the trigger channel, when there is one.
  case automatic
  /// The recording's annotations.
  case annotations
  /// A trigger channel: the first of kind ``SignalKind/status`` when no label is given. Codes are the digital values
  /// with only the bits of the mask kept; BioSemi puts its triggers into the lowest 16 bits.
  case trigger(channel: String? = nil, mask: Int = Self.defaultMask)

  /// The 16 trigger lines of a BioSemi amplifier; higher bits of its status word tell the state of the amplifier.
  public static let defaultMask = 0xFFFF
}

/// The events that a selection found.
struct EventList {
  /// In order of time.
  var events: [Event]
  /// In the order of the selection, then of first appearance.
  var conditions: [String]
  /// Items of the selection that found nothing.
  var unmatched: [String]
  /// Stretches that annotations mark as unusable, as far as they are not events themselves.
  var badSpans: [Annotation] = []

  /// Finds the events of a recording.
  ///
  /// - Parameter index: Of the signals that will be epoched; gives every event its sample.
  /// - Throws: ``ERPError``, codes `noEvents`, `noTriggerChannel`, `invalidPattern`, `invalidSettings`; the source's own
  ///   errors.
  init(in recording: Recording, from source: EventSource, selecting selection: EventSelection, at index: SegmentIndex)
    throws
  {
    switch source {
    case .annotations:
      // Without items every text is an event, but marks of bad data are none.
      let candidates = recording.annotations.filter { !selection.items.isEmpty || !$0.isBad }
      let assignment = try selection.assign(candidates)
      try self.init(candidates, assignment, of: selection, at: index)
      badSpans =
        selection.items.isEmpty
        ? recording.annotations.filter(\.isBad)
        : zip(candidates, assignment.conditionsOfEvent).filter { $0.isBad && $1.isEmpty }.map(\.0)
    case .trigger(let channel, let mask):
      let triggers = try TriggerChannel(in: recording, label: channel, mask: mask).annotations(in: recording)
      try self.init(triggers, selection.assign(triggers), of: selection, at: index)
      badSpans = recording.annotations.filter(\.isBad)
    case .automatic:
      let hasTriggers = recording.signals.contains { $0.kind == .status }
      let annotated = try selection.assign(recording.annotations)
      let next: EventSource = annotated.isEmpty && hasTriggers ? .trigger() : .annotations
      try self.init(in: recording, from: next, selecting: selection, at: index)
    }
  }

  /// Gives the selected annotations their samples; one with several conditions becomes as many events.
  private init(
    _ annotations: [Annotation], _ assignment: EventSelection.Assignment, of selection: EventSelection,
    at index: SegmentIndex
  ) throws {
    let found = zip(annotations, assignment.conditionsOfEvent).flatMap { annotation, conditions in
      conditions.map { (onset: annotation.onset, condition: $0) }
    }
    guard !found.isEmpty else {
      throw ERPError(code: .noEvents, message: Self.explainNone(selection, annotations))
    }
    events =
      found.enumerated()
      // Events of one instant stay in the order of the file.
      .sorted { ($0.element.onset, $0.offset) < ($1.element.onset, $1.offset) }
      .map { Event(sample: index.locate($1.onset)?.sample, onset: $1.onset, condition: $1.condition) }
    conditions = assignment.conditions
    unmatched = assignment.unmatched
  }

  private static func explainNone(_ selection: EventSelection, _ annotations: [Annotation]) -> String {
    var counts: [String: Int] = [:]
    var texts: [String] = []
    for annotation in annotations {
      if counts[annotation.text] == nil { texts.append(annotation.text) }
      counts[annotation.text, default: 0] += 1
    }
    guard !texts.isEmpty, !selection.items.isEmpty else {
      return "the recording has no events: no annotation and no change on a trigger channel; give a table of events"
    }
    let shown = texts.prefix(20).map { "'\($0)' (\(counts[$0, default: 0]))" }.joined(separator: ", ")
    let more = texts.count > 20 ? ", and \(texts.count - 20) more" : ""
    let wanted = selection.items.map { "'\($0)'" }.joined(separator: ", ")
    return "no event matches \(wanted); the recording has \(shown)\(more)"
  }
}

extension Annotation {
  /// True for marks of unusable data: as in MNE-Python, texts that begin with "bad" in any letter case.
  public var isBad: Bool { text.lowercased().hasPrefix("bad") }
}
