import ArgumentParser
import ERP

/// How continuous recordings are filtered; shared by every verb that does.
struct FilterOptions: ParsableArguments {
  enum Method: String, CaseIterable, ExpressibleByArgument {
    case fir, butterworth
  }

  @Option(
    help: ArgumentHelp(
      "Filter of the continuous recording, pass band in Hz: 0.5:30, 0.1: or :40.", valueName: "low:high"))
  var filter: String?

  @Option(
    help: ArgumentHelp(
      "fir, windowed sinc as MNE-Python's, or butterworth, forwards and backwards; both without delay.",
      valueName: "name"))
  var filterMethod = Method.fir

  @Option(help: ArgumentHelp("Of butterworth: order from 1 to 12.", valueName: "n")) var filterOrder = 4

  @Flag(help: "Stop what lies between the frequencies of --filter, and pass the rest.") var bandStop = false

  @Option(
    help: ArgumentHelp(
      "Of fir: widths of the transitions at the two frequencies in Hz; either may be left out.", valueName: "low:high"))
  var transition: String?

  @Option(help: ArgumentHelp("Of fir: zero, or minimum for a causal filter of least delay.", valueName: "name"))
  var filterPhase = FilterSettings.Phase.zero

  @Option(
    help: ArgumentHelp(
      "Of butterworth and notches: continuation beyond the ends as SciPy (brief) or MNE-Python (ringing).",
      valueName: "name"))
  var filterPadding = FilterSettings.Padding.brief

  @Option(help: ArgumentHelp("Frequencies to take out in Hz: 50, or 50,100,150.", valueName: "list"))
  var notch: String?

  @Option(help: ArgumentHelp("Frequency of a notch over its width.", valueName: "q"))
  var notchQuality = FilterSettings.defaultNotchQuality

  func validate() throws { _ = try settings() }

  /// True when nothing is to be filtered.
  var isEmpty: Bool { filter == nil && notch == nil }

  /// What the options ask for; nil when nothing is to be filtered.
  ///
  /// - Throws: A usage error that names the option.
  func settings() throws -> FilterSettings? {
    guard !isEmpty else {
      guard !bandStop, transition == nil else { throw usageError("--band-stop and --transition belong to --filter") }
      return nil
    }
    var settings = FilterSettings()
    if let filter {
      let ends = try OptionText.interval(filter, option: "--filter", example: "0.5:30, 0.1: or :40")
      guard ends.0 != nil || ends.1 != nil else {
        throw usageError("--filter \(filter): give at least one cut-off in Hz, such as 0.5:30")
      }
      (settings.low, settings.high) = ends
    }
    if let transition {
      (settings.lowTransition, settings.highTransition) = try OptionText.interval(
        transition, option: "--transition", example: "0.5:10, 0.5: or :10")
    }
    guard (1...IIRFilter.highestOrder).contains(filterOrder) else {
      throw usageError("--filter-order \(filterOrder): give a number from 1 to \(IIRFilter.highestOrder)")
    }
    settings.band = bandStop ? .stop : .pass
    settings.method = filterMethod == .fir ? .fir : .iir(order: filterOrder)
    settings.phase = filterPhase
    settings.padding = filterPadding
    settings.notch = try notch.map { try OptionText.numbers($0, option: "--notch", example: "50,100") } ?? []
    guard notchQuality > 0, notchQuality.isFinite else {
      throw usageError("--notch-quality \(notchQuality): give a number above 0")
    }
    settings.notchQuality = notchQuality
    return settings
  }
}

extension FilterSettings.Phase: ExpressibleByArgument {}
extension FilterSettings.Padding: ExpressibleByArgument {}
