import InverseModels
import Networks
import TestSupport
import Testing

@Suite struct ExchangedNoiseTests {
  private func configuration(_ model: ModelKind = .eegTransformer, exchanging: Bool = true) throws -> ModelConfiguration
  {
    var configuration = try smallConfiguration(model)
    configuration.noiseLevels = [1]
    configuration.training.exchangesNoise = exchanging
    return configuration
  }

  @Test(arguments: ModelKind.allCases)
  func noiseThatIsTheSameForAllCanBeExchangedWithoutAnEffect(_ model: ModelKind) throws {
    var data = SyntheticData(levels: 2)
    data.replaceNoise(of: 3)
    let exchanged = try train(configuration(model), data).checkpoint.epochs
    let own = try train(configuration(model, exchanging: false), data).checkpoint.epochs
    for (one, other) in zip(exchanged, own) {
      #expect(abs(one.trainingLoss - other.trainingLoss) < 1e-3 * other.trainingLoss)
    }
  }

  @Test func noiseOfItsOwnIsNotSeenTwice() throws {
    let data = SyntheticData(levels: 2)
    var configuration = try configuration()
    // Without steps, dropout and choice of electrodes, epochs differ by what they read.
    configuration.training.learningRate = 1e-30
    configuration.training.weightDecay = 0
    try configuration.set("network.dropout", to: "0")
    try configuration.set("fewest_channels", to: "0")
    let losses = try train(configuration, data).checkpoint.epochs.map(\.trainingLoss)
    for (number, loss) in losses.enumerated() {
      for other in losses[..<number] { #expect(abs(loss - other) > 1e-5 * other) }
    }
    configuration.training.exchangesNoise = false
    let same = try train(configuration, data).checkpoint.epochs.map(\.trainingLoss)
    #expect(same.allSatisfy { abs($0 - same[0]) < 1e-6 * same[0] })
  }

  @Test func onlyTrainingSimulationsLend() throws {
    let data = SyntheticData(levels: 2)
    let training = try train(configuration(), data)
    let parts = training.split.parts
    var changed = data
    changed.replaceNoise { parts[$0] == .training ? 1 : 100 }
    let losses = try train(configuration(), changed).checkpoint.epochs
    #expect(losses.map(\.trainingLoss) == training.checkpoint.epochs.map(\.trainingLoss))
    #expect(losses.map(\.validationLoss) != training.checkpoint.epochs.map(\.validationLoss))
  }

  @Test func levelsGetNoiseOfTheirOwn() throws {
    // None at the first, the same for all at the second: exchanged between levels, rows would change.
    var data = SyntheticData(levels: 3)
    data.replaceNoise { _ in 0 }
    data.replaceNoise(at: 2, of: 3)
    var configuration = try configuration()
    configuration.noiseLevels = [1, 2]
    let training = try train(configuration, data)
    #expect(training.checkpoint.rowCount == 96)
    configuration.training.exchangesNoise = false
    for (one, other) in zip(training.checkpoint.epochs, try train(configuration, data).checkpoint.epochs) {
      #expect(abs(one.trainingLoss - other.trainingLoss) < 1e-3 * other.trainingLoss)
    }
  }

  @Test(arguments: [1, 4])
  func aResumedRunGivesTheSameBits(_ batches: Int) throws {
    let data = SyntheticData(levels: 2)
    let whole = try train(configuration(), data, threads: 2)
    let first = try train(configuration(), data, batches: batches)
    #expect(try train(configuration(), data, from: first.checkpoint).checkpoint == whole.checkpoint)
  }

  @Test func dataWithoutALevelOfNoNoiseAreRefused() throws {
    var configuration = try configuration()
    configuration.noiseLevels = []
    configuration.training.exchangesNoise = true
    let data = SyntheticData(noiseLevels: [2500])
    let error = #expect(throws: InverseModelError.self) { try train(configuration, data) }
    #expect(error?.code == .invalidSetting)
    #expect(error?.message.contains("--noise-level 0") == true)
  }
}
