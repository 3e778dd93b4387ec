/// The rate of change of a state at a time, for `dimension` values.
public typealias Derivative = (_ time: Double, _ state: [Double], _ rate: inout [Double]) -> Void

/// A method that takes an ordinary differential equation one step further and knows nothing of the model.
public protocol Stepper: Sendable {
  /// The global error falls with this power of the step.
  static var order: Int { get }
  /// Room for states of a size.
  init(dimension: Int)
  /// Replaces the state at `time` by that at `time + dt`. Allocates nothing.
  mutating func step(_ state: inout [Double], time: Double, dt: Double, derivative: Derivative)
}

/// A method for stochastic differential equations with one noise for each value of the state.
public protocol StochasticStepper: Sendable {
  /// The mean distance from the true path falls with this power of the step, when the noise does not depend on the state.
  static var strongOrder: Double { get }
  /// Room for states of a size.
  init(dimension: Int)
  /// Replaces the state at `time` by that at `time + dt`. Allocates nothing.
  ///
  /// - Parameters:
  ///   - increments: By how much each Wiener process has grown meanwhile; variance `dt`.
  ///   - drift: The deterministic rate of change.
  ///   - diffusion: The factor of each increment.
  mutating func step(
    _ state: inout [Double], time: Double, dt: Double, increments: [Double], drift: Derivative, diffusion: Derivative)
}
