import EEGCore
import HDF5

/// One element of the struct array `event`.
///
/// `type`, `latency`, `duration` and `epoch` are EEGLAB's own fields. Its users may add others, and this program does:
/// `channels`, JSON of the labels that an annotation belongs to; `sample` and `onset_s`, where an epoch was in its
/// recording; `count`, the number of epochs behind an average.
struct EEGLABEvent: Hashable, Sendable {
  var type: String
  /// Position in the data, trials end to end [samples]; the first sample is 1.
  var latency: Double
  /// Samples.
  var duration: Double?
  /// Number of the trial; the first is 1.
  var epoch: Int?
  var channels: [String] = []
  var sample: Int?
  var onset: Double?
  var count: Double?

  /// True for the mark of a gap; EEGLAB may use -99 where types are numbers (its option `boundary99`).
  var isBoundary: Bool { Self.isBoundary(type) }

  static func isBoundary(_ type: String) -> Bool { type.lowercased() == "boundary" || type == "-99" }

  // MARK: - Reading

  /// Reads the events that have a latency; EEGLAB and MNE-Python ignore the others.
  static func read(_ reader: MATLABReader) throws -> [EEGLABEvent] {
    let table = try reader.structArray(
      "event", fields: ["type", "latency", "duration", "epoch", "channels", "sample", "onset_s", "count"])
    return try (0..<table.count).compactMap { index in
      // Sample numbers are integers: a latency that no integer reaches cannot be one.
      guard let latency = table["latency", index].number, abs(latency) < 0x1p53 else { return nil }
      var event = EEGLABEvent(type: table["type", index].text ?? "", latency: latency)
      if let duration = table["duration", index].number, duration.isFinite, duration >= 0 { event.duration = duration }
      event.epoch = table["epoch", index].number.flatMap { Int(exactly: $0) }
      event.sample = table["sample", index].number.flatMap { Int(exactly: $0) }
      event.onset = table["onset_s", index].number.flatMap { $0.isFinite ? $0 : nil }
      event.count = table["count", index].number.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
      if case .text(let text) = table["channels", index], !text.isEmpty {
        guard let labels = JSONText.decode(text, as: [String].self) else {
          throw reader.error(.invalidValue, "event", "'\(text)' is no JSON array of channel labels")
        }
        event.channels = labels
      }
      return event
    }
  }

  // MARK: - Writing

  /// Writes `event`; a field that no event has is left out, but for `type` and `latency`.
  static func write(_ events: [EEGLABEvent], to eeg: HDF5Group, with writer: MATLABWriter) throws {
    var fields: [(name: String, values: [MATLABValue])] = [
      ("type", events.map { .text($0.type) }), ("latency", events.map { .number($0.latency) }),
    ]
    func add(_ name: String, _ value: (EEGLABEvent) throws -> MATLABValue?, otherwise: MATLABValue = .empty) rethrows {
      let values = try events.map(value)
      if values.contains(where: { $0 != nil }) { fields.append((name, values.map { $0 ?? otherwise })) }
    }
    // EEGLAB replaces a duration that is missing by 0, and MNE-Python would make it NaN.
    add("duration", { $0.duration.map { .number($0) } }, otherwise: .number(0))
    add("epoch", { $0.epoch.map { .number(Double($0)) } })
    try add("channels", { $0.channels.isEmpty ? nil : .text(try JSONText.encode($0.channels)) }, otherwise: .text(""))
    add("sample", { $0.sample.map { .number(Double($0)) } })
    add("onset_s", { $0.onset.map { .number($0) } })
    add("count", { $0.count.map { .number($0) } })
    try writer.writeStructArray(fields, to: "event", in: eeg)
  }
}
