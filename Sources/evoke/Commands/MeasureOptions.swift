import ArgumentParser
import EEGCore
import ERP
import Foundation

/// What is measured, where and how.
struct MeasureOptions: ParsableArguments {
  @Option(
    name: .customLong("window"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Window in seconds, both ends included: 0.3:0.5 or 0.3:0.5,name=P3; an empty end is the epoch's. May be repeated.",
      valueName: "start:end[,name=TEXT]"))
  var windowTexts: [String] = []

  @Option(
    name: .customLong("measures"), help: ArgumentHelp("What to measure, separated by commas.", valueName: "list"))
  var measureNames = "mean"

  @Option(help: ArgumentHelp("Channels, or GFP; all when left out and there is no --roi.", valueName: "list"))
  var channels: String?

  @Option(
    name: .customLong("roi"),
    help: ArgumentHelp(
      "Region of interest, the mean of its channels, or GFP for the global field power. May be repeated.",
      valueName: "NAME=LIST"))
  var regions: [String] = []

  @Option(help: ArgumentHelp("Conditions; all when left out.", valueName: "list"))
  var conditions: String?

  @Option(
    help: ArgumentHelp(
      "Polarities of areas, peaks and their latencies, separated by commas: positive, negative, absolute.",
      valueName: "list"))
  var polarity = "absolute"

  @Option(help: ArgumentHelp("Whose definitions of windows, latencies and the sme.", valueName: "erplab|mne"))
  var style = MeasureStyle.erplab

  @Flag(
    inversion: .prefixedNo,
    help: "Latencies of crossings between samples. (default: with --style erplab, not with --style mne)")
  var interpolate: Bool?

  @Option(help: ArgumentHelp("Fraction of fractional latencies, above 0 and up to 1.", valueName: "fraction"))
  var fraction = 0.5

  @Option(help: ArgumentHelp("Samples on either side that a local peak is compared with.", valueName: "n"))
  var neighbours = 3

  @Option(help: ArgumentHelp("What a window without a local peak gives.", valueName: "nan|simple"))
  var localPeakFallback = LocalPeakFallback.nan

  @Option(help: ArgumentHelp("The peak of fractional peak latencies.", valueName: "simple|local"))
  var fractionalPeak = FractionalPeak.simple

  @Option(help: ArgumentHelp("Onset: standard deviations of the baseline.", valueName: "k"))
  var onsetSd = 2.0

  @Option(help: ArgumentHelp("Onset: samples in a row beyond the limit.", valueName: "n"))
  var onsetSamples = 5

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Onset: baseline in seconds. (default: start of the epoch to 0)", valueName: "start:end"))
  var onsetBaseline: String?

  @Option(help: ArgumentHelp("Divisor of the sme. (default: n-1, and n with --style mne)", valueName: "n|n-1"))
  var smeDivisor: VarianceDivisor?

  enum LocalPeakFallback: String, ExpressibleByArgument, CaseIterable {
    case nan, simple
  }

  enum FractionalPeak: String, ExpressibleByArgument, CaseIterable {
    case simple, local
  }

  func validate() throws {
    guard !windowTexts.isEmpty else { throw usageError("give a window in seconds, such as --window 0.3:0.5") }
    _ = try plan(times: [])
  }

  /// The plan that the options ask for.
  ///
  /// - Parameter times: Of the epochs, for windows with an open end.
  /// - Throws: A usage error that names the option.
  func plan(times: [Double]) throws -> MeasurementPlan {
    var plan = MeasurementPlan(
      try measures(), windows: try windowTexts.map { try Self.window($0, option: "--window", times: times) },
      settings: try settings(times: times))
    plan.polarities = try OptionText.list(polarity).map { name in
      guard let polarity = MeasurePolarity(rawValue: name) else {
        throw usageError("--polarity \(name): give positive, negative or absolute")
      }
      return polarity
    }
    guard !plan.polarities.isEmpty else { throw usageError("--polarity: give positive, negative or absolute") }
    plan.conditions = conditions.map(OptionText.list)
    plan.sites = try sites()
    return plan
  }

  /// The measures that were asked for; both `peak-to-peak` and `peak_to_peak` are understood.
  func measures() throws -> [ERPMeasure] {
    let measures = try OptionText.list(measureNames).map { name in
      guard let measure = ERPMeasure(rawValue: name.replacingOccurrences(of: "-", with: "_")) else {
        let known = ERPMeasure.allCases.map { $0.rawValue.replacingOccurrences(of: "_", with: "-") }
        throw usageError("--measures \(name): there is no such measure; choose from \(known.joined(separator: ", "))")
      }
      return measure
    }
    guard !measures.isEmpty else { throw usageError("--measures: name at least one, such as mean") }
    return measures
  }

  private func settings(times: [Double]) throws -> MeasureSettings {
    var settings = MeasureSettings(style: style)
    if let interpolate { settings.interpolates = interpolate }
    guard fraction > 0, fraction <= 1 else {
      throw usageError("--fraction \(fraction): give a number above 0 and up to 1, such as 0.5")
    }
    settings.fraction = fraction
    guard (1...10_000).contains(neighbours) else {
      throw usageError("--neighbours \(neighbours): give a whole number from 1 up")
    }
    settings.localPeakSearch = .local(neighbours: neighbours, fallsBack: localPeakFallback == .simple)
    settings.fractionalPeakSearch = fractionalPeak == .local ? settings.localPeakSearch : .simple
    guard onsetSd >= 0, onsetSd.isFinite else { throw usageError("--onset-sd \(onsetSd): give a number from 0 up") }
    guard onsetSamples >= 1 else { throw usageError("--onset-samples \(onsetSamples): give a number from 1 up") }
    settings.onset = OnsetCriterion(deviations: onsetSd, consecutiveSamples: onsetSamples)
    settings.onsetBaseline = try onsetBaseline.map {
      try Self.window($0, option: "--onset-baseline", times: times)
    }
    if let smeDivisor { settings.errorDivisor = smeDivisor }
    return settings
  }

  private func sites() throws -> SiteSelection {
    var single = channels.map(OptionText.list)
    var named: [SiteSelection.Region] = []
    for region in regions {
      if region == MeasurementSite.globalFieldPowerName {
        single = (single ?? []) + [region]
        continue
      }
      let parts = region.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = parts[0].trimmingCharacters(in: .whitespaces)
      let members = parts.count == 2 ? OptionText.list(String(parts[1])) : []
      guard !name.isEmpty, !members.isEmpty else {
        throw usageError("--roi \(region): write a name and its channels, such as frontal=Fz,FCz, or GFP")
      }
      guard name != MeasurementSite.globalFieldPowerName else {
        throw usageError("--roi \(region): GFP is the global field power of all EEG channels; choose another name")
      }
      named.append(SiteSelection.Region(name: name, channels: members))
    }
    if let single, single.isEmpty, named.isEmpty { throw usageError("--channels: name at least one channel") }
    return SiteSelection(channels: single, regions: named)
  }

  /// `START:END` in seconds, either end empty, and perhaps `,name=TEXT`.
  private static func window(_ text: String, option: String, times: [Double]) throws -> MeasurementWindow {
    let example = "write seconds as 0.3:0.5 or 0.3:0.5,name=P3"
    let halves = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
    var name: String?
    if halves.count == 2 {
      guard halves[1].hasPrefix("name="), halves[1].count > "name=".count else {
        throw usageError("\(option) \(text): \(example)")
      }
      name = String(halves[1].dropFirst("name=".count))
    }
    let values = try OptionText.interval(String(halves[0]), option: option, example: "seconds as 0.3:0.5")
    if let start = values.0, let end = values.1, start > end {
      throw usageError("\(option) \(text): the start is after the end")
    }
    // Milliseconds by mistake: no epoch lasts a minute and more after its event.
    if let far = [values.0, values.1].compactMap({ $0 }).first(where: { abs($0) >= 60 }) {
      throw usageError("\(option) \(text): \(far) s is far from any event; give seconds, not milliseconds")
    }
    let start = values.0 ?? times.first ?? 0
    return MeasurementWindow(name: name, start: start, end: values.1 ?? times.last ?? start)
  }
}

extension MeasureStyle: ExpressibleByArgument {}
