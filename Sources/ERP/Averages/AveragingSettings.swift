import EEGCore

/// How epochs become an average.
public struct AveragingSettings: Hashable, Sendable, Codable {
  /// Mean by default.
  public var method = AverageMethod.mean
  /// Of ``AverageMethod/trimmed``: the part of the epochs that is taken away at either end, 0 to below 0.5; 0.1 by
  /// default.
  public var trim = 0.1
  /// Divisor of the variance behind the standard error; N - 1 by default, as ERPLAB and FieldTrip.
  public var divisor = VarianceDivisor.sample
  /// Adds the plus-minus average, an estimate of the noise; off by default.
  public var estimatesNoise = false
  /// Adds a bootstrap confidence band; none by default.
  public var bootstrap: BootstrapSettings?

  /// The default settings with another method.
  public init(method: AverageMethod = .mean, divisor: VarianceDivisor = .sample) {
    self.method = method
    self.divisor = divisor
  }
}

/// A confidence band by the percentile bootstrap: epochs are drawn with replacement, and averaged, many times.
///
/// Source: Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13.
public struct BootstrapSettings: Hashable, Sendable, Codable {
  /// Probability that the band shall have at each sample, between 0 and 1; 0.95 by default.
  public var level = 0.95
  /// Number of draws; 1000 by default.
  public var resamples = 1000
  /// Seed of the draws; the same seed gives the same band for any number of threads.
  public var seed: UInt64 = 1

  /// The default settings.
  public init() {}
}
