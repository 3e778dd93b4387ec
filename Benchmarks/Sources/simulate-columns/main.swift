// Times the simulation of Jansen-Rit columns on one thread: simulated seconds a second of CPU time.
//
//   simulate-columns [ROUNDS]     best of some rounds, 9 unless told otherwise
import Foundation
import NeuralMass

/// CPU time of this thread so far [s], which other programs on the machine lengthen little.
func cpuSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 9
guard rounds > 0 else {
  FileHandle.standardError.write(Data("usage: simulate-columns [ROUNDS]\n".utf8))
  exit(64)
}

// 128 columns, 2 s each, sampled at 1 kHz, from the noise-free to the rhythmic regime.
let columns = Array(repeating: JansenRitParameters(), count: 128)
let duration = 2.0

print("instruction set \(InstructionSet.current)")
print("method            arithmetic  dt [ms]  simulated s per CPU s")
for method in JansenRitBatch.Method.allCases {
  for arithmetic in Arithmetic.allCases {
    for dt in [1e-4, 1e-3] {
      let background = columns.indices.map { index in
        BackgroundInput(mean: 120 + Double(index) * 200 / 127, noise: method.isStochastic ? 22 : 0)
      }
      let plan = SimulationPlan(dt: dt, duration: duration, every: Int((1e-3 / dt).rounded()))
      var batch = JansenRitBatch(method: method, plan: plan, seed: 1)
      batch.arithmetic = arithmetic
      let repeats = dt < 5e-4 ? 2 : 20
      let best =
        (0..<rounds).map { _ in
          let start = cpuSeconds()
          for _ in 0..<repeats {
            guard batch.run(columns, background: background, threads: 1).isFinite.allSatisfy(\.self) else {
              fatalError("a simulation left the finite numbers")
            }
          }
          return (cpuSeconds() - start) / Double(repeats)
        }.min() ?? .infinity
      let rate = Double(columns.count) * duration / best
      let name = method.rawValue.padding(toLength: 18, withPad: " ", startingAt: 0)
      let kind = arithmetic.rawValue.padding(toLength: 10, withPad: " ", startingAt: 0)
      print("\(name)\(kind)  \(String(format: "%7.1f  %10.0f", dt * 1e3, rate))")
    }
  }
}
