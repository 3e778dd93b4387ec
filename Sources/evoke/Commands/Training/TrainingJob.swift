import EEGArchive
import Foundation
import InverseModels
import Networks
import PosteriorEstimation

/// A run of training, of whatever model, with what its file needs.
protocol TrainingJob {
  /// What is trained, for people.
  var name: String { get }
  /// Epochs at most.
  var epochs: Int { get }
  /// Values that are learnt.
  var parameterCount: Int { get }
  /// Pairs that are not used and why, for people; nil when all are.
  var leftOut: String? { get }
  /// The state after the last batch.
  var checkpoint: TrainingCheckpoint { get }
  /// What the file holds.
  func archive(isFinished: Bool) throws -> WeightsArchive
  /// One step; nil when the run has ended.
  mutating func advance() throws -> TrainingProgress?
}

/// Training of a network that estimates.
struct NetworkJob: TrainingJob {
  var training: ModelTraining<SimulationsData>
  let fingerprint: String
  let dataSettings: String

  var name: String { training.configuration.model.rawValue }
  var epochs: Int { training.configuration.training.epochs }
  var parameterCount: Int { training.model.parameters.values.count }
  var checkpoint: TrainingCheckpoint { training.checkpoint }

  var leftOut: String? {
    let failed = training.split.simulations(of: .none).count
    return failed > 0 ? "\(Formatting.count(failed, "simulation")) failed and left out" : nil
  }

  func archive(isFinished: Bool) throws -> WeightsArchive {
    try WeightsArchive(
      training.model, checkpoint: checkpoint, isFinished: isFinished, split: training.split, fingerprint: fingerprint,
      dataSettings: dataSettings)
  }

  mutating func advance() throws -> TrainingProgress? { try training.advance() }
}

/// Training of a posterior.
struct PosteriorJob: TrainingJob {
  var training: PosteriorTraining<SimulationPairs>
  let pairs: SimulationPairs
  let fingerprint: String
  let threads: Int

  var name: String { training.configuration.name }
  var epochs: Int { training.configuration.training.epochs }
  var parameterCount: Int { training.model.parameters.values.count }
  var checkpoint: TrainingCheckpoint { training.checkpoint }

  var leftOut: String? {
    let usable = training.usable
    let (failed, spoilt) = (usable.failedCount, usable.notFiniteCount)
    guard failed + spoilt > 0 else { return nil }
    let reasons = [
      failed > 0 ? "\(Formatting.count(failed, "simulation")) failed" : nil,
      spoilt > 0 ? "\(Formatting.count(spoilt, "pair")) not finite" : nil,
    ].compactMap(\.self)
    let share = Double(failed + spoilt) / Double(pairs.count)
    let warning =
      share > 0.01
      ? String(format: "; the posterior is that of simulations that succeed (%.1f %% do not)", 100 * share) : ""
    return "\(reasons.joined(separator: ", ")), left out\(warning)"
  }

  func archive(isFinished: Bool) throws -> WeightsArchive {
    let model = training.model
    let typicality =
      isFinished
      ? try Typicality(
        of: model, pairs, training: training.trainingPairs, heldOut: training.validationPairs, threads: threads) : nil
    return try WeightsArchive(
      model, checkpoint: checkpoint, isFinished: isFinished, typicality: typicality,
      data: WeightsArchive.Data(
        fingerprint: fingerprint, settings: pairs.data.archive.layout?.settings ?? "",
        split: training.split(of: pairs.count), noiseLevel: pairs.data.noiseLevels[pairs.level]))
  }

  mutating func advance() throws -> TrainingProgress? { try training.advance() }
}

extension PosteriorTraining {
  /// What each of so many pairs is for, as archives of weights store it.
  func split(of count: Int) -> [UInt8] {
    var split = [UInt8](repeating: DataSplit.Part.none.rawValue, count: count)
    for pair in trainingPairs { split[pair] = DataSplit.Part.training.rawValue }
    for pair in validationPairs { split[pair] = DataSplit.Part.validation.rawValue }
    return split
  }
}
