import EEGCore
import HDF5

/// Events as three datasets of one group: `sample`, `onset_s`, `condition`.
enum EventTable {
  /// Stands for an event that lies in no segment, and so has no sample number.
  private static let noSample = -1

  static func write(_ events: [Event], to group: HDF5Group) throws {
    if let event = events.first(where: { ($0.sample ?? 0) < 0 }) {
      throw ArchiveError(
        .notStorable, group, "an event of condition '\(event.condition)' has a negative sample number")
    }
    try group.write(events.map { $0.sample ?? noSample }, to: "sample", unit: nil, axes: "event")
    try group.write(events.map(\.onset), to: "onset_s", unit: "s", axes: "event")
    try group.write(events.map(\.condition), to: "condition", axes: "event")
  }

  static func read(_ group: HDF5Group) throws -> [Event] {
    let onsets: [Double] = try group.readNumbers("onset_s")
    let samples: [Int] = try group.readNumbers("sample", count: onsets.count)
    let conditions = try group.readTexts("condition", count: onsets.count)
    if let sample = samples.first(where: { $0 < noSample }) {
      throw ArchiveError(.invalidValue, group, "\(sample) is no sample number")
    }
    return onsets.indices.map { index in
      Event(
        sample: samples[index] == noSample ? nil : samples[index], onset: onsets[index], condition: conditions[index])
    }
  }
}

/// What became of the events: `/events`, and one text an event in `/drop_log` and in `/drop_reasons`.
///
/// `/drop_log` is for people, empty when the epoch was kept. `/drop_reasons` is a JSON array of
/// `{"reason": "outside" | "gap" | "bad_annotation" | "peak_to_peak" | "flat"}` for programs, with `text` (of the bad
/// annotation) or `channels` where there are any.
enum DropLogTable {
  private struct Reason: Codable {
    var reason: String
    var text: String?
    var channels: [String]?

    init(_ reason: DropReason) {
      switch reason {
      case .outsideRecording: self.reason = "outside"
      case .segmentBoundary: self.reason = "gap"
      case .badAnnotation(let text):
        self.reason = "bad_annotation"
        self.text = text
      case .peakToPeak(let channels):
        self.reason = "peak_to_peak"
        self.channels = channels
      case .flat(let channels):
        self.reason = "flat"
        self.channels = channels
      }
    }

    var dropReason: DropReason? {
      switch (reason, text, channels) {
      case ("outside", _, _): .outsideRecording
      case ("gap", _, _): .segmentBoundary
      case ("bad_annotation", let text?, _): .badAnnotation(text: text)
      case ("peak_to_peak", _, let channels?): .peakToPeak(channels: channels)
      case ("flat", _, let channels?): .flat(channels: channels)
      default: nil
      }
    }
  }

  static func write(_ dropLog: [DropLogEntry], to file: HDF5File) throws {
    try EventTable.write(dropLog.map(\.event), to: file.createGroup("events"))
    try file.write(
      dropLog.map { $0.reasons.map(\.description).joined(separator: "; ") }, to: "drop_log", axes: "event")
    try file.write(
      dropLog.map { try $0.isKept ? "[]" : JSONText.encode($0.reasons.map(Reason.init)) }, to: "drop_reasons",
      axes: "event")
  }

  static func read(_ file: HDF5File) throws -> [DropLogEntry] {
    let events = try EventTable.read(file.group("events"))
    let reasons = try file.readTexts("drop_reasons", count: events.count)
    return try zip(events, reasons).map { event, text in
      guard let decoded = text == "[]" ? [] : JSONText.decode(text, as: [Reason].self)?.map(\.dropReason),
        case let known = decoded.compactMap({ $0 }), known.count == decoded.count
      else {
        throw ArchiveError(
          .invalidValue, path: file.location.path, object: "/drop_reasons", "'\(text)' is no list of reasons")
      }
      return DropLogEntry(event: event, reasons: known)
    }
  }
}
