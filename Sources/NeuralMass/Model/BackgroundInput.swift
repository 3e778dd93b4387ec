/// Input p(t) from the rest of the brain into the equation of y1: a mean and white noise.
///
/// Jansen and Rit 1995 draw p anew from 120 ... 320 1/s in every step. White noise of the same effect has the mean 220 1/s
/// and, at steps of h seconds, the deviation 57.7 √h; drawn every millisecond, 1.8.
public struct BackgroundInput: Hashable, Codable, Sendable {
  /// Mean of p [1/s].
  public var mean: Double
  /// Square root of the noise's spectral density, two-sided [1/√s]: its integral over t seconds deviates by this times √t.
  public var noise: Double

  /// An input from its mean [1/s] and noise [1/√s].
  public init(mean: Double = 0, noise: Double = 0) {
    self.mean = mean
    self.noise = noise
  }
}
