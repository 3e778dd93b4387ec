import EEGCore

/// What can be measured in a window.
public enum ERPMeasure: String, Codable, CaseIterable, Hashable, Sendable {
  /// Mean amplitude.
  case mean
  /// Signed area.
  case integral
  /// Area of a polarity.
  case area
  /// Most extreme value, and its latency.
  case peak
  /// Peak above its neighbours, and its latency.
  case localPeak = "local_peak"
  /// Positive minus negative peak.
  case peakToPeak = "peak_to_peak"
  /// Time at which a fraction of the peak is reached before it.
  case fractionalPeakOnset = "fractional_peak_onset"
  /// Time at which a fraction of the peak is left after it.
  case fractionalPeakOffset = "fractional_peak_offset"
  /// Time by which a fraction of the area has passed.
  case fractionalAreaLatency = "fractional_area_latency"
  /// Time by which a fraction of the signed area has passed.
  case fractionalIntegralLatency = "fractional_integral_latency"
  /// Time at which the waveform leaves its baseline.
  case onset
  /// Standardized measurement error of the mean amplitude.
  case measurementError = "sme"

  /// True when it is measured once a polarity.
  public var hasPolarity: Bool {
    switch self {
    case .mean, .integral, .peakToPeak, .fractionalIntegralLatency, .measurementError: false
    case .area, .peak, .localPeak, .fractionalPeakOnset, .fractionalPeakOffset, .fractionalAreaLatency, .onset: true
    }
  }

  /// What its value is measured in.
  public var quantity: MeasuredQuantity {
    switch self {
    case .mean, .peak, .localPeak, .peakToPeak, .measurementError: .amplitude
    case .integral, .area: .area
    case .fractionalPeakOnset, .fractionalPeakOffset, .fractionalAreaLatency, .fractionalIntegralLatency, .onset:
      .latency
    }
  }
}

/// The dimension of a measured value.
public enum MeasuredQuantity: String, Codable, CaseIterable, Hashable, Sendable {
  /// Volts.
  case amplitude
  /// Volt seconds.
  case area
  /// Seconds from the event.
  case latency
}

/// How measures are defined where there is a choice.
public struct MeasureSettings: Codable, Hashable, Sendable {
  /// Whose definitions of windows and latencies.
  public var style: MeasureStyle
  /// Latencies of crossings between samples.
  public var interpolates: Bool
  /// The fraction of fractional latencies, above 0 and up to 1.
  public var fraction = 0.5
  /// The peak of fractional peak latencies.
  public var fractionalPeakSearch = PeakSearch.simple
  /// What a local peak is; `local` with neighbours.
  public var localPeakSearch = PeakSearch.local(neighbours: 3, fallsBack: false)
  /// When a waveform has left its baseline.
  public var onset = OnsetCriterion()
  /// The baseline of onsets; from the start of the epoch to the event when nil.
  public var onsetBaseline: MeasurementWindow?
  /// The divisor of the standardized measurement error.
  public var errorDivisor: VarianceDivisor
  /// The window of the standardized measurement error.
  public var errorWindow: MeasurementErrorWindow

  /// The settings of a program: `erplab` interpolates latencies and divides by N - 1 over the whole window, `mne`
  /// returns sample times and divides by N without the window's last sample.
  public init(style: MeasureStyle = .erplab) {
    self.style = style
    switch style {
    case .erplab:
      interpolates = true
      errorDivisor = .sample
      errorWindow = .lastIncluded
    case .mne:
      interpolates = false
      errorDivisor = .population
      errorWindow = .lastExcluded
    }
  }

  /// How crossings are found.
  public var latencyRule: LatencyRule { LatencyRule(style: style, interpolates: interpolates) }
}
