import ArgumentParser
import InverseModels
import PosteriorEstimation

extension ModelPreset: ExpressibleByArgument {}
extension DensitySettings.Kind: ExpressibleByArgument {}
extension EmbeddingSettings.Kind: ExpressibleByArgument {}

/// What `evoke train` trains.
enum TrainedModel: String, CaseIterable, ExpressibleByArgument {
  case eegTransformer = "eegtransformer"
  case lstm
  case cnnBiLSTM = "cnn-bilstm"
  case snpe

  /// The family of networks; nil for a posterior.
  var kind: ModelKind? { ModelKind(rawValue: rawValue) }
}

extension Train {
  /// Refuses options of the other family of models.
  func checkFamily() throws {
    let ofNetworks = [
      ("--preset", preset != nil), ("--uncertainty", uncertainty), ("--targets", targets != nil),
      ("--finetune", finetune != nil),
    ].filter(\.1).map(\.0)
    let ofPosteriors = [
      ("--estimator", estimator != nil), ("--embedding", embedding != nil), ("--records", records),
      ("--ensemble", ensemble != nil),
    ].filter(\.1).map(\.0)
    let (wrong, others) =
      model == .snpe ? (ofNetworks, "networks that estimate") : (ofPosteriors, "posteriors, --model snpe")
    guard wrong.isEmpty else {
      throw usageError(
        "\(wrong.joined(separator: ", ")) \(wrong.count == 1 ? "belongs" : "belong") to \(others); leave it out")
    }
    guard model != .snpe || noiseLevel.count <= 1 else {
      throw usageError("--noise-level: a posterior is trained on one level of noise; give one")
    }
  }

  func assignments() throws -> [(name: String, value: String)] {
    try set.map { try OptionText.assignment($0, example: "network.width=128") }
  }

  /// The preset, or the settings of the weights to go on from, with what the options say.
  func networkSettings(_ initial: ModelConfiguration?) throws -> ModelConfiguration {
    var settings: ModelConfiguration
    if let initial {
      guard model == nil || model?.kind == initial.model, preset == nil || preset == initial.preset else {
        throw usageError(
          "--finetune: the weights are of the model \(initial.model.rawValue), preset \(initial.preset.rawValue)")
      }
      settings = initial
    } else {
      settings = ModelConfiguration(model?.kind ?? .eegTransformer, preset: preset ?? .default)
    }
    if uncertainty { settings.hasUncertainty = true }
    if let targets {
      settings.targets = targets.split(separator: ",").map { $0.filter { $0 != " " } }
    }
    let levels = try OptionText.numbers(noiseLevel, option: "--noise-level", example: "0 0.1 1")
    if !levels.isEmpty { settings.noiseLevels = levels }
    change(&settings.training)
    do {
      for (name, value) in try assignments() { try settings.set(name, to: value) }
      try settings.check()
    } catch let error as InverseModelError {
      throw usageError(error.message)
    }
    return settings
  }

  /// The defaults of an estimator and an embedding, with what the options say.
  func posteriorSettings() throws -> PosteriorConfiguration {
    var settings = PosteriorConfiguration(estimator ?? .splineFlow, embedding: embedding ?? .identity)
    if let ensemble { settings.ensemble = ensemble }
    if records { settings.records = RecordSettings() }
    change(&settings.training)
    do {
      for (name, value) in try assignments() { try settings.set(name, to: value) }
      try settings.check()
    } catch let error as PosteriorError {
      throw usageError(error.message)
    }
    return settings
  }

  private func change(_ plan: inout TrainingPlan) {
    if let epochs { plan.epochs = epochs }
    if let batch { plan.batch = batch }
    if let learningRate { plan.learningRate = learningRate }
    if let seed { plan.seed = seed }
  }
}
