/// Whose definitions are followed where programs differ.
public enum MeasureStyle: String, Codable, CaseIterable, Hashable, Sendable {
  /// ERPLAB's (github.com/ucdavis/erplab).
  case erplab
  /// MNE-Python's (1.13).
  case mne
}

/// How the time is found at which a waveform reaches a level.
///
/// | | `mne` | `erplab` |
/// |---|---|---|
/// | before the peak | first sample of the window at or above the level | last sample before the peak at or below it |
/// | after the peak | first sample from the peak on at or below it | the same |
/// | part of an area | first sample by which it has passed | sample at which a search by bisection ends |
///
/// With interpolation the crossing itself is returned: on the straight line between the samples on either side of the
/// level, of the waveform or, for areas, of the area so far.
///
/// Source: MNE-Python 1.13.2, `mne/stats/erp.py`; ERPLAB's manual, "ERP Measurement Tool", and the behaviour of its
/// `geterpvalues`, `localpeak` and `areaerp`, without their oversampling by cubic splines and single precision.
public struct LatencyRule: Codable, Hashable, Sendable {
  /// Whose definition.
  public var style: MeasureStyle
  /// Times between samples instead of sample times.
  public var interpolates: Bool

  /// A rule.
  public init(style: MeasureStyle, interpolates: Bool) {
    self.style = style
    self.interpolates = interpolates
  }

  /// MNE-Python's definition, on samples.
  public static let mne = LatencyRule(style: .mne, interpolates: false)
  /// ERPLAB's definition, on samples.
  public static let erplab = LatencyRule(style: .erplab, interpolates: false)
  /// ERPLAB's definition with interpolation.
  public static let erplabInterpolated = LatencyRule(style: .erplab, interpolates: true)
}
