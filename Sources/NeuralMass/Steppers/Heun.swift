/// The explicit trapezoidal rule of Heun.
public struct Heun: Stepper {
  /// Two.
  public static let order = 2
  private var first: [Double]
  private var second: [Double]
  private var predicted: [Double]

  /// Room for states of a size.
  public init(dimension: Int) {
    first = Array(repeating: 0, count: dimension)
    second = first
    predicted = first
  }

  /// One step.
  public mutating func step(_ state: inout [Double], time: Double, dt: Double, derivative: Derivative) {
    derivative(time, state, &first)
    for index in state.indices { predicted[index] = state[index] + dt * first[index] }
    derivative(time + dt, predicted, &second)
    for index in state.indices { state[index] += 0.5 * dt * (first[index] + second[index]) }
  }
}
