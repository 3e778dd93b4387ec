import ArgumentParser
import ERP
import Foundation

/// Which events, and what an epoch around them is.
struct EventOptions: ParsableArguments {
  enum Equalization: String, CaseIterable, ExpressibleByArgument {
    case mintime, truncate, random
  }

  @Option(
    help: ArgumentHelp(
      "Events: comma-separated texts, tags (visual/left), patterns (S*, ?, [12]), /regular expressions/, sequences or NAME=ITEM.",
      discussion: """
        Texts of annotations, rows of --events-table, or codes of a trigger channel. All when left out. A sequence is \
        S1>R*@0.2:0.9 for an S1 that a response follows within 0.2 to 0.9 s, S1<R*@0.2:0.9 for that response, \
        S1!>R*@0:1 for an S1 without one. docs/events.md has more.
        """,
      valueName: "list"))
  var events: String?

  @Flag(help: "An event that several items match has an epoch in each of their conditions, not in the first alone.")
  var several = false

  @Option(
    help: ArgumentHelp("Take the events from a CSV or TSV table (BIDS events.tsv).", valueName: "file"),
    completion: .file())
  var eventsTable: String?

  @Option(
    help: ArgumentHelp(
      "Rows of the table to take: \"trial_type == 'go' && response_time < 0.8\".", valueName: "query"))
  var `where`: String?

  @Option(
    help: ArgumentHelp(
      "Column of the table with the condition. (default: trial_type, or else value)", valueName: "name"))
  var conditionColumn: String?

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

  @Option(help: ArgumentHelp("Subtract a straight line from every epoch.", valueName: "linear"))
  var detrend: Detrend?

  @Option(help: ArgumentHelp("Keep every Nth sample, counted from the event; filter first.", valueName: "n"))
  var decimate = 1

  @Option(
    help: ArgumentHelp(
      "Leave out epochs so that all conditions have as many: mintime, truncate or random (with --seed).",
      valueName: "name"))
  var equalize: Equalization?

  /// Puts the options into settings.
  ///
  /// - Throws: A usage error that names the option.
  func apply(to settings: inout EpochSettings, seed: UInt64) throws {
    if let events { settings.events = EventSelection(list: events, allowsSeveral: several) }
    if let statusMask {
      guard eventsTable == nil else { throw usageError("--status-mask and --events-table exclude each other") }
      settings.eventSource = .trigger(mask: try Self.mask(statusMask))
    }
    guard tmin.isFinite, tmax.isFinite, tmin < tmax else {
      throw usageError("--tmin \(tmin) must be below --tmax \(tmax), both in seconds")
    }
    (settings.tmin, settings.tmax) = (tmin, tmax)
    settings.baseline = try Self.baseline(baseline)
    settings.detrend = detrend
    guard decimate >= 1 else { throw usageError("--decimate \(decimate): give a whole number from 1 up") }
    settings.decimation = decimate
    settings.equalization = equalize.map { method in
      switch method {
      case .mintime: .minimalTimeDifference
      case .truncate: .truncate
      case .random: .random(seed: seed)
      }
    }
    _ = try query()
  }

  /// Which rows of a table are taken; nil for all.
  func query() throws -> TableQuery? {
    guard let text = self.where else { return nil }
    do { return try TableQuery(text) } catch { throw usageError("--where: \(error)") }
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
    let ends = try OptionText.interval(text, option: "--baseline", example: "-0.1:0, :0 or none")
    if let start = ends.0, let end = ends.1, start > end {
      throw usageError("--baseline \(text): the start is after the end")
    }
    return BaselineInterval(start: ends.0, end: ends.1)
  }
}

extension Detrend: ExpressibleByArgument {}
