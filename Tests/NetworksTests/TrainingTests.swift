import EvokeNumerics
import Foundation
import TestSupport
import Testing

@testable import Networks

/// Which of two halves of a sequence is louder, from a few channels: by an LSTM, a convolution and a transformer.
struct ToyNetwork: TrainableNetwork {
  enum Kind: String, CaseIterable, Sendable { case lstm, convolution, transformer }

  let kind: Kind
  var samplesPerPass = Int.max
  var inputCount: Int { ToyNetwork.length * ToyNetwork.channels }
  var targetCount: Int { 1 }
  var outputCount: Int { 1 }

  private static let length = 8
  private static let channels = 3
  private let lstm: LSTM
  private let convolution: Convolution1D
  private let embedding: Linear
  private let encoder: TransformerEncoderLayer
  private let head: Linear

  init(_ kind: Kind, in store: inout ParameterStore) {
    var stream = RandomStream(seed: 7, simulation: 0, purpose: .initialValues)
    self.kind = kind
    lstm = LSTM("lstm", input: 3, hidden: 10, layers: 2, dropout: 0.1, in: &store, using: &stream)
    convolution = Convolution1D(
      "conv", input: 3, output: 10, window: ConvolutionWindow(width: 3, padding: 1), in: &store, using: &stream)
    embedding = Linear("embedding", input: 3, output: 10, in: &store, using: &stream)
    encoder = TransformerEncoderLayer(
      "encoder", settings: .init(width: 10, heads: 2, feedForward: 20), in: &store, using: &stream)
    head = Linear("head", input: 10, output: 1, in: &store, using: &stream)
  }

  func outputs(for inputs: Node, on tape: Tape) -> Node {
    let (samples, length) = (inputs.rows, ToyNetwork.length)
    let x = inputs.reshaped(rows: samples * length, columns: ToyNetwork.channels)
    switch kind {
    case .lstm: return head(lstm(x, length: length, output: .lastStep, on: tape), on: tape)
    case .convolution:
      let y = convolution(x, length: length, maximumPool: ConvolutionWindow(width: 2, stride: 2), on: tape)
      return head(tape.mean(y, over: Sequences(count: samples, length: length / 2)), on: tape)
    case .transformer:
      let sequences = Sequences(count: samples, length: length)
      let positions = tape.constant(
        SinusoidalPositions.table(length: length, width: 10), rows: length, columns: 10)
      let tokens = tape.add(embedding(x, on: tape), toEverySample: positions)
      return head(tape.mean(encoder(tokens, sequences: sequences, on: tape), over: sequences), on: tape)
    }
  }

  /// The target is the mean of the first channel less the product of the others in the first step.
  static func data(count: Int, seed: UInt64) -> InMemoryData {
    var stream = RandomStream(seed: seed, simulation: 0, purpose: .rowOrder)
    var (inputs, targets): ([Float], [Float]) = ([], [])
    for _ in 0..<count {
      let row = (0..<length * channels).map { _ in Float(stream.normal()) }
      inputs += row
      targets.append(stride(from: 0, to: row.count, by: 3).reduce(0) { $0 + row[$1] } / 2)
    }
    return InMemoryData(inputs: inputs, targets: targets, count: count)
  }
}

@Suite("Training")
struct TrainingTests {
  private func run(
    _ kind: ToyNetwork.Kind, settings: TrainingSettings, threads: Int = 1, samplesPerPass: Int = .max
  ) throws -> TrainingRun<ToyNetwork, InMemoryData> {
    var store = ParameterStore()
    var network = ToyNetwork(kind, in: &store)
    network.samplesPerPass = samplesPerPass
    return try TrainingRun(
      network, parameters: store, settings: settings, training: ToyNetwork.data(count: 103, seed: 1),
      validation: ToyNetwork.data(count: 50, seed: 2), threads: threads)
  }

  private let settings = TrainingSettings(
    epochs: 3, batchSize: 16, seed: 5,
    optimizer: OptimizerSettings(learningRate: 5e-3, longestGradient: 1), schedule: .cosine(warmUp: 4, lowest: 0.1))

  @Test("A task is learnt", arguments: ToyNetwork.Kind.allCases)
  func learns(kind: ToyNetwork.Kind) throws {
    var settings = settings
    settings.epochs = 30
    settings.optimizer.learningRate = 1e-2
    var run = try run(kind, settings: settings)
    try run.finish { _, _ in true }
    // Predicting the mean leaves a variance of 8 / 4.
    let best = try #require(run.checkpoint.epochs.compactMap(\.validationLoss).min())
    #expect(best < 0.2)
  }

  @Test("The number of threads changes no bit", arguments: ToyNetwork.Kind.allCases, [2, 5])
  func threads(kind: ToyNetwork.Kind, threads: Int) throws {
    var one = try run(kind, settings: settings)
    var several = try run(kind, settings: settings, threads: threads)
    try one.finish { _, _ in true }
    try several.finish { _, _ in true }
    #expect(one.checkpoint == several.checkpoint)
  }

  @Test(
    "A run that is stored and resumed gives the bits of one that was not", arguments: ToyNetwork.Kind.allCases,
    [(batches: 1, averageDecay: 0), (7, 0.9), (12, 0)])
  func resumes(kind: ToyNetwork.Kind, stop: (batches: Int, averageDecay: Double)) throws {
    var settings = settings
    settings.optimizer.averageDecay = stop.averageDecay
    var whole = try run(kind, settings: settings)
    try whole.finish { _, _ in true }
    var first = try run(kind, settings: settings)
    for _ in 0..<stop.batches { _ = try first.advance() }
    let stored = try JSONEncoder().encode(first.checkpoint)
    var store = ParameterStore()
    var second = try TrainingRun(
      ToyNetwork(kind, in: &store), parameterCount: store.values.count,
      resuming: try JSONDecoder().decode(TrainingCheckpoint.self, from: stored),
      training: ToyNetwork.data(count: 103, seed: 1), validation: ToyNetwork.data(count: 50, seed: 2))
    try second.finish { _, _ in true }
    #expect(second.checkpoint == whole.checkpoint)
  }

  @Test("The running mean of parameters is validated and kept, and changes no step")
  func averages() throws {
    var settings = settings
    settings.epochs = 1
    var plain = try run(.lstm, settings: settings)
    settings.optimizer.averageDecay = 0.8
    var averaged = try run(.lstm, settings: settings)
    var mean = plain.checkpoint.values.map(Double.init)
    for step in 1...7 {
      _ = try plain.advance()
      _ = try averaged.advance()
      if step == 1 { mean = plain.checkpoint.values.map(Double.init) }
      let decay = min(0.8, Double(step) / Double(step + 9))
      mean = zip(mean, plain.checkpoint.values).map { decay * $0 + (1 - decay) * Double($1) }
    }
    #expect(averaged.checkpoint.values == plain.checkpoint.values)
    #expect(averaged.checkpoint.bestValues == averaged.checkpoint.optimizer.average)
    #expect(largestError(averaged.checkpoint.bestValues, mean.map { Float($0) }) < 1e-6)
    #expect(averaged.checkpoint.bestValues != plain.checkpoint.bestValues)
    #expect(averaged.checkpoint.epochs[0].trainingLoss == plain.checkpoint.epochs[0].trainingLoss)
    #expect(averaged.checkpoint.epochs[0].validationLoss != plain.checkpoint.epochs[0].validationLoss)
  }

  @Test("Passes of few samples give the gradient of one pass, but for rounding", arguments: ToyNetwork.Kind.allCases)
  func passes(kind: ToyNetwork.Kind) throws {
    var store = ParameterStore()
    var network = ToyNetwork(kind, in: &store)
    var (inputs, targets) = ([Float](repeating: 0, count: 30 * 24), [Float](repeating: 0, count: 30))
    inputs.withUnsafeMutableBufferPointer { inputs in
      targets.withUnsafeMutableBufferPointer {
        ToyNetwork.data(count: 30, seed: 3).read(Array(0..<30), epoch: 0, inputs: inputs, targets: $0)
      }
    }
    func gradient(samplesPerPass: Int, shards: Int) -> (Double, [Float]) {
      network.samplesPerPass = samplesPerPass
      let step = BatchStep(network: network, parameterCount: store.values.count, shards: shards, threads: 1)
      let loss = inputs.withUnsafeBufferPointer { inputs in
        targets.withUnsafeBufferPointer {
          step.differentiate(store.values, inputs: inputs, targets: $0, count: 30, training: nil)
        }
      }
      return (loss, step.gradients)
    }
    let whole = gradient(samplesPerPass: .max, shards: 1)
    for (samplesPerPass, shards) in [(1, 1), (4, 3), (.max, 40)] {
      let parts = gradient(samplesPerPass: samplesPerPass, shards: shards)
      #expect(abs(parts.0 - whole.0) < 1e-6 * whole.0)
      #expect(largestError(parts.1, whole.1) < 2e-6)
    }
  }

  @Test("A loss that is not finite names its batch and leaves the state before it")
  func notFinite() throws {
    struct Spoilt: TrainingData {
      let rows = ToyNetwork.data(count: 64, seed: 1)
      var count: Int { rows.count }
      func read(
        _ numbers: [Int], epoch: Int, inputs: UnsafeMutableBufferPointer<Float>,
        targets: UnsafeMutableBufferPointer<Float>
      ) {
        rows.read(numbers, epoch: epoch, inputs: inputs, targets: targets)
        if let place = numbers.firstIndex(of: 17) { inputs[place * 24] = .nan }
      }
    }
    for kind in ToyNetwork.Kind.allCases {
      var store = ParameterStore()
      let network = ToyNetwork(kind, in: &store)
      var run = try TrainingRun(
        network, parameters: store, settings: TrainingSettings(epochs: 1, batchSize: 8, seed: 3), training: Spoilt())
      var before = run.checkpoint
      let error = #expect(throws: NetworkError.self) {
        while try run.advance() != nil { before = run.checkpoint }
      }
      #expect(error?.code == .lossNotFinite)
      #expect(error?.message.contains("batch \(before.batch + 1) of epoch 1") == true)
      #expect(run.checkpoint == before && before.values.allSatisfy(\.isFinite))
    }
  }

  @Test("Rows that cannot be read stop the run where it is, and it may go on")
  func unreadable() throws {
    struct Unreadable: Error {}
    final class Medium: @unchecked Sendable { var reads = 0 }  // one thread reads
    struct Failing: TrainingData {
      let rows = ToyNetwork.data(count: 64, seed: 1)
      let medium: Medium
      let failsAt: Int?
      var count: Int { rows.count }
      func read(
        _ numbers: [Int], epoch: Int, inputs: UnsafeMutableBufferPointer<Float>,
        targets: UnsafeMutableBufferPointer<Float>
      ) throws {
        medium.reads += 1
        if medium.reads == failsAt { throw Unreadable() }
        rows.read(numbers, epoch: epoch, inputs: inputs, targets: targets)
      }
    }
    func run(failsAt: Int?) throws -> TrainingRun<ToyNetwork, Failing> {
      var store = ParameterStore()
      let network = ToyNetwork(.lstm, in: &store)
      return try TrainingRun(
        network, parameters: store, settings: TrainingSettings(epochs: 2, batchSize: 16),
        training: Failing(medium: Medium(), failsAt: failsAt),
        validation: Failing(medium: Medium(), failsAt: failsAt.map { $0 % 3 }))
    }
    var whole = try run(failsAt: nil)
    try whole.finish { _, _ in true }
    for failsAt in [1, 4, 7] {
      var broken = try run(failsAt: failsAt)
      #expect(throws: Unreadable.self) { try broken.finish { _, _ in true } }
      // The row of the training data, then that of the validation, can be read the second time.
      for _ in 0..<2 { _ = try? broken.finish { _, _ in true } }
      #expect(broken.checkpoint == whole.checkpoint)
    }
  }

  @Test("Patience ends a run, and the best epoch's parameters are kept")
  func patience() throws {
    var settings = settings
    settings.epochs = 30
    settings.patience = 2
    settings.schedule = .constant
    settings.optimizer.learningRate = 0.05
    var run = try run(.lstm, settings: settings)
    var kept: [[Float]] = []
    try run.finish { progress, checkpoint in
      if progress.finishedEpoch != nil { kept.append(checkpoint.values) }
      return true
    }
    let losses = run.checkpoint.epochs.compactMap(\.validationLoss)
    let best = try #require(losses.indices.min { losses[$0] < losses[$1] })
    #expect(run.checkpoint.bestEpoch == best && run.checkpoint.bestValues == kept[best])
    #expect(losses.count == best + 3 && losses.count < 30)
    #expect(try run.advance() == nil)
  }

  @Test("A checkpoint of other data or of another network is refused")
  func foreignCheckpoint() throws {
    let checkpoint = try run(.lstm, settings: settings).checkpoint
    var store = ParameterStore()
    let network = ToyNetwork(.lstm, in: &store)
    for (count, rows) in [(store.values.count, 102), (store.values.count - 1, 103)] {
      let error = #expect(throws: NetworkError.self) {
        try TrainingRun(
          network, parameterCount: count, resuming: checkpoint, training: ToyNetwork.data(count: rows, seed: 1))
      }
      #expect(error?.code == .checkpointDiffers)
    }
    var broken = settings
    broken.batchSize = 0
    #expect(throws: NetworkError.self) { try run(.lstm, settings: broken) }
  }

  @Test("Every row is used once an epoch, in another order each time")
  func order() throws {
    final class Log: @unchecked Sendable { var rows: [[Int]] = [] }  // one thread reads
    struct Logged: TrainingData {
      let data: InMemoryData
      let log: Log
      var count: Int { data.count }
      func read(
        _ rows: [Int], epoch: Int, inputs: UnsafeMutableBufferPointer<Float>,
        targets: UnsafeMutableBufferPointer<Float>
      ) {
        log.rows.append(rows)
        data.read(rows, epoch: epoch, inputs: inputs, targets: targets)
      }
    }
    var store = ParameterStore()
    let log = Log()
    let data = Logged(data: ToyNetwork.data(count: 50, seed: 1), log: log)
    let network = ToyNetwork(.convolution, in: &store)
    var run = try TrainingRun(
      network, parameters: store, settings: TrainingSettings(epochs: 2, batchSize: 16), training: data)
    try run.finish { _, _ in true }
    #expect(log.rows.map(\.count) == [16, 16, 16, 2, 16, 16, 16, 2])
    let (first, second) = (log.rows[..<4].flatMap(\.self), log.rows[4...].flatMap(\.self))
    #expect(first.sorted() == Array(0..<50) && second.sorted() == Array(0..<50))
    #expect(first != second)
  }
}
