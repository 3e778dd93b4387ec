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
/// `/drop_log` is for people, empty when the epoch was kept. `/drop_reasons` is a JSON array of `{"reason": R}` for
/// programs, with R = `outside`, `gap`, `equalized`, `bad_annotation` and its `text`, or the name of a detector and its
/// `limit`, `channels` and `values`. `/rejected_channels`, where there are any, has detectors in the same form.
enum DropLogTable {
  private struct Reason: Codable {
    var reason: String
    var text: String?
    var limit: Double?
    var channels: [String]?
    var values: [Double?]?

    init(_ reason: String, text: String? = nil) {
      self.reason = reason
      self.text = text
    }

    init(_ reason: DropReason) {
      switch reason {
      case .outsideRecording: self.init("outside")
      case .segmentBoundary: self.init("gap")
      case .equalized: self.init("equalized")
      case .badAnnotation(let text): self.init("bad_annotation", text: text)
      case .artifact(let finding): self.init(finding)
      }
    }

    init(_ finding: ArtifactFinding) {
      // JSON has no NaN.
      func known(_ value: Double) -> Double? { value.isFinite ? value : nil }
      reason = finding.detector.rawValue
      limit = known(finding.limit)
      channels = finding.channels.map(\.channel)
      values = finding.channels.map { known($0.value) }
    }

    var dropReason: DropReason? {
      switch reason {
      case "outside": .outsideRecording
      case "gap": .segmentBoundary
      case "equalized": .equalized
      case "bad_annotation": text.map { .badAnnotation(text: $0) }
      default: finding.map { .artifact($0) }
      }
    }

    var finding: ArtifactFinding? {
      guard let detector = ArtifactDetector(rawValue: reason), let channels else { return nil }
      let values = values ?? channels.map { _ in nil }
      guard values.count == channels.count else { return nil }
      return ArtifactFinding(
        detector: detector, limit: limit ?? .nan,
        channels: zip(channels, values).map { .init(channel: $0, value: $1 ?? .nan) })
    }
  }

  static func write(_ dropLog: [DropLogEntry], to file: HDF5File) throws {
    try EventTable.write(dropLog.map(\.event), to: file.createGroup("events"))
    try file.write(
      dropLog.map { $0.reasons.map(\.description).joined(separator: "; ") }, to: "drop_log", axes: "event")
    try file.write(
      dropLog.map { try $0.isKept ? "[]" : JSONText.encode($0.reasons.map { Reason($0) }) }, to: "drop_reasons",
      axes: "event")
    guard dropLog.contains(where: { !$0.rejectedChannels.isEmpty }) else { return }
    try file.write(
      dropLog.map { try $0.rejectedChannels.isEmpty ? "[]" : JSONText.encode($0.rejectedChannels.map { Reason($0) }) },
      to: rejectedChannels, axes: "event")
  }

  private static let rejectedChannels = "rejected_channels"

  static func read(_ file: HDF5File) throws -> [DropLogEntry] {
    let events = try EventTable.read(file.group("events"))
    let reasons = try readLists("drop_reasons", count: events.count, in: file, \.dropReason)
    let rejected =
      file.exists(rejectedChannels)
      ? try readLists(rejectedChannels, count: events.count, in: file, \.finding) : events.map { _ in [] }
    return events.indices.map {
      DropLogEntry(event: events[$0], reasons: reasons[$0], rejectedChannels: rejected[$0])
    }
  }

  private static func readLists<Value>(
    _ name: String, count: Int, in file: HDF5File, _ value: (Reason) -> Value?
  ) throws -> [[Value]] {
    try file.readTexts(name, count: count).map { text in
      guard let decoded = text == "[]" ? [] : JSONText.decode(text, as: [Reason].self)?.map(value),
        case let known = decoded.compactMap({ $0 }), known.count == decoded.count
      else {
        throw ArchiveError(
          .invalidValue, path: file.location.path, object: "/\(name)", "'\(text)' is no list of reasons")
      }
      return known
    }
  }
}
