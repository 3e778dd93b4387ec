import Foundation
import NeuralMass

/// Columns that all hear one another, 1 s at 0.1 ms: simulated seconds of a column a second of CPU time, on one thread.
func printNetworks(rounds: Int) {
  print("all columns hear all others, 1 s at 0.1 ms; columns x simulated s per CPU s")
  print("method        columns  unconnected      at once  whole steps  between steps  each its own")
  for method in [JansenRitBatch.Method.heun, .rungeKutta4, .eulerMaruyama] {
    for count in [1, 2, 4, 8, 16] {
      let simulations = 32 * max(1, 4 / count)
      let batch = JansenRitBatch(method: method, plan: SimulationPlan(dt: 1e-4, duration: 1, every: 10), seed: 1)
      /// A delay for simulation, target and source.
      func work(_ delay: ((Int, Int, Int) -> Double)?) -> () -> Void {
        let networks = (0..<simulations).map { simulation in
          var network = ColumnNetwork(
            columns: Array(repeating: JansenRitParameters(), count: count),
            background: Array(repeating: BackgroundInput(mean: 60), count: count),
            stimuli: Array(repeating: .none, count: count))
          if let delay {
            network.coupling = ColumnCoupling(
              weights: (0..<count).map { target in (0..<count).map { $0 == target ? 0 : 1 } },
              delays: (0..<count).map { target in (0..<count).map { delay(simulation, target, $0) } })
          }
          return network
        }
        return { _ = batch.run(networks: networks, threads: 1) }
      }
      let times = bestTimes(
        rounds: rounds,
        [
          work(nil), work { _, _, _ in 0 }, work { _, target, source in 1e-3 * Double(1 + abs(target - source)) },
          work { _, target, source in 1.05e-3 + 1e-3 * Double(abs(target - source)) },
          work { simulation, target, source in 1.05e-3 + 0.5e-3 * Double(simulation % 32 + abs(target - source)) },
        ])
      let rates = times.map { String(format: "%13.0f", Double(simulations * count) / $0) }
      print("\(method.rawValue.left(13))\(String(format: "%8d", count))\(rates.joined())")
    }
  }
}
