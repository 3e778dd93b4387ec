/// The method of Euler and Maruyama, for equations in the sense of Itô.
public struct EulerMaruyama: StochasticStepper {
  /// One; half of that when the noise depends on the state.
  public static let strongOrder = 1.0
  private var rate: [Double]
  private var factor: [Double]

  /// Room for states of a size.
  public init(dimension: Int) {
    rate = Array(repeating: 0, count: dimension)
    factor = rate
  }

  /// One step.
  public mutating func step(
    _ state: inout [Double], time: Double, dt: Double, increments: [Double], drift: Derivative, diffusion: Derivative
  ) {
    drift(time, state, &rate)
    diffusion(time, state, &factor)
    for index in state.indices { state[index] += dt * rate[index] + factor[index] * increments[index] }
  }
}
