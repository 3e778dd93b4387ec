import NeuralMass

/// Different parameters and inputs that stay away from where small differences grow.
func randomColumns(
  _ count: Int, noise: Double, seed: UInt64 = 21
) -> (columns: [JansenRitParameters], background: [BackgroundInput]) {
  var generator = TestGenerator(state: seed)
  let columns = (0..<count).map { _ in
    var parameters = JansenRitParameters()
    parameters.excitatoryGain = .random(in: 2.6...4, using: &generator)
    parameters.inhibitoryGain = .random(in: 20...40, using: &generator)
    parameters.excitatoryRate = .random(in: 80...120, using: &generator)
    parameters.inhibitoryRate = .random(in: 40...60, using: &generator)
    parameters.connectivity = .random(in: 65...110, using: &generator)
    return parameters
  }
  let background = (0..<count).map { _ in
    BackgroundInput(mean: .random(in: 20...60, using: &generator), noise: noise)
  }
  return (columns, background)
}

/// Stimuli of all kinds, no two alike, in a simulation of a second.
func randomStimuli(_ count: Int, amplitudes: ClosedRange<Double> = 20...60, seed: UInt64 = 5) -> [Stimulus] {
  var generator = TestGenerator(state: seed)
  return (0..<count).map { number in
    let amplitude = Double.random(in: amplitudes, using: &generator)
    let onset = Double.random(in: 0.05...0.4, using: &generator)
    let width = Double.random(in: 0.005...0.05, using: &generator)
    let pulse = Stimulus.pulses(
      PulseTrain(amplitude: amplitude, width: width, rate: 3, firstOnset: onset, count: 1 + number % 3))
    let bump = Stimulus.bump(
      GaussianBump(amplitude: amplitude, onset: onset + 0.1, width: width / 2, rate: 7, count: 1 + number % 4))
    switch number % 6 {
    case 0: return pulse
    case 1: return bump
    case 2: return pulse + bump + .tonic(10)
    case 3: return .tonic(amplitude / 4)
    case 4:
      let values = (0..<200).map { _ in Double.random(in: 0...amplitudes.upperBound / 3, using: &generator) }
      return .held(HeldSamples(values, every: 3.3e-3)) + bump
    default: return .none
    }
  }
}

/// What the reference in double precision calculates by a method: `[column, sample]` [mV].
func reference(
  _ method: JansenRitBatch.Method, _ network: ColumnNetwork, _ plan: SimulationPlan, seed: UInt64, number: Int
) -> [[Double]] {
  switch method {
  case .euler: network.simulate(Euler.self, plan)
  case .heun: network.simulate(Heun.self, plan)
  case .rungeKutta4: network.simulate(RungeKutta4.self, plan)
  case .eulerMaruyama: network.simulate(EulerMaruyama.self, plan, seed: seed, simulation: number)
  case .stochasticHeun: network.simulate(StochasticHeun.self, plan, seed: seed, simulation: number)
  case .splitting: network.simulateBySplitting(plan, seed: seed, simulation: number)
  }
}

/// The largest difference as a fraction of the largest value.
func largestRelativeDifference(_ samples: some Sequence<Float>, _ expected: [Double]) -> Double {
  largestDifference(samples.map(Double.init), expected) / expected.reduce(0) { max($0, abs($1)) }
}

/// FNV-1a over the bits of numbers.
func bitHash(_ samples: [Float]) -> UInt64 {
  samples.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01b3 }
}
