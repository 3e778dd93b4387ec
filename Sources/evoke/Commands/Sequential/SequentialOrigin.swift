import EEGArchive
import EEGCore
import EvokeNumerics
import Foundation
import Networks
import PosteriorEstimation

/// What the configuration of a posterior says of sequential estimation: that it is for one observation, and which.
struct SequentialOrigin: Codable, Hashable {
  let settings: SequentialSettings
  /// Simulations that failed, of all rounds.
  let failed: Int
  /// The file without its folder.
  let observation: String
  /// Code of the observation's values.
  let fingerprint: String

  private enum CodingKeys: String, CodingKey {
    case settings, failed, observation
    case fingerprint = "observation_fingerprint"
  }

  /// Key of a configuration.
  static let key = "sequential"

  init(settings: SequentialSettings, failed: Int, observation: String, values: [Float]) {
    (self.settings, self.failed) = (settings, failed)
    self.observation = (observation as NSString).lastPathComponent
    fingerprint = Self.fingerprint(of: values)
  }

  /// What a stored configuration says; nil for an amortised posterior.
  init?(configuration: String) {
    guard let tree = try? JSONDocument(json: Data(configuration.utf8)),
      let found = try? tree[Self.key]?.decode(SequentialOrigin.self)
    else { return nil }
    self = found
  }

  /// A configuration that says it.
  func added(to configuration: String) throws -> String {
    guard case .object(var tree) = try JSONDocument(json: Data(configuration.utf8)) else { return configuration }
    tree[Self.key] = try JSONDocument(of: self)
    return try JSONOutput.line(JSONDocument.object(tree))
  }

  static func fingerprint(of values: [Float]) -> String {
    var code = Fingerprint()
    code.add(values)
    return code.text
  }

  /// For people.
  var text: String {
    "for one observation, of \(Formatting.printable(observation)): \(settings.method.rawValue), "
      + "\(Formatting.count(settings.rounds, "round")) of \(Formatting.count(settings.simulations, "simulation"))"
  }
}

extension WeightsArchive {
  /// What is stored of the last round of an estimation.
  ///
  /// - Parameters:
  ///   - simulations: JSON of what simulated.
  ///   - noiseLevel: Of simulations of the model.
  ///   - threads: Threads that share the work.
  init(
    _ estimation: SequentialEstimation<AnySimulator>, training: PosteriorTraining<InMemoryPairs>,
    origin: SequentialOrigin, simulations: String, noiseLevel: Double?, threads: Int
  ) throws {
    var code = Fingerprint()
    code.add(estimation.prior.parameters.map(\.name).joined(separator: ","))
    code.add(estimation.parameters)
    code.add(estimation.data)
    code.add(estimation.isGood.map { $0 ? UInt8(1) : 0 })
    let model = training.model
    try self.init(
      model, checkpoint: training.checkpoint, isFinished: true,
      typicality: PosteriorEstimation.Typicality(
        of: model, estimation.pairs, training: training.trainingPairs, heldOut: training.validationPairs,
        threads: threads),
      data: Data(
        fingerprint: code.text, settings: simulations, split: training.split(of: estimation.isGood.count),
        noiseLevel: noiseLevel))
    configuration = try origin.added(to: configuration)
  }
}

/// One of the simulators of the command.
enum AnySimulator: Simulator {
  case program(ExternalSimulator)
  case model(ModelSimulator)

  func simulate(_ parameters: [Double], first: Int, progress: @Sendable (Double) -> Void) throws -> SimulatedData {
    switch self {
    case .program(let simulator): try simulator.simulate(parameters, first: first, progress: progress)
    case .model(let simulator): try simulator.simulate(parameters, first: first, progress: progress)
    }
  }
}
