import EEGCore
import HDF5

/// What EEGLAB has no field for, in the struct `etc` that it leaves to other programs.
enum EEGLABExtras {
  private static let start = "evoke_start"
  private static let annotations = "evoke_annotations"

  /// An annotation outside the data, as JSON.
  private struct Note: Codable {
    var onset_s: Double
    var duration_s: Double?
    var text: String
    var channels: [String]
  }

  /// Writes the start of the recording, ISO 8601, and the annotations that no latency can place, JSON.
  static func write(
    start: StartTime?, annotations: [Annotation], to eeg: HDF5Group, with writer: MATLABWriter
  ) throws {
    guard start != nil || !annotations.isEmpty else {
      try writer.write(.empty, to: "etc", in: eeg)
      return
    }
    let group = try writer.createStruct("etc", in: eeg)
    if let start { try writer.write(.text(start.iso8601), to: Self.start, in: group) }
    if !annotations.isEmpty {
      let notes = annotations.map {
        Note(onset_s: $0.onset, duration_s: $0.duration, text: $0.text, channels: $0.channels)
      }
      try writer.write(.text(JSONText.encode(notes)), to: Self.annotations, in: group)
    }
  }

  static func readStart(_ reader: MATLABReader) throws -> StartTime? {
    guard case .text(let text)? = try reader.value("etc/\(start)") else { return nil }
    guard let start = StartTime(iso8601: text) else {
      throw reader.error(.invalidValue, "etc/\(start)", "'\(text)' is no ISO 8601 time")
    }
    return start
  }

  static func readAnnotations(_ reader: MATLABReader) throws -> [Annotation] {
    guard case .text(let text)? = try reader.value("etc/\(annotations)") else { return [] }
    guard let notes = JSONText.decode(text, as: [Note].self) else {
      throw reader.error(.invalidValue, "etc/\(annotations)", "is no JSON array of annotations")
    }
    return notes.map {
      Annotation(onset: $0.onset_s, duration: $0.duration_s, text: $0.text, channels: $0.channels)
    }
  }
}
