import EEGCore

/// What becomes of potentials before a network sees them.
public struct PreparationSettings: Hashable, Codable, Sendable {
  /// How potentials are brought to a size near 1.
  public enum Scaling: String, Hashable, Sendable, NamedChoice {
    /// Times ``PreparationSettings/factor``.
    case factor
    /// By the root mean square of all training data together.
    case rootMeanSquare = "rms"
  }

  /// How potentials are scaled.
  public var scaling = Scaling.rootMeanSquare
  /// Factor of the scaling `factor` [1/V].
  public var factor = 1e6
  /// Samples a second that are kept at most [Hz]: the means of so many samples as are needed; 0 keeps all.
  public var highestRate = 0.0
  /// Principal components of the time courses that stand for the samples, each with variance 1; 0 keeps the samples.
  public var components = 0
  /// Part of the largest variance that is added to those of all components, so that noise is not blown up.
  public var floor = 1e-6
  /// Standard montage to which potentials are interpolated; `none` takes the channels as they are.
  public var montage = "none"

  enum CodingKeys: String, CodingKey {
    case scaling, factor, components, floor, montage
    case highestRate = "highest_rate_hz"
  }
}
