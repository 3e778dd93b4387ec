import EEGArchive
import EEGCore
import Foundation

/// What `info` says of a file that holds no recording: epochs, evoked potentials, or another archive.
struct ArchiveReport: Encodable {
  struct Condition: Encodable {
    let name: String
    let count: Double
  }

  let path: String
  let format: String
  let kind: ArchiveKind
  private(set) var channels: [Channel] = []
  private(set) var times: [Double] = []
  private(set) var rate: Double?
  private(set) var conditions: [Condition] = []
  private(set) var events = 0
  private(set) var dropped = 0

  enum CodingKeys: String, CodingKey {
    case path, format, kind, channels, times, tmin_s, tmax_s, rate_hz, conditions, events, dropped
  }

  /// Any archive that is neither recording nor one of the others.
  init(path: String, kind: ArchiveKind) {
    self.path = path
    self.kind = kind
    format = "EVOKE"
  }

  init(path: String, evoked: EvokedSet) {
    self.path = path
    kind = .evoked
    format = Self.format(path)
    (channels, times, rate) = (evoked.channels, evoked.times, evoked.rate)
    conditions = evoked.conditions.map { Condition(name: $0.name, count: $0.count) }
    take(evoked.dropLog)
  }

  init(path: String, epochs: Epochs) {
    self.path = path
    kind = .epochs
    format = Self.format(path)
    (channels, times, rate) = (epochs.channels, epochs.times, epochs.rate)
    conditions = epochs.conditions.map { name in
      Condition(name: name, count: Double(epochs.events.count { $0.condition == name }))
    }
    take(epochs.dropLog)
  }

  private static func format(_ path: String) -> String { FileContent(path: path) == .matlab ? "SET" : "EVOKE" }

  private mutating func take(_ dropLog: [DropLogEntry]) {
    events = dropLog.count
    dropped = dropLog.count { !$0.isKept }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(path, forKey: .path)
    try container.encode(format, forKey: .format)
    try container.encode(kind.rawValue, forKey: .kind)
    try NoRecordingKeys(duration: times.last.map { $0 - (times.first ?? 0) } ?? 0).encode(to: encoder)
    guard let rate else { return }
    try container.encode(channels.map(\.name), forKey: .channels)
    try container.encode(times.count, forKey: .times)
    try container.encode(times.first, forKey: .tmin_s)
    try container.encode(times.last, forKey: .tmax_s)
    try container.encode(rate, forKey: .rate_hz)
    try container.encode(conditions, forKey: .conditions)
    try container.encode(events, forKey: .events)
    try container.encode(dropped, forKey: .dropped)
  }

  /// The report for people.
  func lines() -> [String] {
    var lines = ["\(path): \(format), \(kind.rawValue)"]
    guard let rate, let first = times.first, let last = times.last else { return lines }
    lines.append(
      "  \(channels.count) channels, \(times.count) samples at \(Formatting.number(rate)) Hz from "
        + "\(Formatting.number(first * 1e3)) ms to \(Formatting.number(last * 1e3)) ms")
    lines += Formatting.wrapped(channels.map { Formatting.printable($0.name) }, indent: "    ")
    for condition in conditions {
      lines.append("  \(Formatting.printable(condition.name)): n = \(Formatting.number(condition.count))")
    }
    if events > 0 { lines.append("  \(events) events, \(dropped) dropped") }
    return lines
  }
}
