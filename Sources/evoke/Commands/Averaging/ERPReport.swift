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
      let notch_hz: [Double]
      let method: String
      /// Coefficients of an FIR filter; nil for others.
      let taps: Int?
      private let summary: String

      enum CodingKeys: String, CodingKey { case low_hz, high_hz, notch_hz, method, taps }

      init(_ filter: ContinuousFilter) {
        let settings = filter.settings
        low_hz = settings.low
        high_hz = settings.high
        notch_hz = settings.notch
        taps = filter.fir?.coefficients.count
        var words: [String] = []
        switch settings.method {
        case .fir:
          method = "fir"
          let delay = settings.phase == .zero ? "zero phase" : "minimum phase"
          if let taps { words.append("\(taps) taps, \(delay)") }
        case .iir(let order):
          method = "butterworth"
          words.append("Butterworth, order \(order), forwards and backwards")
        }
        if settings.low != nil || settings.high != nil {
          let low = settings.low.map(Formatting.number) ?? "0"
          let high = settings.high.map(Formatting.number) ?? "Nyquist"
          words.insert(settings.band == .stop ? "without \(low) to \(high) Hz" : "\(low) to \(high) Hz", at: 0)
        }
        if !settings.notch.isEmpty {
          words.append("notches at \(settings.notch.map(Formatting.number).joined(separator: ", ")) Hz")
        }
        summary = words.joined(separator: ", ")
      }

      var line: String { "  filtered \(summary)" }
    }
    struct BadChannel: Encodable {
      let channel: String
      let reason: String
    }

    let path: String
    let rate_hz: Double
    let channels: [String]
    let conditions: [Condition]
    let dropped: [Drop]
    let left_out: [String]
    let filter: Filter?
    let bad_channels: [BadChannel]
    let interpolated: [String]
    /// Propagation factors by EOG channel: the largest of all channels.
    let eog_factors: [String: Double]
    let artifacts: ArtifactCounts
    let overlapping_pairs: Int
    let notes: [String]
    let warnings: [String]
    private let dropSummary: DropSummary

    enum CodingKeys: String, CodingKey {
      case path, rate_hz, channels, conditions, dropped, left_out, filter, bad_channels, interpolated, eog_factors
      case artifacts, overlapping_pairs, notes, warnings
    }

    /// A recording that went through the pipeline.
    init(path: String, result: EpochsResult, evoked: EvokedSet, notes: [String]) {
      self.init(
        path: path, evoked: evoked, conditions: result.conditions, leftOut: result.leftOutSignals.map(\.description),
        filter: result.filter.map(Filter.init),
        badChannels: result.badChannels.map { BadChannel(channel: $0.channel, reason: $0.description) },
        interpolated: result.interpolatedChannels, regression: result.eogRegression, overlap: result.overlap.pairs,
        notes: notes, warnings: result.warnings.map(\.description))
    }

    /// Averages, or epochs, that were there already.
    init(path: String, evoked: EvokedSet) {
      self.init(
        path: path, evoked: evoked, conditions: evoked.conditions.map(\.name), leftOut: [], filter: nil,
        badChannels: [],
        interpolated: [], regression: nil, overlap: 0, notes: [], warnings: [])
    }

    private init(
      path: String, evoked: EvokedSet, conditions names: [String], leftOut: [String], filter: Filter?,
      badChannels: [BadChannel], interpolated: [String], regression: EOGRegression?, overlap: Int, notes: [String],
      warnings: [String]
    ) {
      self.path = path
      rate_hz = evoked.rate
      channels = evoked.channels.map(\.name)
      let log = evoked.dropLog
      conditions = names.map { name in
        let entries = log.filter { $0.event.condition == name }
        return Condition(
          name: name, events: entries.count,
          kept: log.isEmpty ? Int(evoked[name]?.count ?? 0) : entries.count(where: \.isKept))
      }
      dropped = log.enumerated().filter { !$1.isKept }.map { index, entry in
        Drop(
          event: index, onset_s: entry.event.onset, condition: entry.event.condition,
          reasons: entry.reasons.map(\.description))
      }
      left_out = leftOut
      self.filter = filter
      bad_channels = badChannels
      self.interpolated = interpolated
      var factors: [String: Double] = [:]
      if let regression {
        for (column, name) in regression.eog.enumerated() {
          factors[name] = (0..<regression.factors.rows).map { abs(regression.factors[$0, column]) }.max()
        }
      }
      eog_factors = factors
      artifacts = ArtifactCounts(log, conditions: names)
      overlapping_pairs = overlap
      self.notes = notes
      self.warnings = warnings
      dropSummary = DropSummary(log)
    }

    func lines() -> [String] {
      var lines = ["\(path): \(channels.count) channels at \(Formatting.number(rate_hz)) Hz"]
      lines += notes.map { "  \($0)" }
      if !left_out.isEmpty {
        lines += Formatting.wrapped(
          ["left", "out:"] + left_out.joined(separator: ", ").split(separator: " ").map(String.init), indent: "  ")
      }
      if !bad_channels.isEmpty {
        lines.append("  found bad:")
        lines += bad_channels.map { "    \($0.reason)" }
      }
      if !interpolated.isEmpty { lines.append("  interpolated: \(interpolated.joined(separator: ", "))") }
      if let filter { lines.append(filter.line) }
      if !eog_factors.isEmpty {
        let factors = eog_factors.sorted { $0.key < $1.key }.map { "\($0.key) \(Formatting.number($0.value))" }
        lines.append("  eye movements subtracted; largest factors: \(factors.joined(separator: ", "))")
      }
      for condition in conditions where condition.events > 0 {
        lines.append("  \(Formatting.printable(condition.name)): \(condition.kept) of \(condition.events) epochs kept")
      }
      lines += dropSummary.reasons.map { "    dropped \($0.epochs): \($0.text)" }
      if artifacts.total.withRejectedChannels > 0 {
        lines.append("    channels rejected one by one in \(artifacts.total.withRejectedChannels) epochs")
      }
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
    let method: String
    let standard_error_divisor: String
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
    conditions = evoked.conditions.map {
      Average(
        name: $0.name, count: $0.count, method: $0.method.rawValue, standard_error_divisor: $0.divisor.rawValue)
    }
    times = Times(
      first_s: evoked.times.first ?? 0, last_s: evoked.times.last ?? 0, count: evoked.times.count, rate_hz: evoked.rate)
    self.warnings = warnings.map(\.description)
  }

  /// The report for people.
  func lines() -> [String] {
    let averages = conditions.map { "\(Formatting.printable($0.name)) (n = \(Formatting.number($0.count)))" }
    return files.flatMap { $0.lines() } + [
      "wrote \(output): \(averages.joined(separator: ", ")); \(times.count) samples from "
        + "\(Formatting.number(times.first_s * 1e3)) ms to \(Formatting.number(times.last_s * 1e3)) ms",
      "  \(conditions.first?.method ?? "mean"); standard errors with divisor "
        + "\(conditions.first?.standard_error_divisor ?? VarianceDivisor.sample.rawValue)",
    ]
  }
}
