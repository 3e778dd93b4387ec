/// Cut-offs and transition bands of a filter, as MNE-Python's `mne.filter.create_filter` takes them.
///
/// A pass band edge is the frequency up to which the filter passes everything; the transition band lies outside it, and
/// the -6 dB point in its middle.
public struct FilterSettings: Hashable, Sendable, Codable {
  /// Lower edge of the pass band [Hz]; nil lets everything below through.
  public var low: Double?
  /// Upper edge of the pass band [Hz]; nil lets everything above through.
  public var high: Double?
  /// Width of the transition below `low` [Hz]; nil means `min(max(low / 4, 2), low)`.
  public var lowTransition: Double?
  /// Width of the transition above `high` [Hz]; nil means `min(max(high / 4, 2), rate / 2 - high)`.
  public var highTransition: Double?

  /// A low-pass, high-pass or band-pass filter; frequencies in hertz.
  public init(low: Double? = nil, high: Double? = nil, lowTransition: Double? = nil, highTransition: Double? = nil) {
    self.low = low
    self.high = high
    self.lowTransition = lowTransition
    self.highTransition = highTransition
  }
}
