import EEGCore
import EvokeNumerics
import Foundation
import InverseModels
import Networks
import Testing

@testable import PosteriorEstimation

@Suite("Observations of several records")
struct RecordsTests {
  /// θ ~ N(0, 1) and records x ~ N(θ, 1): the posterior of n records is N(n mean(x) / (n + 1), 1 / (n + 1)).
  private func normalPairs(count: Int, records: Int, seed: UInt64) throws -> (prior: Prior, pairs: InMemoryPairs) {
    let prior = try Prior([.init("mean")], [.single(.normal(mean: 0, scale: 1))])
    var (theta, data) = ([Double](), [Float]())
    for pair in 0..<count {
      var stream = RandomStream(seed: seed, simulation: pair, purpose: Simulators.noise)
      theta.append(stream.normal())
      for _ in 0..<records { data.append(Float(theta[pair] + stream.normal())) }
    }
    return (prior, InMemoryPairs(parameters: theta, data: data, shape: [records]))
  }

  private func configuration(
    _ embedding: EmbeddingSettings.Kind = .identity, epochs: Int, seed: UInt64 = 1
  ) -> PosteriorConfiguration {
    var configuration = quickConfiguration(.splineFlow, embedding: embedding, epochs: epochs)
    configuration.records = RecordSettings()
    configuration.training.seed = seed
    return configuration
  }

  private func data(of pairs: InMemoryPairs) -> [Float] {
    var data = [Float](repeating: 0, count: pairs.count * pairs.valueCount)
    data.withUnsafeMutableBufferPointer { pairs.read(0..<pairs.count, into: $0) }
    return data
  }

  @Test("One network finds the mean of a normal distribution from one record, three and ten", arguments: UInt64(1)...3)
  func conjugate(seed: UInt64) throws {
    let (prior, pairs) = try normalPairs(count: 3000, records: 10, seed: seed)
    var configuration = PosteriorConfiguration()
    configuration.records = RecordSettings()
    configuration.training.seed = seed
    let model = try train(configuration, prior, pairs).model
    var observations: [[Float]] = []
    var stream = RandomStream(seed: 99, simulation: 0, purpose: Simulators.noise)
    for count in [1, 3, 10] {
      for truth in [-1.0, 0, 0.7] {
        let records = (0..<count).map { _ in Float(truth + stream.normal()) }
        observations.append(records + Array(repeating: .nan, count: 10 - count))
      }
    }
    let draws = try model.draws(4000, given: observations.flatMap(\.self), seed: 1)
    for (number, observation) in observations.enumerated() {
      let records = observation.filter { !$0.isNaN }.map(Double.init)
      let n = Double(records.count)
      let (mean, deviation) = (records.reduce(0, +) / (n + 1), (1 / (n + 1)).squareRoot())
      let drawn = draws.values[number * 4000..<(number + 1) * 4000]
      let found = drawn.reduce(0, +) / 4000
      let spread = (drawn.reduce(0) { $0 + ($1 - found) * ($1 - found) } / 4000).squareRoot()
      // In these three seeds at most 0.1 and 0.16; with pairs of ten records alone, asked about ten, 0.09 and 0.16.
      #expect(abs(found - mean) < 0.12 * deviation, "\(records.count) records")
      #expect(abs(spread / deviation - 1) < 0.18, "\(records.count) records")
    }
  }

  @Test("The order of records changes nothing but rounding", arguments: EmbeddingSettings.Kind.allCases)
  func order(kind: EmbeddingSettings.Kind) throws {
    let (prior, single) = try Simulators.waves(count: 120, seed: 1)
    // Every four pairs as the records of one.
    let theta = single.parameters()
    let pairs = InMemoryPairs(
      parameters: (0..<30).flatMap { theta[8 * $0..<8 * $0 + 2] }, data: data(of: single), shape: [4, 2, 24])
    let model = try train(
      configuration(kind, epochs: 2), prior, pairs, description: OtherCaps.description([0, 1]), threads: 2
    ).model
    let records = (0..<4).map { record in Array(data(of: single)[record * 48..<(record + 1) * 48]) }
    let missing = [Float](repeating: .nan, count: 48)
    func contexts(_ records: [[Float]]) throws -> [Float] { try model.contexts(of: records.flatMap(\.self)) }
    let all = try contexts(records)
    #expect(all.allSatisfy { $0.isFinite })
    for other in try [contexts([records[2], records[0], records[3], records[1]]), contexts(records.reversed())] {
      #expect(zip(all, other).allSatisfy { abs($0 - $1) < 1e-5 })
    }
    // Records that are not there may stand anywhere, and matter.
    let three = try contexts([records[0], records[1], records[2], missing])
    let shifted = try contexts([missing, records[2], records[0], records[1]])
    #expect(zip(three, shifted).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(zip(three, all).contains { abs($0 - $1) > 1e-4 })
    // Two observations at once are those alone.
    let both = try model.contexts(
      of: records.flatMap(\.self) + [records[0], missing, missing, missing].flatMap(\.self))
    let alone = try contexts([records[0], missing, missing, missing])
    #expect(zip(both, all + alone).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test("Records that are NaN are not there; other values that are not finite spoil a pair")
  func usable() throws {
    let (prior, pairs) = try normalPairs(count: 60, records: 4, seed: 2)
    var data = data(of: pairs)
    for (place, value) in [(4 * 3 + 3, Float.nan), (4 * 5, .nan), (4 * 7 + 1, .infinity)] { data[place] = value }
    for record in 0..<4 { data[4 * 9 + record] = .nan }
    let damaged = InMemoryPairs(parameters: pairs.parameters(), data: data, shape: [4])
    let training = try train(configuration(epochs: 2), prior, damaged)
    #expect(training.usable.numbers == Array(0..<60).filter { $0 != 7 && $0 != 9 })
    #expect(training.usable.notFiniteCount == 2)
    #expect(training.checkpoint.epochs.allSatisfy { $0.trainingLoss.isFinite && $0.validationLoss?.isFinite == true })
    // A record of two values, one of which is NaN, is there and spoilt.
    let wide = InMemoryPairs(parameters: pairs.parameters(), data: data, shape: [2, 2])
    #expect(try train(configuration(epochs: 1), prior, wide).usable.numbers.count == 56)
  }

  @Test("Scalings are those of the records that are there")
  func scaling() throws {
    let data: [Float] = [1, 2, .nan, .nan, 3, 4, 5, 6, 7, 8, .nan, .nan]
    let pairs = InMemoryPairs(parameters: [0, 0.1, 0.2], data: data, shape: [2, 2])
    for (scaling, mean, variance) in [
      (DataScaling.independent, [4.0, 5], [5, 5]),
      (.structured, [4.5, 4.5], [5.25, 5.25]),
    ] {
      var configuration = configuration(epochs: 1)
      configuration.scaling = scaling
      let preparation = try DataPreparation(
        fitting: configuration, to: pairs, training: [0, 1, 2], description: nil)
      guard case .scaled(let found?) = preparation.steps else {
        Issue.record("there is no scaling")
        return
      }
      for (a, b) in zip(found.mean + found.deviation.map { $0 * $0 }, mean + variance) { #expect(abs(a - b) < 1e-12) }
      #expect(preparation.recordShape == [2] && preparation.preparedCount == 5)
      let preparer = DataPreparer(preparation)
      var row = [Float](repeating: 9, count: 5)
      [Float.nan, .nan, 1, 2].withUnsafeBufferPointer { values in
        row.withUnsafeMutableBufferPointer { preparer.prepare(values, count: 1, into: $0) }
      }
      #expect(row[0] == 1 && row[3] == 0 && row[4] == 0)
      #expect(abs(Double(row[1]) - (1 - mean[0]) / variance[0].squareRoot()) < 1e-6)
    }
  }

  @Test("Epochs take other records and numbers of them, all equally often; validation takes the same ones")
  func variation() throws {
    let variation = RecordVariation(seed: 5)
    var (numbers, taken) = ([Int](repeating: 0, count: 5), [Int](repeating: 0, count: 5))
    func row(_ variation: RecordVariation, pair: Int, epoch: Int) -> [Float] {
      var row: [Float] = [5, 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5]
      row.withUnsafeMutableBufferPointer { variation.choose(from: $0, width: 2, pair: pair, epoch: epoch) }
      return row
    }
    for pair in 0..<40 {
      for epoch in 0..<50 {
        let chosen = row(variation, pair: pair, epoch: epoch)
        let records = (0..<Int(chosen[0])).map { Int(chosen[1 + 2 * $0]) }
        #expect(Set(records).count == records.count)
        #expect(records.enumerated().allSatisfy { chosen[2 + 2 * $0.offset] == Float($0.element) + 0.5 })
        numbers[records.count - 1] += 1
        for record in records { taken[record] += 1 }
      }
      #expect(row(variation.fixed, pair: pair, epoch: 3) == row(variation.fixed, pair: pair, epoch: 7))
    }
    // 2,000 choices of five, and of three in five on average: standard deviations 18 and 22.
    for count in numbers { #expect(abs(count - 400) < 80) }
    for count in taken { #expect(abs(count - 1200) < 100) }
  }

  @Test("Without variation, all records are taken in every epoch")
  func constant() throws {
    let (prior, pairs) = try normalPairs(count: 100, records: 3, seed: 6)
    var configuration = configuration(epochs: 2)
    let varied = try train(configuration, prior, pairs).checkpoint
    configuration.records?.varies = false
    let whole = try train(configuration, prior, pairs).checkpoint
    #expect(whole != varied)
    // The order of records then changes nothing but rounding, in training too.
    let data = data(of: pairs)
    let turned = InMemoryPairs(
      parameters: pairs.parameters(), data: data.indices.map { data[$0 / 3 * 3 + 2 - $0 % 3] }, shape: [3])
    let other = try train(configuration, prior, turned).checkpoint
    for (a, b) in zip(whole.epochs, other.epochs) { #expect(abs(a.trainingLoss - b.trainingLoss) < 1e-4) }
  }

  @Test("The number of threads changes no bit, and a resumed run gives those of one that was not stopped")
  func repeatable() throws {
    let (prior, pairs) = try normalPairs(count: 200, records: 5, seed: 7)
    let whole = try train(configuration(epochs: 3), prior, pairs)
    #expect(try train(configuration(epochs: 3), prior, pairs, threads: 3).checkpoint == whole.checkpoint)
    let first = try train(configuration(epochs: 3), prior, pairs, batches: 6)
    #expect(try train(configuration(epochs: 3), prior, pairs, from: first.checkpoint).checkpoint == whole.checkpoint)
  }

  @Test("Observations without a record, with a broken one, or of another shape are refused")
  func refused() throws {
    let pairs = InMemoryPairs(
      parameters: (0..<40).map { Double($0) / 40 }, data: (0..<240).map { Float($0 % 7) }, shape: [3, 2])
    let model = try train(configuration(epochs: 1), Simulators.boxPrior(1), pairs).model
    let nan = Float.nan
    for (observation, code, words) in [
      ([nan, nan, nan, nan, nan, nan], PosteriorError.Code.notFinite, "observation 0 has no record"),
      ([1, 2, nan, nan, 1, nan], .notFinite, "record 2 of observation 0 has the value nan at place 1"),
      ([1, 2, 3, 4], .shapeDiffers, "[3, 2]"),
    ] {
      let error = #expect(throws: PosteriorError.self) { try model.draws(10, given: observation, seed: 1) }
      #expect(error?.code == code && error?.message.contains(words) == true)
    }
  }

  @Test("Channels of one record are not taken for records")
  func channels() throws {
    let (prior, pairs) = try Simulators.waves(count: 60, seed: 8)
    let error = #expect(throws: PosteriorError.self) {
      try train(configuration(.convolution, epochs: 1), prior, pairs, description: OtherCaps.description([0, 1]))
    }
    #expect(error?.code == .shapeDiffers && error?.message.contains("[record, channel, time]") == true)
  }

  @Test("Records of another cap are read by a transformer of electrodes")
  func otherCap() throws {
    let (prior, single) = try Simulators.waves(count: 80, seed: 9)
    let theta = single.parameters()
    let pairs = InMemoryPairs(
      parameters: (0..<40).flatMap { theta[4 * $0..<4 * $0 + 2] }, data: data(of: single), shape: [2, 2, 24])
    let model = try train(
      configuration(.eegTransformer, epochs: 1), prior, pairs, description: OtherCaps.description([0, 1])
    ).model
    let records = Array(data(of: single)[..<96])
    let swapped = [24..<48, 0..<24, 72..<96, 48..<72].flatMap { records[$0] }
    let other = try model.adapted(to: OtherCaps.description([1, 0])).contexts(of: swapped)
    #expect(zip(try model.contexts(of: records), other).allSatisfy { abs($0 - $1) < 1e-4 })
    let one = try model.adapted(to: OtherCaps.description([1]))
    #expect(one.preparation.shape == [2, 1, 24])
    #expect(try one.contexts(of: Array(records[24..<48] + records[72..<96])).allSatisfy(\.isFinite))
  }

  @Test("Settings of records go through JSON, and files from before there were any have none")
  func json() throws {
    var configuration = configuration(epochs: 1)
    configuration.records?.varies = false
    #expect(try PosteriorConfiguration(json: configuration.json()) == configuration)
    try configuration.set("varies_records", to: "true")
    try configuration.set("records.outputs", to: "7")
    #expect(configuration.records?.varies == true && configuration.records?.outputs == 7)
    #expect(throws: PosteriorError.self) { try configuration.set("records.layers", to: "0") }
    configuration.records = nil
    let stored = try configuration.json()
    #expect(!stored.contains("records"))
    #expect(try PosteriorConfiguration(json: configuration.json()) == configuration)
  }
}

/// A cap of two electrodes.
enum OtherCaps {
  private static let places = [Position(x: 0.06, y: 0, z: 0.05), Position(x: -0.06, y: 0.02, z: 0.05)]

  static func description(_ order: [Int]) -> InputDescription {
    InputDescription(
      channels: order.map { Channel(name: "E\($0)", position: places[$0]) }, times: (0..<24).map { Double($0) / 100 },
      rate: 100)
  }
}
