// Times conditional densities: a training step of 200 pairs, and 10,000 draws for one observation, on one thread.
//
//   flow-step [--rounds N] [--shards N] [--level baseline|v3|v4] [nsf|maf|mdn...]
//
// Training: 8 parameters, data of 64 values, an embedding 64-50-20, sizes of sbi's defaults. Draws: 9 parameters.
import EvokeNumerics
import Foundation
import Networks
import PosteriorEstimation

/// CPU time of the process so far [s].
func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

func least(_ rounds: Int, _ body: () throws -> Void) rethrows -> Double {
  for _ in 0..<3 { try body() }
  return try (0..<rounds).map { _ in
    let start = seconds()
    try body()
    return 1e3 * (seconds() - start)
  }.min() ?? 0
}

func usage() -> Never {
  FileHandle.standardError.write(
    Data("usage: flow-step [--rounds N] [--shards N] [--level LEVEL] [nsf|maf|mdn...]\n".utf8))
  exit(64)
}

var (rounds, shards) = (200, 1)
var level: NetworkKernels?
var kinds: [DensitySettings.Kind] = []
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
  switch argument {
  case "--rounds", "--shards":
    guard let value = arguments.popFirst().flatMap({ Int($0) }), value > 0 else { usage() }
    if argument == "--rounds" { rounds = value } else { shards = value }
  case "--level":
    let levels: [String: NetworkKernels.Level] = ["baseline": .baseline, "v3": .v3, "v4": .v4]
    guard let name = arguments.popFirst().flatMap({ levels[$0] }), let found = NetworkKernels(name) else { usage() }
    level = found
  default:
    guard let kind = DensitySettings.Kind(rawValue: argument) else { usage() }
    kinds.append(kind)
  }
}
if kinds.isEmpty { kinds = DensitySettings.Kind.allCases }
let kernels = level ?? .best
let batch = 200

func network(_ kind: DensitySettings.Kind, count: Int, in store: inout ParameterStore) throws -> PosteriorNetwork {
  var stream = RandomStream(seed: 1, simulation: 0, purpose: .initialValues)
  let embedding = FullyConnectedEmbedding(
    inputCount: 64, outputCount: 20, hidden: 50, layers: 2, in: &store, using: &stream)
  let density = try DensitySettings(kind).density(count: count, contextCount: 20, seed: 1, in: &store)
  return PosteriorNetwork(embedding: embedding, density: density)
}

print("kernels \(kernels.name), \(MatrixProduct.description), \(shards) shards; CPU ms, the least of \(rounds)")
for kind in kinds {
  var store = ParameterStore()
  let network = try network(kind, count: 8, in: &store)
  var stream = RandomStream(seed: 2, simulation: 0, purpose: .initialValues)
  let inputs = (0..<batch * network.inputCount).map { _ in Float(stream.normal()) }
  let targets = (0..<batch * network.targetCount).map { _ in Float(stream.normal()) }
  let step = BatchStep(
    network: network, parameterCount: store.values.count, shards: shards, threads: 1, kernels: kernels)
  var state = OptimizerState(count: store.values.count)
  var values = store.values
  let (training, forward) = inputs.withUnsafeBufferPointer { inputs in
    targets.withUnsafeBufferPointer { targets in
      let training = least(rounds) {
        let loss = step.differentiate(
          values, inputs: inputs, targets: targets, count: batch, training: TrainingPass(seed: 1, step: state.step))
        guard loss.isFinite else { fatalError("a loss is not finite") }
        state.update(
          &values, gradients: step.gradients,
          settings: OptimizerSettings(learningRate: 5e-4, longestGradient: 5), kernels: kernels)
      }
      let forward = least(rounds) { _ = step.lossSum(values, inputs: inputs, targets: targets, count: batch) }
      return (training, forward)
    }
  }
  // As a program would draw: prior, scalings and all.
  var configuration = PosteriorConfiguration(kind, embedding: .fullyConnected)
  configuration.scaling = .none
  let prior = try Prior(
    (0..<9).map { Prior.Parameter("p\($0)") }, Array(repeating: .single(.box(lower: 0, upper: 1)), count: 9))
  let model = try PosteriorModel(
    configuration, space: UnconstrainedSpace(prior),
    preparation: DataPreparation(shape: [64], steps: .scaled(nil), isTimeFirst: false),
    standardization: Standardization(
      mean: Array(repeating: 0, count: 9), deviation: Array(repeating: 0.3, count: 9)), description: nil)
  let observation = Array(inputs.prefix(64))
  let drawing = try least(max(3, rounds / 10)) { _ = try model.draws(10_000, given: observation, seed: 1) }
  let draws = try model.draws(10_000, given: observation, seed: 1)
  let densities = try least(max(3, rounds / 10)) { _ = try model.logDensity(of: draws.values, given: observation) }
  print(
    String(
      format: "%@  %6d parameters  step %.3f  log density of 200 %.3f  10,000 draws %.1f  their log density %.1f",
      kind.rawValue, store.values.count, training, forward, drawing, densities))
}
