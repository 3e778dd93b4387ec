import Foundation
import NeuralMass

/// What stimuli cost in simulations of 1.2 s at 0.1 ms: no stimulus, one for all, one for each.
func printStimuli(rounds: Int) {
  let columns = Array(repeating: JansenRitParameters(), count: 128)
  let background = Array(repeating: BackgroundInput(mean: 120), count: columns.count)
  var generator = SystemRandomNumberGenerator()
  func onset() -> Double { .random(in: 0.2...0.3, using: &generator) }
  let pulses = columns.map { _ in
    Stimulus.pulses(
      PulseTrain(
        amplitude: .random(in: 50...150, using: &generator), width: .random(in: 0.02...0.08, using: &generator),
        rate: 1, firstOnset: onset(), count: 1))
  }
  let bumps = columns.map { _ in
    Stimulus.bump(
      GaussianBump(
        amplitude: .random(in: 50...150, using: &generator), onset: onset(),
        width: .random(in: 0.01...0.02, using: &generator)))
  }
  print("1.2 s at 0.1 ms; onsets between 0.2 and 0.3 s; simulated s per CPU s")
  print("method            none        one pulse   pulse each  ratio   one bump    bump each   ratio")
  for method in [JansenRitBatch.Method.euler, .heun, .rungeKutta4, .eulerMaruyama, .splitting] {
    let plan = SimulationPlan(dt: 1e-4, duration: 1.2, every: 10)
    func work(_ one: Stimulus, _ each: [Stimulus]) -> () -> Void {
      let batch = JansenRitBatch(method: method, plan: plan, stimulus: one, seed: 1)
      return { _ = batch.run(columns, background: background, stimuli: each, threads: 1) }
    }
    let times = bestTimes(
      rounds: rounds, repeats: 3,
      [
        work(.none, []), work(pulses[0], []), work(.none, pulses), work(bumps[0], []), work(.none, bumps),
      ])
    let rates = times.map { String(format: "%10.0f", Double(columns.count) * 1.2 / $0) }
    let ratios = [times[2] / times[1], times[4] / times[3]].map { String(format: "%.2f", $0) }
    print(
      "\(method.rawValue.left(14))\(rates[0])  \(rates[1])  \(rates[2])    \(ratios[0])  \(rates[3])  \(rates[4])    "
        + ratios[1])
  }
}
