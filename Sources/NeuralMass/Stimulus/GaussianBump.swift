import Foundation

/// A bump in the shape of a Gaussian, as in dynamic causal models of evoked potentials; repeated on request.
///
/// Source: David et al. 2006, "Dynamic causal modeling of evoked responses in EEG and MEG", NeuroImage 30.
public struct GaussianBump: Hashable, Codable, Sendable {
  /// Input at the peak [1/s].
  public var amplitude: Double
  /// When the first peak is [s].
  public var onset: Double
  /// Standard deviation [s].
  public var width: Double
  /// Bumps per second [Hz].
  public var rate: Double
  /// How many there are.
  public var count: Int

  /// One bump, or several.
  public init(amplitude: Double, onset: Double, width: Double, rate: Double = 1, count: Int = 1) {
    precondition(width > 0 && rate > 0 && count >= 0, "a bump of positive width and rate")
    self.amplitude = amplitude
    self.onset = onset
    self.width = width
    self.rate = rate
    self.count = count
  }

  /// Input at a time [1/s]; bumps further away than 8 widths are left out.
  func value(at time: Double) -> Double {
    let first = max(0, ((time - onset - 8 * width) * rate).rounded(.up))
    let last = min(Double(count - 1), ((time - onset + 8 * width) * rate).rounded(.down))
    guard first <= last else { return 0 }
    return (Int(first)...Int(last)).reduce(0) { sum, bump in
      let distance = (time - onset - Double(bump) / rate) / width
      return sum + amplitude * exp(-0.5 * distance * distance)
    }
  }
}
