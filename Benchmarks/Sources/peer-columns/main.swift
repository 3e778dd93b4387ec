// Our side of the comparison of simulators, see peers/compare_simulating.py: 64 nominal Jansen-Rit columns, sampled at
// 1 kHz. Requests come line by line on standard input, answers are JSON on standard output.
//
//   time METHOD DT SEED                      CPU time of simulating 2 s, mean over as many runs as take 50 ms
//   write METHOD DT SECONDS SEED FILE        samples as float32 of shape [column, sample]
//   scale METHOD DT SEED THREADS COLUMNS     wall time of simulating 2 s of many columns
import Foundation
import NeuralMass

let columnCount = 64
let timedSeconds = 2.0
/// Runs are repeated until they have taken so long [s], for the clock is coarse.
let leastSeconds = 0.05

func answer(_ line: String) {
  FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data("peer-columns: \(message)\n".utf8))
  exit(1)
}

func seconds(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

func simulate(
  _ method: JansenRitBatch.Method, dt: Double, duration: Double, seed: UInt64, columns: Int, threads: Int
) -> ColumnSimulations {
  // p = 220/s, the middle of the range of Jansen and Rit 1995; noise where the method has it.
  let background = BackgroundInput(mean: 220, noise: method.isStochastic ? 22 : 0)
  let plan = SimulationPlan(dt: dt, duration: duration, every: Int((1e-3 / dt).rounded()))
  let result = JansenRitBatch(method: method, plan: plan, seed: seed).run(
    Array(repeating: JansenRitParameters(), count: columns), background: Array(repeating: background, count: columns),
    threads: threads)
  guard result.isFinite.allSatisfy(\.self) else { fail("a simulation left the finite numbers") }
  return result
}

let methods = JansenRitBatch.Method.allCases.map { #""\#($0.rawValue)""# }.joined(separator: ", ")
answer(#"{"version": "\#(InstructionSet.current)", "methods": [\#(methods)]}"#)
while let line = readLine() {
  let words = line.split(separator: " ").map(String.init)
  guard words.count >= 4, let method = JansenRitBatch.Method(rawValue: words[1]), let dt = Double(words[2]) else {
    fail("not a request: \(line)")
  }
  switch (words[0], words.count) {
  case ("time", 4):
    guard let seed = UInt64(words[3]) else { fail("not a seed: \(words[3])") }
    let start = seconds(CLOCK_PROCESS_CPUTIME_ID)
    var (elapsed, runs) = (0.0, 0)
    repeat {
      _ = simulate(
        method, dt: dt, duration: timedSeconds, seed: seed &+ UInt64(runs), columns: columnCount, threads: 1)
      runs += 1
      elapsed = seconds(CLOCK_PROCESS_CPUTIME_ID) - start
    } while elapsed < leastSeconds
    answer(#"{"cpu": \#(elapsed / Double(runs)), "runs": \#(runs)}"#)
  case ("write", 6):
    guard let duration = Double(words[3]), let seed = UInt64(words[4]) else { fail("not a request: \(line)") }
    let result = simulate(method, dt: dt, duration: duration, seed: seed, columns: columnCount, threads: 1)
    let bytes = result.samples.withUnsafeBytes { Data($0) }
    guard (try? bytes.write(to: URL(fileURLWithPath: words[5]))) != nil else { fail("\(words[5]): cannot be written") }
    answer(#"{"offset": 0, "type": "float32"}"#)
  case ("scale", 6):
    guard let seed = UInt64(words[3]), let threads = Int(words[4]), let columns = Int(words[5]) else {
      fail("not a request: \(line)")
    }
    let (wall, cpu) = (seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID))
    let result = simulate(method, dt: dt, duration: timedSeconds, seed: seed, columns: columns, threads: threads)
    let (endWall, endCPU) = (seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID))
    answer(
      #"{"seconds": \#(endWall - wall), "cpu": \#(endCPU - cpu), "simulated": \#(Double(result.count) * timedSeconds)}"#
    )
  default: fail("not a request: \(line)")
  }
}
