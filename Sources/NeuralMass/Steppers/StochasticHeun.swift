/// The method of Heun with noise, for equations in the sense of Stratonovich.
///
/// Where the noise does not depend on the state, Itô and Stratonovich mean the same.
public struct StochasticHeun: StochasticStepper {
  /// One.
  public static let strongOrder = 1.0
  private var firstRate: [Double]
  private var secondRate: [Double]
  private var firstFactor: [Double]
  private var secondFactor: [Double]
  private var predicted: [Double]

  /// Room for states of a size.
  public init(dimension: Int) {
    firstRate = Array(repeating: 0, count: dimension)
    secondRate = firstRate
    firstFactor = firstRate
    secondFactor = firstRate
    predicted = firstRate
  }

  /// One step.
  public mutating func step(
    _ state: inout [Double], time: Double, dt: Double, increments: [Double], drift: Derivative, diffusion: Derivative
  ) {
    drift(time, state, &firstRate)
    diffusion(time, state, &firstFactor)
    for index in state.indices {
      predicted[index] = state[index] + dt * firstRate[index] + firstFactor[index] * increments[index]
    }
    drift(time + dt, predicted, &secondRate)
    diffusion(time + dt, predicted, &secondFactor)
    for index in state.indices {
      state[index] +=
        0.5 * dt * (firstRate[index] + secondRate[index])
        + 0.5 * (firstFactor[index] + secondFactor[index]) * increments[index]
    }
  }
}
