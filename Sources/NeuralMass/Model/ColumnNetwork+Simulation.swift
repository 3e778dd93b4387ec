/// What is calculated: steps, and which of them are kept.
public struct SimulationPlan: Hashable, Codable, Sendable {
  /// Length of a step [s].
  public var dt: Double
  /// One sample is kept for so many steps: the value at the start of the first of them.
  public var every: Int
  /// How many samples are kept.
  public var sampleCount: Int

  /// Steps for a duration [s], rounded to whole samples.
  public init(dt: Double, duration: Double, every: Int = 1) {
    precondition(dt > 0 && duration >= 0 && every > 0, "a positive step and a duration")
    self.dt = dt
    self.every = every
    sampleCount = Int((duration / (dt * Double(every))).rounded())
  }

  /// Samples per second [Hz].
  public var rate: Double { 1 / (dt * Double(every)) }
  /// How many steps are taken.
  public var stepCount: Int { sampleCount * every }
}

extension ColumnNetwork {
  /// Outputs y1 - y2 without noise, from a state on, which is left at the end.
  ///
  /// - Returns: Shape `[column, sample]` [mV].
  public func simulate<Method: Stepper>(
    _ method: Method.Type, _ plan: SimulationPlan, state: inout [Double]
  ) -> [[Double]] {
    var method = Method(dimension: dimension)
    return run(plan, &state) { state, number, step, history in
      method.step(&state, time: step.start, dt: step.dt) { time, state, rate in
        derivative(state, time: time, in: step, history: history, into: &rate)
      }
    }
  }

  /// The same from zero.
  public func simulate<Method: Stepper>(_ method: Method.Type, _ plan: SimulationPlan) -> [[Double]] {
    var state = [Double](repeating: 0, count: dimension)
    return simulate(method, plan, state: &state)
  }

  /// Outputs y1 - y2 with noise, from zero.
  ///
  /// - Parameters:
  ///   - seed: Decides the noise, with
  ///   - simulation: the simulation's number.
  /// - Returns: Shape `[column, sample]` [mV].
  public func simulate<Method: StochasticStepper>(
    _ method: Method.Type, _ plan: SimulationPlan, seed: UInt64, simulation: Int = 0
  ) -> [[Double]] {
    var method = Method(dimension: dimension)
    var noise = columns.indices.map { NeuralNoise(seed: seed, simulation: simulation, column: $0) }
    var increments = [Double](repeating: 0, count: dimension)
    var state = increments
    return run(plan, &state) { state, number, step, history in
      for column in columns.indices {
        increments[column * JansenRitState.count + 4] = noise[column].normal(number) * step.dt.squareRoot()
      }
      method.step(&state, time: step.start, dt: step.dt, increments: increments) { time, state, rate in
        derivative(state, time: time, in: step, history: history, into: &rate)
      } diffusion: { _, _, factor in
        for (index, column) in columns.enumerated() {
          factor[index * JansenRitState.count + 4] = background[index].noise * column.inputGains[1]
        }
      }
    }
  }

  /// Outputs y1 - y2 with noise by ``StrangSplitting``, from zero.
  ///
  /// - Returns: Shape `[column, sample]` [mV].
  public func simulateBySplitting(_ plan: SimulationPlan, seed: UInt64, simulation: Int = 0) -> [[Double]] {
    let oscillators = columns.enumerated().flatMap { index, column in
      (0..<3).map { population in
        StrangSplitting.Oscillator(
          position: index * JansenRitState.count + population, velocity: index * JansenRitState.count + 3 + population,
          rate: column.rates[population],
          noise: population == 1 ? background[index].noise * column.inputGains[1] : 0)
      }
    }
    var method = StrangSplitting(oscillators, dt: plan.dt)
    var noise = columns.indices.map { NeuralNoise(seed: seed, simulation: simulation, column: $0) }
    var normals = [Double](repeating: 0, count: 2 * oscillators.count)
    var state = [Double](repeating: 0, count: dimension)
    return run(plan, &state) { state, number, step, history in
      for column in columns.indices {
        for place in 0..<2 { normals[6 * column + 2 + place] = noise[column].normal(2 * number + place) }
      }
      method.step(&state, time: step.start, normals: normals) { time, state, kick in
        for (index, column) in columns.enumerated() {
          let potentials = JansenRitState(state, at: index * JansenRitState.count).potentials
          let input = input(of: index, time: time, in: step, state: state, history: history)
          let acceleration = column.coupling(potentials) + column.inputGains * input
          for population in 0..<3 { kick[3 * index + population] = acceleration[population] }
        }
      }
    }
  }

  /// Takes all steps and keeps the samples.
  private func run(
    _ plan: SimulationPlan, _ state: inout [Double],
    _ advance: (_ state: inout [Double], _ number: Int, _ step: Step, _ history: OutputHistory) -> Void
  ) -> [[Double]] {
    precondition(state.count == dimension, "a state of the network's size")
    var history = makeHistory(dt: plan.dt)
    var outputs = columns.map { _ in [Double](repeating: 0, count: plan.sampleCount) }
    for number in 0..<plan.stepCount {
      history.note(state)
      if number % plan.every == 0 {
        for column in columns.indices {
          let place = column * JansenRitState.count
          outputs[column][number / plan.every] = state[place + 1] - state[place + 2]
        }
      }
      advance(&state, number, Step(start: Double(number) * plan.dt, dt: plan.dt), history)
    }
    return outputs
  }
}
