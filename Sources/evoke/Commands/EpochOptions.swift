import ArgumentParser
import ERP
import Foundation

/// How epochs are cut; shared by every verb that goes from a recording to an average.
struct EpochOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Events: comma-separated texts, patterns (S*, ?, [12]), /regular expressions/ or NAME=PATTERN.",
      discussion: "Texts of annotations, rows of --events-table, or codes of a trigger channel. All when left out.",
      valueName: "list"))
  var events: String?

  @Option(
    help: ArgumentHelp("Take the events from a CSV or TSV table (BIDS events.tsv).", valueName: "file"),
    completion: .file())
  var eventsTable: String?

  @Option(
    help: ArgumentHelp(
      "Take the events from the trigger channel, keeping these bits: 0xFF, 65535. (default when there are no annotations: 0xFFFF)",
      valueName: "mask"))
  var statusMask: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("First sample of an epoch, seconds from the event.", valueName: "s"))
  var tmin = -0.2

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Last sample of an epoch, seconds from the event.", valueName: "s"))
  var tmax = 0.8

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Baseline in seconds, both ends included; an empty end is the epoch's; none for no correction.",
      valueName: "start:end"))
  var baseline = ":0"

  @Option(
    help: ArgumentHelp(
      "Zero-phase FIR filter of the continuous recording, pass band in Hz: 0.5:30, 0.1: or :40.", valueName: "low:high")
  )
  var filter: String?

  @Option(
    help: ArgumentHelp("New reference: average, or channel names separated by commas.", valueName: "average|labels"))
  var reference: String?

  @Option(
    help: ArgumentHelp(
      "Drop epochs whose peak-to-peak value is above this, in volts: 150e-6, or 150uV.", valueName: "volts"))
  var rejectPtp: String?

  @Option(
    help: ArgumentHelp(
      "Drop epochs whose peak-to-peak value is below this, in volts: 1e-6, or 1uV.", valueName: "volts"))
  var flat: String?

  @Option(help: ArgumentHelp("Subtract a straight line from every epoch.", valueName: "linear"))
  var detrend: Detrend?

  @Option(help: ArgumentHelp("Keep every Nth sample, counted from the event; filter first.", valueName: "n"))
  var decimate = 1

  @Option(
    help: ArgumentHelp("Channels to report; all EEG channels of the commonest rate when left out.", valueName: "list"))
  var channels: String?

  @Option(help: ArgumentHelp("Bad channels: neither reported nor part of the average reference.", valueName: "list"))
  var exclude: String?

  func validate() throws { _ = try settings() }

  /// The settings that the options ask for.
  ///
  /// - Throws: A usage error that names the option.
  func settings() throws -> EpochSettings {
    var settings = EpochSettings()
    if let events { settings.events = EventSelection(Self.eventItems(events)) }
    if let statusMask {
      guard eventsTable == nil else { throw usageError("--status-mask and --events-table exclude each other") }
      settings.eventSource = .trigger(mask: try Self.mask(statusMask))
    } else if eventsTable != nil {
      settings.eventSource = .annotations
    }
    guard tmin.isFinite, tmax.isFinite, tmin < tmax else {
      throw usageError("--tmin \(tmin) must be below --tmax \(tmax), both in seconds")
    }
    (settings.tmin, settings.tmax) = (tmin, tmax)
    settings.baseline = try Self.baseline(baseline)
    settings.filter = try filter.map(Self.filter)
    if let reference { settings.reference = reference == "average" ? .average : .channels(Self.list(reference)) }
    settings.peakToPeakLimit = try rejectPtp.map { try Self.volts($0, "--reject-ptp") }
    settings.flatLimit = try flat.map { try Self.volts($0, "--flat") }
    settings.detrend = detrend
    guard decimate >= 1 else { throw usageError("--decimate \(decimate): give a whole number from 1 up") }
    settings.decimation = decimate
    settings.channels = channels.map(Self.list)
    settings.excludedChannels = exclude.map(Self.list) ?? []
    return settings
  }

  private static func list(_ text: String) -> [String] {
    text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  /// Splits at commas, but not inside a regular expression between slashes.
  private static func eventItems(_ text: String) -> [String] {
    var items: [String] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      if let last = items.last, isOpenExpression(last) {
        items[items.count - 1] = last + "," + part
      } else {
        items.append(part.trimmingCharacters(in: .whitespaces))
      }
    }
    return items.filter { !$0.isEmpty }
  }

  /// True for `/a{1` or `name=/a{1`: an expression whose closing slash is still to come.
  private static func isOpenExpression(_ item: String) -> Bool {
    let pattern =
      item.hasPrefix("/") ? Substring(item) : item[(item.firstIndex(of: "=") ?? item.startIndex)...].dropFirst()
    return pattern.hasPrefix("/") && (pattern.count == 1 || !pattern.hasSuffix("/"))
  }

  private static func mask(_ text: String) throws -> Int {
    let lowered = text.lowercased()
    let value = lowered.hasPrefix("0x") ? Int(lowered.dropFirst(2), radix: 16) : Int(text)
    guard let value, (1...0xFF_FFFF).contains(value) else {
      throw usageError("--status-mask \(text): give a number from 1 to 0xFFFFFF, such as 0xFF")
    }
    return value
  }

  /// `START:END` in seconds, either end empty, or `none`.
  private static func baseline(_ text: String) throws -> BaselineInterval? {
    if text == "none" { return nil }
    let ends = try interval(text, option: "--baseline", example: "-0.1:0, :0 or none")
    if let start = ends.0, let end = ends.1, start > end {
      throw usageError("--baseline \(text): the start is after the end")
    }
    return BaselineInterval(start: ends.0, end: ends.1)
  }

  private static func filter(_ text: String) throws -> FilterSettings {
    let ends = try interval(text, option: "--filter", example: "0.5:30, 0.1: or :40")
    guard ends.0 != nil || ends.1 != nil else {
      throw usageError("--filter \(text): give at least one cut-off in Hz, such as 0.5:30")
    }
    return FilterSettings(low: ends.0, high: ends.1)
  }

  private static func interval(_ text: String, option: String, example: String) throws -> (Double?, Double?) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    guard parts.count == 2 else { throw usageError("\(option) \(text): write \(example)") }
    let values = try parts.map { part -> Double? in
      if part.isEmpty { return nil }
      guard let value = Double(part), value.isFinite else {
        throw usageError("\(option) \(text): '\(part)' is no number; write \(example)")
      }
      return value
    }
    return (values[0], values[1])
  }

  /// A number of volts, or a number with the unit V, mV, uV or nV behind it.
  private static func volts(_ text: String, _ option: String) throws -> Double {
    for (unit, scale) in [("uV", 1e-6), ("\u{B5}V", 1e-6), ("\u{3BC}V", 1e-6), ("mV", 1e-3), ("nV", 1e-9), ("V", 1.0)] {
      guard text.hasSuffix(unit) else { continue }
      guard let value = Double(text.dropLast(unit.count).trimmingCharacters(in: .whitespaces)), value > 0,
        value.isFinite
      else { break }
      return value * scale
    }
    guard let value = Double(text), value > 0, value.isFinite else {
      throw usageError("\(option) \(text): give volts above 0, such as 150e-6 or 150uV")
    }
    // A limit of a volt or more can only be meant in microvolts.
    guard value < 1 else { throw usageError("\(option) \(text): that many volts; did you mean \(text)uV?") }
    return value
  }
}

extension Detrend: ExpressibleByArgument {}
