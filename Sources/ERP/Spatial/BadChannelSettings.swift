/// What makes a channel bad; ``BadChannelDetector`` takes it.
///
/// The criteria are those of the PREP pipeline: Bigdely-Shamlo, Mullen, Kothe, Su and Robbins 2015, "The PREP pipeline:
/// standardized preprocessing for large-scale EEG analysis". A criterion whose limit is nil is not looked at.
public struct BadChannelSettings: Hashable, Sendable, Codable {
  /// How amplitudes are compared.
  public enum AmplitudeScale: String, Hashable, Sendable, Codable, CaseIterable {
    /// By their logarithm: half and double the usual amplitude are alike far off.
    case logarithmic
    /// As they are, as PREP does.
    case linear
  }

  /// Robust standard deviation below which a channel, or a window of it, is flat [V]; 0.1 uV by default.
  ///
  /// That is less than the noise of amplifiers. PREP has 1e-15 V.
  public var flatLimit = 1e-7
  /// Part of the windows that may be flat; 0.01 by default, as PREP.
  public var flatFraction = 0.01
  /// Robust z-score of a channel's amplitude among all channels, of either sign, above which it deviates; 5 by default,
  /// as PREP.
  public var deviationLimit: Double? = 5
  /// How amplitudes are compared; by their logarithm by default.
  public var amplitudeScale = AmplitudeScale.logarithmic
  /// Correlation with the best neighbour below which a window is bad; 0.4 by default, as PREP.
  public var correlationLimit: Double? = 0.4
  /// Part of the windows that may correlate less; 0.01 by default, as PREP.
  public var correlationFraction = 0.01
  /// Length of the windows [s]; 1 by default, as PREP.
  public var window = 1.0
  /// Robust z-score of the part of a channel that lies above `high`, among all channels, above which it is noisy; nil,
  /// the default, for not looking.
  ///
  /// PREP has 5.
  public var noiseLimit: Double?
  /// Frequency below which drifts are taken out [Hz]; 1 by default, as PREP.
  public var low = 1.0
  /// Frequency above which the signal counts as noise and is left out of correlations [Hz]; 50 by default, as PREP.
  ///
  /// At rates up to twice this nothing lies above it.
  public var high = 50.0

  /// The default settings.
  public init() {}

  /// Checks what the type cannot.
  ///
  /// - Throws: ``ERPError``, code `invalidSettings`.
  func check() throws {
    func require(_ isRight: Bool, _ text: String) throws {
      if !isRight { throw ERPError(code: .invalidSettings, message: text) }
    }
    try require(
      flatLimit.isFinite && flatLimit >= 0, "a flat limit of \(flatLimit) V is not possible; give volts from 0 on")
    for fraction in [flatFraction, correlationFraction] {
      try require((0...1).contains(fraction), "a part of \(fraction) of the windows is not possible; give 0 to 1")
    }
    for limit in [deviationLimit, noiseLimit].compactMap({ $0 }) {
      try require(limit.isFinite && limit > 0, "a z-score of \(limit) is no limit; give a positive number")
    }
    if let limit = correlationLimit {
      try require((0...1).contains(limit), "a correlation of \(limit) is no limit; give 0 to 1")
    }
    try require(window.isFinite && window > 0, "windows of \(window) s are not possible; give a positive length")
    try require(
      low.isFinite && high.isFinite && low > 0 && low < high,
      "a band from \(low) to \(high) Hz is not possible; give two positive frequencies in ascending order")
  }
}
