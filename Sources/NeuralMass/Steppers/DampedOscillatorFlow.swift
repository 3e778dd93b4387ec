import Foundation

/// The exact solution over one step of a critically damped oscillator with white noise,
/// y'' = -2 rate y' - rate² y + noise ξ(t).
///
/// Source: Ableidinger, Buckwar and Hinterleitner 2017, "A stochastic version of the Jansen and Rit neural mass model",
/// Journal of Mathematical Neuroscience 7, whose covariance matrix this is, in closed form.
public struct DampedOscillatorFlow: Hashable, Sendable {
  /// Factor of y in the new y, less one: so short steps lose no digits.
  public let positionFromPosition: Double
  /// Factor of y' in the new y.
  public let positionFromVelocity: Double
  /// Factor of y in the new y'.
  public let velocityFromPosition: Double
  /// Factor of y' in the new y', less one.
  public let velocityFromVelocity: Double
  /// Variance that noise of density 1 adds to y.
  public let positionVariance: Double
  /// Covariance that it adds to y and y'.
  public let covariance: Double
  /// Variance that it adds to y'.
  public let velocityVariance: Double

  /// A flow.
  ///
  /// - Parameters:
  ///   - rate: Inverse time constant [1/s]; below zero the oscillator runs away.
  ///   - dt: Length of the step [s].
  public init(rate: Double, dt: Double) {
    precondition(dt > 0, "a positive step")
    let x = rate * dt
    let decay = exp(-x)
    positionFromPosition = expm1(-x) + x * decay
    positionFromVelocity = dt * decay
    velocityFromPosition = -rate * x * decay
    velocityFromVelocity = expm1(-x) - x * decay
    // Integrals over s in 0 ... dt of h², h h' and h'² with h(s) = s exp(-rate s).
    let lost = -expm1(-2 * x)
    let square = decay * decay
    positionVariance = (lost - square * (2 * x + 2 * x * x)) / (4 * rate * rate * rate)
    covariance = dt * dt * square / 2
    velocityVariance = (lost + square * (2 * x - 2 * x * x)) / (4 * rate)
  }

  /// What two independent normals n1 and n2 add, for noise of density 1: (`y` n1, `vy` n1 + `v` n2).
  public var noiseFactors: (y: Double, vy: Double, v: Double) {
    let y = positionVariance.squareRoot()
    let vy = covariance / y
    return (y, vy, max(0, velocityVariance - vy * vy).squareRoot())
  }

  /// The new position and velocity.
  @inline(__always)
  public func advance(position: Double, velocity: Double) -> (position: Double, velocity: Double) {
    (
      position + (positionFromPosition * position + positionFromVelocity * velocity),
      velocity + (velocityFromPosition * position + velocityFromVelocity * velocity)
    )
  }
}
