import EEGCore

/// A plan made ready for epochs of certain channels and times.
struct MeasurementTask {
  /// A window and its samples.
  private struct Stretch {
    let window: MeasurementWindow
    let samples: ClosedRange<Int>
  }

  /// Where something is measured.
  let sites: [MeasurementSite]
  private let plan: MeasurementPlan
  private let channels: [Channel]
  private let stretches: [Stretch]
  private let times: [Double]
  /// Samples of the onsets' baseline; used only when an onset is measured.
  private let baseline: ClosedRange<Int>

  /// Finds channels and samples.
  ///
  /// - Throws: ``ERPError``, codes `unknownChannel`, `ambiguousChannel`, `invalidWindow`, `invalidSettings`,
  ///   `invalidBaseline`.
  init(_ plan: MeasurementPlan, channels: [Channel], times: [Double], rate: Double) throws {
    self.plan = plan
    self.channels = channels
    self.times = times
    let settings = plan.settings
    guard settings.fraction > 0, settings.fraction <= 1 else {
      throw ERPError(
        code: .invalidSettings, message: "the fraction \(settings.fraction) must be above 0 and not above 1")
    }
    sites = try plan.sites.sites(in: channels)
    stretches = try plan.windows.map {
      Stretch(window: $0, samples: try $0.samples(of: times, rate: rate, style: settings.style))
    }
    try Self.checkReach(plan, stretches, times)
    baseline = plan.measures.contains(.onset) ? try Self.baseline(settings, times: times, rate: rate) : 0...0
  }

  /// All measures of one waveform.
  ///
  /// - Throws: ``ERPError``, of a standardized measurement error.
  func rows(
    of waveform: Waveform, site: MeasurementSite, condition: String, trial: MeasurementRow.Trial?, epochs: Epochs?
  ) throws -> [MeasurementRow] {
    let name = site.name(in: channels)
    var rows: [MeasurementRow] = []
    for stretch in stretches {
      for measure in plan.measures {
        let polarities: [MeasurePolarity?] = measure.hasPolarity ? plan.polarities : [nil]
        for polarity in polarities {
          let result: Result =
            if measure == .measurementError {
              try error(at: site, condition: condition, window: stretch.window, epochs: epochs)
            } else {
              value(measure, polarity: polarity ?? .absolute, of: waveform, in: stretch.samples)
            }
          rows.append(
            MeasurementRow(
              condition: condition, trial: trial, site: name, window: stretch.window,
              firstTime: times[stretch.samples.lowerBound], lastTime: times[stretch.samples.upperBound],
              measure: measure,
              polarity: polarity, value: result.value, latency: result.latency, definition: result.definition))
        }
      }
    }
    return rows
  }

  private struct Result {
    var value: Double
    var latency: Double = .nan
    let definition: String

    init(_ value: Double, definition: String) {
      self.value = value
      self.definition = definition
    }

    init(latency: Double, definition: String) {
      value = latency
      self.latency = latency
      self.definition = definition
    }

    init(_ peak: WaveformPeak, definition: String) {
      value = peak.amplitude
      latency = peak.latency
      self.definition = definition
    }
  }

  private func value(
    _ measure: ERPMeasure, polarity: MeasurePolarity, of waveform: Waveform, in samples: ClosedRange<Int>
  ) -> Result {
    let settings = plan.settings
    switch measure {
    case .mean: return Result(waveform.mean(in: samples), definition: "mean of samples")
    case .integral: return Result(waveform.area(.integral, in: samples), definition: "trapezoid")
    case .area: return Result(waveform.area(WaveformArea(polarity), in: samples), definition: "trapezoid")
    case .peak: return Result(waveform.peak(polarity, in: samples), definition: "simple peak")
    case .localPeak:
      let peak = waveform.peak(polarity, in: samples, search: settings.localPeakSearch)
      let description = Self.describe(settings.localPeakSearch)
      return Result(
        peak,
        definition: peak.sample != nil && !peak.isLocal ? "simple peak for want of a \(description)" : description)
    case .peakToPeak: return Result(waveform.peakToPeak(in: samples), definition: "simple peaks")
    case .fractionalPeakOnset, .fractionalPeakOffset:
      return Result(
        latency: waveform.fractionalPeakLatency(
          settings.fraction, measure == .fractionalPeakOnset ? .onset : .offset, of: polarity, in: samples,
          search: settings.fractionalPeakSearch, rule: settings.latencyRule),
        definition: "\(percent) of \(Self.describe(settings.fractionalPeakSearch)); \(rule)")
    case .fractionalAreaLatency, .fractionalIntegralLatency:
      return Result(
        latency: waveform.fractionalAreaLatency(
          settings.fraction, of: measure == .fractionalAreaLatency ? WaveformArea(polarity) : .integral, in: samples,
          rule: settings.latencyRule),
        definition: "\(percent) of \(measure == .fractionalAreaLatency ? "area" : "integral"); \(rule)")
    case .onset:
      let onset = settings.onset
      return Result(
        latency: waveform.onsetLatency(
          onset, of: polarity, in: samples, baseline: baseline, interpolates: settings.interpolates),
        definition: "\(onset.deviations) SD (\(onset.divisor.rawValue)) of the baseline for "
          + "\(onset.consecutiveSamples) samples; \(settings.interpolates ? "interpolated" : "on samples")")
    case .measurementError: preconditionFailure("errors are measured over epochs")
    }
  }

  private func error(
    at site: MeasurementSite, condition: String, window: MeasurementWindow, epochs: Epochs?
  ) throws -> Result {
    let settings = plan.settings
    let definition =
      "divisor \(settings.errorDivisor.rawValue); last sample "
      + (settings.errorWindow == .lastIncluded ? "included" : "excluded")
    guard let epochs, let averaged = site.averagedChannels else {
      return Result(.nan, definition: "not defined for the global field power")
    }
    guard epochs.events.contains(where: { $0.condition == condition }) else {
      return Result(.nan, definition: "not defined without epochs of the condition")
    }
    let samples = try epochs.errorSamples(from: window.start, to: window.end, window: settings.errorWindow)
    let error = try epochs.standardizedMeasurementError(
      ofMeanOver: averaged, condition: condition, samples: samples, divisor: settings.errorDivisor)
    return Result(error, definition: definition)
  }

  private var percent: String {
    // Two decimals, so that 0.07 is 7 and not 7.000000000000001.
    let value = (plan.settings.fraction * 1e4).rounded() / 100
    return value == value.rounded() ? "\(Int(value)) %" : "\(value) %"
  }

  private var rule: String {
    "\(plan.settings.style.rawValue); \(plan.settings.interpolates ? "interpolated" : "on samples")"
  }

  private static func describe(_ search: PeakSearch) -> String {
    switch search {
    case .simple: "simple peak"
    case .local(let neighbours, _): "local peak among \(neighbours) neighbours"
    }
  }

  /// Local peaks compare with samples around the window, which must exist.
  private static func checkReach(_ plan: MeasurementPlan, _ stretches: [Stretch], _ times: [Double]) throws {
    var reach = 0
    if plan.measures.contains(.localPeak) { reach = plan.settings.localPeakSearch.reach }
    if plan.measures.contains(.fractionalPeakOnset) || plan.measures.contains(.fractionalPeakOffset) {
      reach = max(reach, plan.settings.fractionalPeakSearch.reach)
    }
    for stretch in stretches
    where stretch.samples.lowerBound < reach || stretch.samples.upperBound + reach >= times.count {
      throw ERPError(
        code: .invalidWindow,
        message: "the window \(stretch.window) leaves less than \(reach) samples of the epoch on one side, which local "
          + "peaks are compared with; shorten it, or take fewer neighbours")
    }
  }

  private static func baseline(_ settings: MeasureSettings, times: [Double], rate: Double) throws -> ClosedRange<Int> {
    guard let first = times.first,
      let window = settings.onsetBaseline ?? (first < 0 ? .init(start: first, end: 0) : nil)
    else {
      throw ERPError(
        code: .invalidBaseline, message: "there are no samples before the event to measure an onset against")
    }
    return try window.samples(of: times, rate: rate, style: settings.style)
  }
}
