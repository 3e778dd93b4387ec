import EEGCore
import ERP
import Foundation

/// What `erp` says of its work.
struct ERPReport: Encodable {
  /// What became of one recording.
  struct File: Encodable {
    struct Condition: Encodable {
      let name: String
      let events: Int
      let kept: Int
    }
    struct Drop: Encodable {
      let event: Int
      let onset_s: Double
      let condition: String
      let reasons: [String]
    }
    struct Filter: Encodable {
      let low_hz: Double?
      let high_hz: Double?
      let taps: Int
    }

    let path: String
    let rate_hz: Double
    let channels: [String]
    let conditions: [Condition]
    let dropped: [Drop]
    let left_out: [String]
    let filter: Filter?
    let warnings: [String]
    private let dropSummary: DropSummary

    enum CodingKeys: String, CodingKey {
      case path, rate_hz, channels, conditions, dropped, left_out, filter, warnings
    }

    init(path: String, result: EpochsResult, evoked: EvokedSet) {
      self.path = path
      rate_hz = evoked.rate
      channels = evoked.channels.map(\.name)
      let log = evoked.dropLog
      conditions = result.conditions.map { name in
        let entries = log.filter { $0.event.condition == name }
        return Condition(name: name, events: entries.count, kept: entries.count(where: \.isKept))
      }
      dropped = log.enumerated().filter { !$1.isKept }.map { index, entry in
        Drop(
          event: index, onset_s: entry.event.onset, condition: entry.event.condition,
          reasons: entry.reasons.map(\.description))
      }
      left_out = result.leftOutSignals.map(\.description)
      filter = result.filter.map {
        Filter(low_hz: $0.settings.low, high_hz: $0.settings.high, taps: $0.fir?.coefficients.count ?? 0)
      }
      warnings = result.warnings.map(\.description)
      dropSummary = DropSummary(log)
    }

    func lines() -> [String] {
      var lines = ["\(path): \(channels.count) channels at \(Formatting.number(rate_hz)) Hz"]
      if !left_out.isEmpty {
        lines += Formatting.wrapped(
          ["left", "out:"] + left_out.joined(separator: ", ").split(separator: " ").map(String.init), indent: "  ")
      }
      if let filter {
        let low = filter.low_hz.map(Formatting.number) ?? "0"
        let high = filter.high_hz.map(Formatting.number) ?? "Nyquist"
        lines.append("  filtered \(low) to \(high) Hz, \(filter.taps) taps, zero phase")
      }
      for condition in conditions {
        lines.append("  \(Formatting.printable(condition.name)): \(condition.kept) of \(condition.events) epochs kept")
      }
      lines += dropSummary.reasons.map { "    dropped \($0.epochs): \($0.text)" }
      return lines
    }
  }

  let output: String
  let files: [File]
  let conditions: [Average]
  let times: Times
  let warnings: [String]

  struct Average: Encodable {
    let name: String
    let count: Double
  }
  struct Times: Encodable {
    let first_s: Double
    let last_s: Double
    let count: Int
    let rate_hz: Double
  }

  init(output: String, files: [File], evoked: EvokedSet, warnings: [ERPWarning]) {
    self.output = output
    self.files = files
    conditions = evoked.conditions.map { Average(name: $0.name, count: $0.count) }
    times = Times(
      first_s: evoked.times.first ?? 0, last_s: evoked.times.last ?? 0, count: evoked.times.count, rate_hz: evoked.rate)
    self.warnings = warnings.map(\.description)
  }

  /// The report for people.
  func lines() -> [String] {
    let averages = conditions.map { "\(Formatting.printable($0.name)) (n = \(Formatting.number($0.count)))" }
    return files.flatMap { $0.lines() } + [
      "wrote \(output): \(averages.joined(separator: ", ")); \(times.count) samples from "
        + "\(Formatting.number(times.first_s * 1e3)) ms to \(Formatting.number(times.last_s * 1e3)) ms"
    ]
  }
}
