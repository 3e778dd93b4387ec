import EvokeNumerics

/// What a training run tells while it works.
public struct TrainingProgress: Hashable, Sendable {
  /// Number of the epoch, from 0 on.
  public let epoch: Int
  /// Batches of the epoch that are done, and all of them.
  public let batch: Int
  /// Batches of an epoch.
  public let batchCount: Int
  /// Mean loss of the epoch so far.
  public let loss: Double
  /// What the epoch came to, if this batch was its last one.
  public let finishedEpoch: TrainingEpoch?
}

/// Trains a network: batches in a seeded order, a step after each, and the best parameters kept.
///
/// ```swift
/// var run = try TrainingRun(network, parameters: store, settings: settings, training: rows, validation: others)
/// while let progress = try run.advance() { … }
/// store.values = run.checkpoint.bestValues
/// ```
///
/// Results are the same bits for every number of threads. After any batch ``checkpoint`` can be stored, and another run
/// goes on from there.
public struct TrainingRun<Network: TrainableNetwork, Data: TrainingData> {
  /// The state after the last batch.
  public private(set) var checkpoint: TrainingCheckpoint
  private let step: BatchStep<Network>
  private let training: Data
  private let validation: Data?
  private var order: [Int] = []
  private var inputs: [Float]
  private var targets: [Float]

  /// A run from its beginning.
  ///
  /// - Parameters:
  ///   - network: The network.
  ///   - parameters: Its parameters, with initial values.
  ///   - settings: How to train.
  ///   - training: Rows to learn from.
  ///   - validation: Rows that tell which epoch was best.
  ///   - threads: Threads that share the work.
  /// - Throws: ``NetworkError``, code `invalidSettings`.
  public init(
    _ network: Network, parameters: ParameterStore, settings: TrainingSettings, training: Data, validation: Data? = nil,
    threads: Int = 1, kernels: NetworkKernels = .best
  ) throws(NetworkError) {
    let count = parameters.values.count
    try self.init(
      network, parameterCount: count,
      resuming: TrainingCheckpoint(
        settings: settings, rowCount: training.count, values: parameters.values,
        optimizer: OptimizerState(count: count), bestValues: parameters.values),
      training: training, validation: validation, threads: threads, kernels: kernels)
  }

  /// A run that goes on from a checkpoint, with the same network and rows.
  ///
  /// - Throws: ``NetworkError``, code `invalidSettings`, or `checkpointDiffers` if it is of another network or of other
  ///   rows.
  public init(
    _ network: Network, parameterCount: Int, resuming checkpoint: TrainingCheckpoint, training: Data,
    validation: Data? = nil, threads: Int = 1, kernels: NetworkKernels = .best
  ) throws(NetworkError) {
    let settings = checkpoint.settings
    try settings.check()
    guard training.count > 0, validation.map({ $0.count > 0 }) ?? true else {
      throw NetworkError(code: .invalidSettings, message: "a training run wants rows to learn from, and here are none")
    }
    let state = checkpoint.optimizer
    guard
      [checkpoint.values, checkpoint.bestValues, state.first, state.second].allSatisfy({ $0.count == parameterCount }),
      state.average.isEmpty || state.average.count == parameterCount
    else {
      throw NetworkError(
        code: .checkpointDiffers,
        message: "the checkpoint has \(checkpoint.values.count) parameter values, and the network \(parameterCount); "
          + "was it made with another model or preset?")
    }
    let batchCount = (training.count + settings.batchSize - 1) / settings.batchSize
    guard checkpoint.rowCount == training.count, (0..<batchCount).contains(checkpoint.batch) else {
      throw NetworkError(
        code: .checkpointDiffers,
        message: "the checkpoint was made with \(checkpoint.rowCount) rows and batch \(checkpoint.batch) is next, and "
          + "here are \(training.count) rows in \(batchCount) batches; resume with the same data and batch size")
    }
    self.checkpoint = checkpoint
    (self.training, self.validation) = (training, validation)
    step = BatchStep(
      network: network, parameterCount: parameterCount, shards: settings.shards, threads: threads, kernels: kernels)
    inputs = Array(repeating: 0, count: settings.batchSize * network.inputCount)
    targets = Array(repeating: 0, count: settings.batchSize * network.targetCount)
  }

  /// Batches of an epoch.
  public var batchCount: Int {
    (training.count + checkpoint.settings.batchSize - 1) / checkpoint.settings.batchSize
  }

  /// Makes one step, and behind the last one of an epoch the validation.
  ///
  /// - Returns: Nil if the run had ended before.
  /// - Throws: What reading rows throws; ``NetworkError``, code `lossNotFinite`, which leaves ``checkpoint`` as it was
  ///   before the batch.
  public mutating func advance() throws -> TrainingProgress? {
    if checkpoint.isFinished { return nil }
    let settings = checkpoint.settings
    let epoch = checkpoint.epochs.count
    if checkpoint.batch == 0 || order.isEmpty { order = rowOrder(epoch: epoch) }
    let first = checkpoint.batch * settings.batchSize
    let rows = Array(order[first..<min(first + settings.batchSize, order.count)])
    try read(rows, of: training, epoch: epoch)
    let stepNumber = checkpoint.optimizer.step
    let loss = withRows(rows.count) { step, inputs, targets in
      step.differentiate(
        checkpoint.values, inputs: inputs, targets: targets, count: rows.count,
        training: TrainingPass(seed: settings.seed, step: stepNumber))
    }
    guard loss.isFinite else { throw notFinite(loss, "of batch \(checkpoint.batch + 1) of epoch \(epoch + 1)") }
    let factor = settings.schedule.factor(step: stepNumber, of: settings.epochs * batchCount)
    let isLast = checkpoint.batch + 1 == batchCount
    // A copy, which is made once an epoch: validation may fail, and then the whole batch counts as not done.
    let before = isLast ? checkpoint : nil
    checkpoint.optimizer.update(
      &checkpoint.values, gradients: step.gradients, settings: settings.optimizer, factor: factor,
      threads: step.threads, kernels: step.kernels)
    checkpoint.lossSum += loss * Double(rows.count)
    let meanLoss = checkpoint.lossSum / Double(first + rows.count)
    var finished: TrainingEpoch?
    if let before {
      do {
        let result = TrainingEpoch(
          trainingLoss: meanLoss, validationLoss: try validationLoss(epoch: epoch),
          learningRate: settings.optimizer.learningRate * factor)
        checkpoint.add(result)
        finished = result
      } catch {
        checkpoint = before
        throw error
      }
    } else {
      checkpoint.batch += 1
    }
    return TrainingProgress(
      epoch: epoch, batch: isLast ? batchCount : checkpoint.batch, batchCount: batchCount, loss: meanLoss,
      finishedEpoch: finished)
  }

  /// Trains to the end.
  ///
  /// - Parameter progress: Called after every batch; false ends the run there, and it may be resumed.
  public mutating func finish(_ progress: (TrainingProgress, TrainingCheckpoint) throws -> Bool) throws {
    while let latest = try advance() {
      if try !progress(latest, checkpoint) { return }
    }
  }

  /// Numbers of all rows in the order of an epoch.
  private func rowOrder(epoch: Int) -> [Int] {
    var order = Array(0..<training.count)
    var stream = RandomStream(seed: checkpoint.settings.seed, simulation: epoch, purpose: .rowOrder)
    stream.shuffle(&order)
    return order
  }

  private mutating func validationLoss(epoch: Int) throws -> Double? {
    guard let validation else { return nil }
    var sum = 0.0
    for first in stride(from: 0, to: validation.count, by: checkpoint.settings.batchSize) {
      let rows = Array(first..<min(first + checkpoint.settings.batchSize, validation.count))
      try read(rows, of: validation, epoch: epoch)
      sum += withRows(rows.count) { step, inputs, targets in
        step.lossSum(checkpoint.answer, inputs: inputs, targets: targets, count: rows.count)
      }
    }
    guard sum.isFinite else { throw notFinite(sum, "of the validation rows after epoch \(epoch + 1)") }
    return sum / Double(validation.count)
  }

  private mutating func read(_ rows: [Int], of data: Data, epoch: Int) throws {
    let network = step.network
    try inputs.withUnsafeMutableBufferPointer { inputs in
      try targets.withUnsafeMutableBufferPointer { targets in
        try data.read(
          rows, epoch: epoch, inputs: inputs.extracting(0..<rows.count * network.inputCount),
          targets: targets.extracting(0..<rows.count * network.targetCount))
      }
    }
  }

  private func withRows(
    _ count: Int, _ body: (BatchStep<Network>, UnsafeBufferPointer<Float>, UnsafeBufferPointer<Float>) -> Double
  ) -> Double {
    inputs.withUnsafeBufferPointer { inputs in
      targets.withUnsafeBufferPointer { targets in
        body(
          step, inputs.extracting(0..<count * step.network.inputCount),
          targets.extracting(0..<count * step.network.targetCount))
      }
    }
  }

  private func notFinite(_ loss: Double, _ place: String) -> NetworkError {
    NetworkError(
      code: .lossNotFinite,
      message: "the loss \(place) is \(loss): lower the learning rate, shorten long gradients, or look for rows that "
        + "are not finite; the parameters before it are kept")
  }
}

extension TrainingCheckpoint {
  /// Adds an epoch, and keeps the parameters if it is the best so far.
  fileprivate mutating func add(_ epoch: TrainingEpoch) {
    (batch, lossSum) = (0, 0)
    epochs.append(epoch)
    if let bestEpoch, TrainingCheckpoint.score(epochs[bestEpoch]) <= TrainingCheckpoint.score(epoch) { return }
    (bestEpoch, bestValues) = (epochs.count - 1, answer)
  }
}

extension RandomPurpose {
  /// The order of rows in an epoch of training.
  public static let rowOrder = RandomPurpose("row order")
}
