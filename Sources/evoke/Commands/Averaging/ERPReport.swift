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
        let band: String? =
          switch (settings.low, settings.high) {
          case (let low?, let high?):
            (settings.band == .stop ? "without " : "") + "\(Formatting.number(low)) to \(Formatting.number(high)) Hz"
          case (let low?, nil): "above \(Formatting.number(low)) Hz"
          case (nil, let high?): "below \(Formatting.number(high)) Hz"
          case (nil, nil): nil
          }
        if let band { words.insert(band, at: 0) } else { words = [] }
        if !settings.notch.isEmpty {
          words.append("notches at \(settings.notch.map(Formatting.number).joined(separator: ", ")) Hz")
        }
        summary = words.joined(separator: ", ")
      }

      var line: String { "  filter: \(summary)" }
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
    let reference: String?
    let bipolar: [String]
    let bad_channels: [BadChannel]
    let interpolated: [String]
    /// Propagation factors by EOG channel: the largest of all channels.
    let eog_factors: [String: Double]
    let artifacts: ArtifactCounts
    let overlapping_pairs: Int
    let notes: [String]
    let warnings: [String]
    private let dropSummary: DropSummary
    private let searchedBadChannels: Bool

    enum CodingKeys: String, CodingKey {
      case path, rate_hz, channels, conditions, dropped, left_out, filter, reference, bipolar, bad_channels,
        interpolated
      case eog_factors
      case artifacts, overlapping_pairs, notes, warnings
    }

    /// A file.
    ///
    /// - Parameters:
    ///   - evoked: What it came to.
    ///   - result: Of the pipeline with its settings; nil for averages, or epochs, that were there already.
    ///   - notes: What was found beside the file.
    init(path: String, evoked: EvokedSet, result: (EpochsResult, EpochSettings)? = nil, notes: [String] = []) {
      let (epochs, settings) = (result?.0, result?.1 ?? EpochSettings())
      self.path = path
      self.notes = notes
      rate_hz = evoked.rate
      channels = evoked.channels.map(\.name)
      let log = evoked.dropLog
      let names = epochs?.conditions ?? evoked.conditions.map(\.name)
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
      let found = Set(epochs?.badChannels.map(\.channel) ?? [])
      // What was found bad is told with its reason.
      left_out = (epochs?.leftOutSignals ?? []).filter { !($0.reason == .excluded && found.contains($0.label)) }
        .map(\.description)
      filter = epochs?.filter.map(Filter.init)
      reference =
        switch settings.reference {
        case .none: nil
        case .average: "average"
        case .channels(let names): names.joined(separator: ", ")
        case .linkedMastoids: "linked mastoids"
        }
      bipolar = settings.bipolar
      searchedBadChannels = settings.badChannelDetection != nil
      bad_channels = (epochs?.badChannels ?? []).map { BadChannel(channel: $0.channel, reason: $0.description) }
      interpolated = epochs?.interpolatedChannels ?? []
      var factors: [String: Double] = [:]
      if let regression = epochs?.eogRegression {
        for (column, name) in regression.eog.enumerated() {
          factors[name] = (0..<regression.factors.rows).map { abs(regression.factors[$0, column]) }.max()
        }
      }
      eog_factors = factors
      artifacts = ArtifactCounts(log, conditions: names)
      overlapping_pairs = epochs?.overlap.pairs ?? 0
      warnings = epochs?.warnings.map(\.description) ?? []
      dropSummary = DropSummary(log)
    }

    func lines() -> [String] {
      var lines = ["\(path): \(channels.count) channels at \(Formatting.number(rate_hz)) Hz"]
      lines += notes.map { "  \($0)" }
      if !left_out.isEmpty {
        lines += Formatting.wrapped(
          ["left", "out:"] + left_out.joined(separator: ", ").split(separator: " ").map(String.init), indent: "  ")
      }
      if searchedBadChannels {
        lines.append("  found bad:\(bad_channels.isEmpty ? " none" : "")")
        lines += bad_channels.map { "    \($0.reason)" }
      }
      if !interpolated.isEmpty { lines.append("  interpolated: \(interpolated.joined(separator: ", "))") }
      if let filter { lines.append(filter.line) }
      if let reference { lines.append("  reference: \(reference)") }
      if !bipolar.isEmpty { lines.append("  bipolar: \(bipolar.joined(separator: ", "))") }
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
  private let hasErrors: Bool

  enum CodingKeys: String, CodingKey { case output, files, conditions, times, warnings }

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
    hasErrors = evoked.conditions.contains { $0.standardError != nil }
  }

  /// The report for people.
  func lines() -> [String] {
    let shown = conditions.prefix(6).map { "\(Formatting.printable($0.name)) (n = \(Formatting.number($0.count)))" }
    let averages = shown + (conditions.count > 6 ? ["\(conditions.count - 6) more"] : [])
    let method = conditions.first?.method ?? AverageMethod.mean.rawValue
    let divisor = hasErrors ? "; standard errors with divisor \(conditions.first?.standard_error_divisor ?? "")" : ""
    return files.flatMap { $0.lines() } + [
      "wrote \(output): \(averages.joined(separator: ", ")); \(times.count) samples from "
        + "\(Formatting.number(times.first_s * 1e3)) ms to \(Formatting.number(times.last_s * 1e3)) ms",
      "  \(method)\(divisor)",
    ]
  }
}
