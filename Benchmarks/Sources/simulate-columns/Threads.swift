import Foundation
import NeuralMass

/// CPU time of the process so far [s]: in the program, and in the system.
private func processTimes() -> (user: Double, system: Double) {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + 1e-6 * Double(time.tv_usec) }
  return (seconds(usage.ru_utime), seconds(usage.ru_stime))
}

/// 4,096 columns of 1.2 s at 0.1 ms on one thread and on two, turn by turn.
func printThreads(rounds: Int) {
  let columns = Array(repeating: JansenRitParameters(), count: 4096)
  let background = columns.indices.map { BackgroundInput(mean: 120 + Double($0) * 200 / 4095) }
  print("4,096 columns of 1.2 s at 0.1 ms; s, best of \(rounds)")
  print("method        threads    wall    user  system  wall of one thread / wall")
  for method in [JansenRitBatch.Method.heun, .rungeKutta4] {
    let batch = JansenRitBatch(method: method, plan: SimulationPlan(dt: 1e-4, duration: 1.2, every: 10))
    var best = [(wall: Double.infinity, user: 0.0, system: 0.0), (.infinity, 0, 0)]
    for _ in 0..<rounds {
      for threads in [1, 2] {
        let (start, before) = (seconds(CLOCK_MONOTONIC), processTimes())
        _ = batch.run(columns, background: background, threads: threads)
        let (end, after) = (seconds(CLOCK_MONOTONIC), processTimes())
        if end - start < best[threads - 1].wall {
          best[threads - 1] = (end - start, after.user - before.user, after.system - before.system)
        }
      }
    }
    for (index, time) in best.enumerated() {
      let numbers = String(
        format: "%7d%8.3f%8.3f%8.3f%8.2f", index + 1, time.wall, time.user, time.system, best[0].wall / time.wall)
      print("\(method.rawValue.left(14))\(numbers)")
    }
  }
}
