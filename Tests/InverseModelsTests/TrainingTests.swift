import EEGCore
import InverseModels
import Networks
import TestSupport
import Testing

@Suite struct ModelTrainingTests {
  static let kinds: [(ModelKind, ModelPreset)] = ModelKind.allCases.flatMap { kind in
    ModelPreset.allCases.map { (kind, $0) }
  }

  @Test(arguments: kinds)
  func lossesFall(_ kind: (ModelKind, ModelPreset)) throws {
    var configuration = try smallConfiguration(kind.0, kind.1)
    configuration.training.epochs = 15
    configuration.training.learningRate = 5e-3
    configuration.preparation.scaling = .rootMeanSquare
    configuration.targets = ["a", "b"]
    let epochs = try train(configuration, SyntheticData(count: 120)).checkpoint.epochs
    #expect(epochs[14].trainingLoss < 0.7 * epochs[0].trainingLoss)
  }

  @Test(arguments: kinds)
  func threadsChangeNoBit(_ kind: (ModelKind, ModelPreset)) throws {
    let configuration = try smallConfiguration(kind.0, kind.1)
    let data = SyntheticData()
    let (one, three) = (try train(configuration, data), try train(configuration, data, threads: 3))
    #expect(one.checkpoint == three.checkpoint)
  }

  @Test(arguments: kinds, [1, 3, 5])
  func aResumedRunGivesTheSameBits(_ kind: (ModelKind, ModelPreset), _ batches: Int) throws {
    let configuration = try smallConfiguration(kind.0, kind.1)
    let data = SyntheticData()
    let whole = try train(configuration, data)
    let first = try train(configuration, data, batches: batches)
    #expect(first.checkpoint != whole.checkpoint)
    #expect(try train(configuration, data, from: first.checkpoint).checkpoint == whole.checkpoint)
  }

  @Test func anotherSeedGivesAnotherModel() throws {
    var configuration = try smallConfiguration(.eegTransformer)
    let first = try train(configuration, SyntheticData())
    configuration.training.seed = 2
    #expect(try train(configuration, SyntheticData()).model.parameters.values != first.model.parameters.values)
  }

  @Test func theTestSplitChangesNothingInTraining() throws {
    let configuration = try smallConfiguration(.eegTransformer)
    let data = SyntheticData()
    let training = try train(configuration, data)
    var changed = data
    for simulation in training.split.simulations(of: .test) {
      changed.scale(simulation, by: 100)
    }
    #expect(try train(configuration, changed).checkpoint == training.checkpoint)
  }

  @Test func copiesWithOtherNoiseMultiplyTheRowsAndNotTheSimulations() throws {
    var configuration = try smallConfiguration(.lstm)
    configuration.noiseLevels = [0, 1]
    let training = try train(configuration, SyntheticData(levels: 2))
    #expect(training.split.simulations(of: .training).count == 48)
    #expect(training.checkpoint.rowCount == 96)
  }

  @Test func unknownNoiseLevelsAreRefused() throws {
    var configuration = try smallConfiguration(.lstm)
    configuration.noiseLevels = [7]
    #expect(throws: InverseModelError.self) { try train(configuration, SyntheticData()) }
  }

  @Test func potentialsThatAreNotFiniteAreRefused() throws {
    var data = SyntheticData()
    data.scale(20, by: .nan)
    let error = #expect(throws: InverseModelError.self) {
      try train(smallConfiguration(.eegTransformer, .study), data)
    }
    #expect(error?.code == .notFinite)
  }

  @Test func failedSimulationsAreNeverRead() throws {
    var data = SyntheticData()
    data.scale(20, by: .nan)
    data.good[20] = false
    #expect(try train(smallConfiguration(.lstm), data).split.parts[20] == .none)
  }

  @Test func uncertaintyCoversTheTruth() throws {
    var configuration = try smallConfiguration(.eegTransformer)
    configuration.hasUncertainty = true
    configuration.targets = ["a", "b"]
    configuration.training.epochs = 12
    configuration.training.learningRate = 3e-3
    let data = SyntheticData(count: 400)
    let training = try train(configuration, data)
    let evaluation = try Evaluation(training.model, data: data, simulations: training.split.simulations(of: .test))
    for score in evaluation.scores {
      let coverage = try #require(score.coverage)
      #expect(coverage > 0.6)
    }
  }
}

@Suite struct MontageTests {
  private func trained(_ model: ModelKind, _ data: SyntheticData) throws -> InverseModel {
    var training = try ModelTraining(smallConfiguration(model), data: data, description: data.description)
    while try training.advance() != nil {}
    return training.model
  }

  @Test func theOrderOfElectrodesDoesNotMatter() throws {
    let data = SyntheticData(count: 30)
    let model = try trained(.eegTransformer, data)
    let shuffled = data.selecting([5, 3, 0, 11, 10, 1, 2, 4, 9, 8, 6, 7])
    let simulations = Array(0..<data.count)
    let first = try model.estimates(of: data, simulations: simulations)
    let second = try model.adapted(to: shuffled.description).estimates(of: shuffled, simulations: simulations)
    for (a, b) in zip(first.mean, second.mean) { #expect(abs(a - b) < 1e-5) }
  }

  @Test(arguments: [ModelKind.eegTransformer, .lstm, .cnnBiLSTM])
  func otherCapsAreTaken(_ kind: ModelKind) throws {
    let data = SyntheticData(count: 30)
    let model = try trained(kind, data)
    let fewer = data.selecting([0, 2, 3, 5, 6, 8, 9, 11])
    let estimates = try model.adapted(to: fewer.description).estimates(of: fewer, simulations: [0, 1])
    #expect(estimates.mean.allSatisfy { $0.isFinite })
    let error = #expect(throws: InverseModelError.self) { try model.estimates(of: fewer, simulations: [0]) }
    #expect(error?.code == .dataDiffer)
  }

  @Test func aModelOfNumberedChannelsRefusesOthers() throws {
    let data = SyntheticData(count: 30)
    var training = try ModelTraining(
      smallConfiguration(.eegTransformer, .study), data: data, description: data.description)
    _ = try training.advance()
    let model = training.model
    let error = #expect(throws: InverseModelError.self) {
      try model.adapted(to: data.selecting([0, 1, 2, 3, 4]).description)
    }
    #expect(error?.code == .dataDiffer)
  }

  @Test func otherTimesAreRefused() throws {
    let data = SyntheticData(count: 30)
    let model = try trained(.lstm, data)
    var other = data.description
    other.times = other.times.map { $0 + 0.1 }
    #expect(throws: InverseModelError.self) { try model.adapted(to: other) }
  }

  @Test func channelsWithoutAPlaceAreNamed() throws {
    let data = SyntheticData(count: 30)
    var input = data.description
    input.channels[3].position = nil
    let error = #expect(throws: InverseModelError.self) {
      try ModelTraining(smallConfiguration(.eegTransformer), data: data, description: input)
    }
    let message = try #require(error).message
    #expect(message.contains("E3"))
  }
}
