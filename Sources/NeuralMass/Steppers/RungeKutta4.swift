/// The classical method of Runge and Kutta.
public struct RungeKutta4: Stepper {
  /// Four.
  public static let order = 4
  private var rate: [Double]
  private var trial: [Double]
  private var sum: [Double]

  /// Room for states of a size.
  public init(dimension: Int) {
    rate = Array(repeating: 0, count: dimension)
    trial = rate
    sum = rate
  }

  /// One step.
  public mutating func step(_ state: inout [Double], time: Double, dt: Double, derivative: Derivative) {
    derivative(time, state, &rate)
    for index in state.indices {
      sum[index] = state[index] + dt / 6 * rate[index]
      trial[index] = state[index] + dt / 2 * rate[index]
    }
    for stage in 1...2 {
      let reach = stage == 1 ? dt / 2 : dt
      derivative(time + dt / 2, trial, &rate)
      for index in state.indices {
        sum[index] += dt / 3 * rate[index]
        trial[index] = state[index] + reach * rate[index]
      }
    }
    derivative(time + dt, trial, &rate)
    for index in state.indices { state[index] = sum[index] + dt / 6 * rate[index] }
  }
}
