import EEGArchive
import EEGCore
import EvokeNumerics
import Foundation
import InverseModels

/// Where estimates come from: the settings of their archive.
struct EstimatesOrigin: Encodable {
  let verb = "evaluate"
  /// The file's name without its folder, as of ``data``.
  let weights: String
  let data: String
  let split: String
  let noiseLevel: Double?
  /// Of the training, which chose the test split.
  let seed: UInt64
  /// The whole configuration of the model.
  let model: JSONDocument?
  /// As in the archive of weights.
  let fingerprint: String
  /// Settings of the simulations; nil for those of another program.
  let dataSettings: JSONDocument?

  private enum CodingKeys: String, CodingKey {
    case verb, weights, data, split, seed, model
    case noiseLevel = "noise_level"
    case fingerprint = "data_fingerprint"
    case dataSettings = "data_settings"
  }

  init(_ report: EvaluationReport, _ file: ModelFile, data source: SimulationsData, fingerprint: String) {
    weights = (report.weights as NSString).lastPathComponent
    data = (report.data as NSString).lastPathComponent
    (split, noiseLevel, self.fingerprint) = (report.split, report.noise_level, fingerprint)
    seed = file.configuration.training.seed
    model = try? JSONDocument(json: Data(file.archive.configuration.utf8))
    dataSettings = source.archive.layout.flatMap { try? JSONDocument(json: Data($0.settings.utf8)) }
  }
}

extension EstimatesArchive {
  /// What an evaluation came to.
  init(_ evaluation: Evaluation, targets: [Prior.Parameter], settings: String) {
    let covariance = evaluation.estimates.covariance
    self.init(
      targets: targets, simulations: evaluation.simulations, estimate: evaluation.estimates.mean,
      truth: evaluation.truth, covariance: covariance.isEmpty ? nil : covariance, settings: settings)
  }
}

/// What the settings of estimates say for people; another program may have written less than we do.
struct EstimatesDescription {
  /// The data, such as `40 simulations (test) of sims.h5, noise level 2500`.
  let data: String
  /// The model, such as `eegtransformer, preset default`; nil where the settings do not tell.
  let model: String?
  /// The file of the weights; nil where the settings do not tell.
  let weights: String?

  init(_ archive: EstimatesArchive) {
    let settings = try? JSONDocument(json: Data(archive.settings.utf8))
    func text(_ value: JSONDocument?, _ words: (String) -> String) -> String {
      value?.textValue.map { words(Formatting.printable($0)) } ?? ""
    }
    data =
      Formatting.count(archive.simulations.count, "simulation") + text(settings?["split"]) { " (\($0))" }
      + text(settings?["data"]) { " of \($0)" }
      + (settings?["noise_level"]?.numberValue.map { ", noise level \(Formatting.number($0))" } ?? "")
    let name = text(settings?["model"]?["model"]) { $0 }
    model = name.isEmpty ? nil : name + text(settings?["model"]?["preset"]) { ", preset \($0)" }
    weights = settings?["weights"]?.textValue.map(Formatting.printable)
  }
}
