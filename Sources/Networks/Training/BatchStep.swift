import ParallelLoops

/// Losses and gradients of a batch, and outputs, on several threads.
///
/// A batch is cut into a fixed number of shards. Each goes forward and backward on a tape of its own and has a gradient
/// of its own; these are summed in the order of the shards. So the number of threads changes no bit of the result, and
/// nothing waits before the end. Memory is kept from batch to batch. One caller at a time.
public final class BatchStep<Network: TrainableNetwork> {
  /// The network.
  public let network: Network
  /// Pieces that a batch is cut into; another number gives other last bits, and other elements to drop.
  public let shardCount: Int
  /// Threads that share the work.
  public var threads: Int
  /// The gradient of the last call of ``differentiate(_:inputs:targets:count:training:)``, one a parameter value.
  public private(set) var gradients: [Float]
  private let shards: [Shard]
  let kernels: NetworkKernels

  /// Makes room for a network.
  ///
  /// - Parameters:
  ///   - network: The network.
  ///   - parameterCount: Values of its ``ParameterStore``.
  ///   - shards: Pieces that a batch is cut into; at least as many as threads keep all of them busy.
  ///   - threads: Threads that share the work.
  ///   - kernels: The instructions to use.
  public init(
    network: Network, parameterCount: Int, shards: Int = 4, threads: Int, kernels: NetworkKernels = .best
  ) {
    precondition(shards > 0 && threads > 0, "a batch has a shard, and a thread that works on it")
    (self.network, shardCount, self.threads, self.kernels) = (network, shards, threads, kernels)
    gradients = Array(repeating: 0, count: parameterCount)
    self.shards = (0..<shards).map { _ in Shard(parameterCount: parameterCount, kernels: kernels) }
  }

  /// The mean loss of a batch, and its gradient in ``gradients``.
  ///
  /// - Parameters:
  ///   - parameters: The values of a ``ParameterStore``.
  ///   - inputs: Shape `[count, inputCount]`.
  ///   - targets: Shape `[count, targetCount]`.
  ///   - count: Samples of the batch.
  ///   - training: The seed and number of this step, for dropout; nil drops nothing.
  public func differentiate(
    _ parameters: [Float], inputs: UnsafeBufferPointer<Float>, targets: UnsafeBufferPointer<Float>, count: Int,
    training: TrainingPass?
  ) -> Double {
    precondition(parameters.count == gradients.count, "there are \(gradients.count) parameter values")
    let share = 1 / Float(count)
    run(parameters, inputs, targets, count, training, recording: true) { tape, losses, _ in
      tape.backward(from: losses, scaledBy: share)
    }
    sumGradients()
    return shards.reduce(0) { $0 + $1.loss } / Double(count)
  }

  /// Outputs of samples, shape `[count, outputCount]`, without dropout.
  public func outputs(_ parameters: [Float], inputs: UnsafeBufferPointer<Float>, count: Int) -> [Float] {
    var results = [Float](repeating: 0, count: count * network.outputCount)
    results.withUnsafeMutableBufferPointer { results in
      let (shared, width) = (SharedMemory(results), network.outputCount)
      run(parameters, inputs, nil, count, nil, recording: false) { tape, outputs, rows in
        if outputs.count > 0 {
          shared.start(of: rows.lowerBound * width..<rows.upperBound * width)
            .update(from: outputs.values, count: outputs.count)
        }
      }
    }
    return results
  }

  /// The sum of the losses of samples, without dropout and without a gradient.
  public func lossSum(
    _ parameters: [Float], inputs: UnsafeBufferPointer<Float>, targets: UnsafeBufferPointer<Float>, count: Int
  ) -> Double {
    run(parameters, inputs, targets, count, nil, recording: false) { _, _, _ in }
    return shards.reduce(0) { $0 + $1.loss }
  }

  /// Runs all passes of all shards; `body` gets losses, or outputs if there are no targets.
  private func run(
    _ parameters: [Float], _ inputs: UnsafeBufferPointer<Float>, _ targets: UnsafeBufferPointer<Float>?, _ count: Int,
    _ training: TrainingPass?, recording: Bool, _ body: @Sendable (Tape, Node, Range<Int>) -> Void
  ) {
    precondition(inputs.count == count * network.inputCount, "\(inputs.count) inputs are not \(count) rows")
    precondition(
      targets == nil || targets?.count == count * network.targetCount, "the targets are not \(count) rows")
    let (network, shardCount, shards) = (network, shardCount, shards)
    parameters.withUnsafeBufferPointer { parameters in
      let rows = BatchRows(parameters: parameters, inputs: inputs, targets: targets)
      forEachPiece(shardCount, threads: threads) { number in
        let shard = shards[number]
        shard.start(recording: recording)
        var pass = training
        pass?.shard = number
        let samples = number * count / shardCount..<(number + 1) * count / shardCount
        var first = samples.lowerBound
        while first < samples.upperBound {
          let range = first..<first + min(network.samplesPerPass, samples.upperBound - first)
          shard.run(network, rows, range, pass, recording: recording, body)
          pass?.number += 1
          first = range.upperBound
        }
      }
    }
  }

  private func sumGradients() {
    let (shards, kernels) = (shards, kernels)
    gradients.withUnsafeMutableBufferPointer { gradients in
      let sum = SharedMemory(gradients)
      Blocks(count: gradients.count).forEach(threads: threads) { range in
        let target = sum.start(of: range)
        for (number, shard) in shards.enumerated() {
          kernels.functions.scale(target, shard.gradient(range), 1, range.count, number == 0 ? 0 : 1)
        }
      }
    }
  }
}

/// Memory of a batch, which is only read.
///
/// `@unchecked Sendable`: whoever called waits until all threads are done, and nobody writes meanwhile.
private struct BatchRows: @unchecked Sendable {
  let parameters: UnsafeBufferPointer<Float>
  let inputs: UnsafeBufferPointer<Float>
  let targets: UnsafeBufferPointer<Float>?
}

/// The tape and gradient of one shard.
///
/// `@unchecked Sendable`: it is used by one thread at a time, because a shard is one piece of work, and by the caller
/// when all threads are done.
private final class Shard: @unchecked Sendable {
  private let tape: Tape
  private let gradients: UnsafeMutableBufferPointer<Float>
  /// Sum of the losses.
  private(set) var loss = 0.0

  init(parameterCount: Int, kernels: NetworkKernels) {
    tape = Tape(kernels: kernels)
    gradients = .allocate(capacity: parameterCount)
    gradients.initialize(repeating: 0)
  }

  deinit { gradients.deallocate() }

  func start(recording: Bool) {
    loss = 0
    if recording { gradients.update(repeating: 0) }
  }

  func run(
    _ network: some TrainableNetwork, _ rows: BatchRows, _ range: Range<Int>, _ pass: TrainingPass?, recording: Bool,
    _ body: (Tape, Node, Range<Int>) -> Void
  ) {
    func node(_ values: UnsafeBufferPointer<Float>, _ columns: Int) -> Node {
      tape.constant(
        UnsafeBufferPointer(rebasing: values[range.lowerBound * columns..<range.upperBound * columns]),
        rows: range.count, columns: columns)
    }
    tape.start(
      parameters: rows.parameters.baseAddress, gradients: recording ? gradients.baseAddress : nil, training: pass)
    let outputs = network.outputs(for: node(rows.inputs, network.inputCount), on: tape)
    precondition(
      outputs.rows == range.count && outputs.columns == network.outputCount,
      "a network gives \(network.outputCount) outputs a sample")
    guard let targets = rows.targets else {
      body(tape, outputs, range)
      return
    }
    let losses = network.losses(of: outputs, targets: node(targets, network.targetCount), on: tape)
    precondition(losses.rows == range.count && losses.columns == 1, "a network gives one loss a sample")
    for row in 0..<losses.rows { loss += Double(losses.values[row]) }
    body(tape, losses, range)
  }

  /// The gradient of some parameter values.
  func gradient(_ range: Range<Int>) -> UnsafePointer<Float> {
    guard let base = gradients.baseAddress else { preconditionFailure("a network has parameters") }
    return UnsafePointer(base + range.lowerBound)
  }
}
