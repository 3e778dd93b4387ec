// Times one training step (forward, backward, Adam) and one inference of small networks, 64 samples at once.
//
//   network-step [--json] [--rounds N] [--threads N] [--shards N] [--level baseline|v3|v4] [NETWORK...]
//
// Networks: lstm, cnn-bilstm, transformer, transformer-no-dropout; without one, all of them. With --json, one line of
// results: for each network the median, the least and the greatest wall time and the least CPU time, in milliseconds.
import EvokeNumerics
import Foundation
import Networks

/// Time of one kind so far [s].
func seconds(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// Wall time and CPU time of all threads, in milliseconds.
struct Timing {
  var wall: [Double] = []
  var cpu: [Double] = []

  mutating func add(_ body: () -> Void) {
    let (wallStart, cpuStart) = (seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID))
    body()
    wall.append(1e3 * (seconds(CLOCK_MONOTONIC) - wallStart))
    cpu.append(1e3 * (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpuStart))
  }

  var median: Double { wall.sorted()[wall.count / 2] }
  var figures: [String: Double] {
    ["median": median, "least": wall.min() ?? 0, "greatest": wall.max() ?? 0, "cpu": cpu.min() ?? 0]
  }
}

/// The most that the dense product reaches on one thread [GFLOP/s].
func productPeak() -> Double {
  let size = 1536
  var stream = RandomStream(seed: 1, simulation: 0, purpose: .initialValues)
  let (a, b) = (
    (0..<size * size).map { _ in stream.uniformFloat() }, (0..<size * size).map { _ in stream.uniformFloat() }
  )
  var c = [Float](repeating: 0, count: size * size)
  var best = Double.infinity
  for _ in 0..<7 {
    let start = seconds(CLOCK_PROCESS_CPUTIME_ID)
    c.withUnsafeMutableBufferPointer { c in
      if let c = c.baseAddress { MatrixProduct.multiplySquares(a, b, into: c, size: size) }
    }
    best = min(best, seconds(CLOCK_PROCESS_CPUTIME_ID) - start)
  }
  return 2e-9 * Double(size * size * size) / best
}

var (json, rounds, threads, shards) = (false, 15, [1, 2], 4)
var level: NetworkKernels?
var kinds: [ComparedNetwork.Kind] = []

func usage() -> Never {
  FileHandle.standardError.write(
    Data("usage: network-step [--json] [--rounds N] [--threads N] [--shards N] [--level LEVEL] [NETWORK...]\n".utf8))
  exit(64)
}

var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
  func number() -> Int {
    guard let value = arguments.popFirst().flatMap({ Int($0) }), value > 0 else { usage() }
    return value
  }
  switch argument {
  case "--json": json = true
  case "--rounds": rounds = number()
  case "--threads": threads = [number()]
  case "--shards": shards = number()
  case "--level":
    let levels: [String: NetworkKernels.Level] = ["baseline": .baseline, "v3": .v3, "v4": .v4]
    guard let name = arguments.popFirst().flatMap({ levels[$0] }), let found = NetworkKernels(name) else { usage() }
    level = found
  default:
    guard let kind = ComparedNetwork.Kind(rawValue: argument) else { usage() }
    kinds.append(kind)
  }
}
if kinds.isEmpty { kinds = ComparedNetwork.Kind.allCases }

let kernels = level ?? .best
let peak = productPeak()
let batch = 64
if !json {
  print("kernels \(kernels.name), \(MatrixProduct.description), \(shards) shards")
  print(String(format: "sgemm peak %.0f GFLOP/s on one thread", peak))
  print("network                 threads  training [ms]            inference [ms]           share of peak")
}

var results: [[String: Any]] = []
for kind in kinds {
  var store = ParameterStore()
  let network = ComparedNetwork(kind, in: &store)
  var stream = RandomStream(seed: 2, simulation: 0, purpose: .initialValues)
  let inputs = (0..<batch * network.inputCount).map { _ in Float(stream.normal()) }
  let targets = (0..<batch * network.targetCount).map { _ in Float(stream.normal()) }
  for count in threads {
    let step = BatchStep(
      network: network, parameterCount: store.values.count, shards: shards, threads: count, kernels: kernels)
    var state = OptimizerState(count: store.values.count)
    var values = store.values
    var (training, inference) = (Timing(), Timing())
    inputs.withUnsafeBufferPointer { inputs in
      targets.withUnsafeBufferPointer { targets in
        func train() {
          let loss = step.differentiate(
            values, inputs: inputs, targets: targets, count: batch, training: TrainingPass(seed: 1, step: state.step))
          guard loss.isFinite else { fatalError("a loss is not finite") }
          state.update(
            &values, gradients: step.gradients, settings: OptimizerSettings(), threads: count, kernels: kernels)
        }
        func infer() {
          guard step.outputs(values, inputs: inputs, count: batch).allSatisfy(\.isFinite) else {
            fatalError("an output is not finite")
          }
        }
        for _ in 0..<3 { train() }
        for _ in 0..<rounds { training.add(train) }
        for _ in 0..<3 { infer() }
        for _ in 0..<rounds { inference.add(infer) }
      }
    }
    // Of CPU time, which other programs lengthen little.
    let rate = 1e-6 * network.trainingOperations * Double(batch) / (training.cpu.min() ?? .infinity)
    if json {
      results.append([
        "network": kind.rawValue, "threads": count, "training": training.figures, "inference": inference.figures,
        "share_of_peak": rate / peak,
      ])
    } else {
      func text(_ timing: Timing) -> String {
        String(format: "%7.2f (CPU %7.2f)", timing.median, timing.cpu.min() ?? 0)
      }
      print(
        kind.rawValue.padding(toLength: 24, withPad: " ", startingAt: 0)
          + "\(count)        \(text(training))    \(text(inference))    \(String(format: "%3.0f %%", 100 * rate / peak))"
      )
    }
  }
}
if json {
  let report: [String: Any] = [
    "kernels": kernels.name, "blas": MatrixProduct.description, "peak_gflops": peak, "shards": shards,
    "results": results,
  ]
  let data = try JSONSerialization.data(withJSONObject: report, options: [.sortedKeys])
  print(String(decoding: data, as: UTF8.self))
}
