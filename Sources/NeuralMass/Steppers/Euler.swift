/// The forward Euler method.
public struct Euler: Stepper {
  /// One.
  public static let order = 1
  private var rate: [Double]

  /// Room for states of a size.
  public init(dimension: Int) { rate = Array(repeating: 0, count: dimension) }

  /// One step.
  public mutating func step(_ state: inout [Double], time: Double, dt: Double, derivative: Derivative) {
    derivative(time, state, &rate)
    for index in state.indices { state[index] += dt * rate[index] }
  }
}
