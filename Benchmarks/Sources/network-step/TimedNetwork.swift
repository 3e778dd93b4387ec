import EvokeNumerics
import Foundation
import Networks

/// A network with a batch of data and all that a step needs.
struct TimedNetwork {
  let name: String
  let network: any TrainableNetwork
  let parameters: ParameterStore
  /// Shape `[batch, inputCount]`.
  let inputs: [Float]
  /// Shape `[batch, targetCount]`.
  let targets: [Float]
  let batch: Int
  /// Pieces that a batch is cut into.
  let shards: Int
  let optimizer: OptimizerSettings
  /// Floating-point operations of the matrix products of a training step, for one sample.
  let trainingOperations: Double

  /// Mean loss of the batch before the first step, without dropout.
  func firstLoss(kernels: NetworkKernels) -> Double {
    func loss(_ network: some TrainableNetwork) -> Double {
      let step = BatchStep(
        network: network, parameterCount: parameters.values.count, shards: shards, threads: 1, kernels: kernels)
      return inputs.withUnsafeBufferPointer { inputs in
        targets.withUnsafeBufferPointer { targets in
          step.lossSum(parameters.values, inputs: inputs, targets: targets, count: batch) / Double(batch)
        }
      }
    }
    return loss(network)
  }

  /// Times training steps and inferences, each behind three that are not counted.
  func time(
    rounds: Int, shards: Int, threads: Int, kernels: NetworkKernels
  ) -> (training: Timing, inference: Timing) {
    time(network, rounds: rounds, shards: shards, threads: threads, kernels: kernels)
  }

  private func time(
    _ network: some TrainableNetwork, rounds: Int, shards: Int, threads: Int, kernels: NetworkKernels
  ) -> (training: Timing, inference: Timing) {
    let step = BatchStep(
      network: network, parameterCount: parameters.values.count, shards: shards, threads: threads, kernels: kernels)
    var state = OptimizerState(count: parameters.values.count)
    var values = parameters.values
    var (training, inference) = (Timing(), Timing())
    inputs.withUnsafeBufferPointer { inputs in
      targets.withUnsafeBufferPointer { targets in
        func train() {
          let loss = step.differentiate(
            values, inputs: inputs, targets: targets, count: batch, training: TrainingPass(seed: 1, step: state.step))
          guard loss.isFinite else { fatalError("a loss is not finite") }
          state.update(&values, gradients: step.gradients, settings: optimizer, threads: threads, kernels: kernels)
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
    return (training, inference)
  }
}

extension TimedNetwork {
  /// A network of the engine's, with 64 samples of noise and Adam.
  init(_ kind: ComparedNetwork.Kind) {
    var store = ParameterStore()
    let network = ComparedNetwork(kind, in: &store)
    let batch = 64
    var stream = RandomStream(seed: 2, simulation: 0, purpose: .initialValues)
    self.init(
      name: kind.rawValue, network: network, parameters: store,
      inputs: (0..<batch * network.inputCount).map { _ in Float(stream.normal()) },
      targets: (0..<batch * network.targetCount).map { _ in Float(stream.normal()) }, batch: batch, shards: 4,
      optimizer: OptimizerSettings(), trainingOperations: network.trainingOperations)
  }
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

/// Time of one kind so far [s].
func seconds(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
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
