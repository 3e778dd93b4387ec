import Foundation
import NeuralMass

/// 128 columns, 2 s each, sampled at 1 kHz, from the noise-free to the rhythmic regime.
private let columns = Array(repeating: JansenRitParameters(), count: 128)
private let duration = 2.0

/// Simulated seconds a second of CPU time, on one thread.
private func rate(_ method: JansenRitBatch.Method, _ arithmetic: Arithmetic, dt: Double, rounds: Int) -> Double {
  let background = columns.indices.map { index in
    BackgroundInput(mean: 120 + Double(index) * 200 / 127, noise: method.isStochastic ? 22 : 0)
  }
  let plan = SimulationPlan(dt: dt, duration: duration, every: Int((1e-3 / dt).rounded()))
  var batch = JansenRitBatch(method: method, plan: plan, seed: 1)
  batch.arithmetic = arithmetic
  let best = bestTimes(
    rounds: rounds, repeats: dt < 5e-4 ? 2 : 20,
    [
      {
        guard batch.run(columns, background: background, threads: 1).isFinite.allSatisfy(\.self) else {
          fatalError("a simulation left the finite numbers")
        }
      }
    ])
  return Double(columns.count) * duration / best[0]
}

/// Every method, arithmetic and step.
func printMethods(rounds: Int) {
  print("instruction set \(InstructionSet.current)")
  print("method            arithmetic  dt [ms]  simulated s per CPU s")
  for method in JansenRitBatch.Method.allCases {
    for arithmetic in Arithmetic.allCases {
      for dt in [1e-4, 1e-3] {
        let numbers = String(
          format: "%7.1f  %10.0f", dt * 1e3, rate(method, arithmetic, dt: dt, rounds: rounds))
        print("\(method.rawValue.left(18))\(arithmetic.rawValue.left(10))  \(numbers)")
      }
    }
  }
}

/// The same with fast arithmetic, for other programs.
func printPlain(rounds: Int) {
  for method in JansenRitBatch.Method.allCases {
    for (dt, name) in [(1e-4, "1e-4"), (1e-3, "1e-3")] {
      let number = String(format: "%.0f", rate(method, .fast, dt: dt, rounds: rounds))
      print("evoke \(method.rawValue) \(name) \(number)")
    }
  }
}
