import EEGArchive
import EEGCore
import Foundation
import PosteriorEstimation

extension EstimatePosterior {
  /// Draws from the posterior of the last round, checks them against the observation, and writes them if they are wanted.
  ///
  /// - Parameter first: Number of the next simulation.
  func finish(_ model: PosteriorModel, _ source: SequentialSource, first: Int) throws -> ObservationChecks {
    let file = try PosteriorFile(output)
    let drawn = try model.draws(
      samples == nil ? max(1, predict) : draws, given: source.values, seed: seed, threads: threads)
    var checks: ObservationChecks
    do {
      checks = try ObservationChecks(
        source.values, of: observation, model: model, typicality: file.typicality(for: model), seed: seed,
        threads: threads)
    } catch let error as DiagnosticError {
      throw InFile(path: observation, error: error)
    }
    if predict > 0 {
      // The rounds are done and their weights written: a check that fails is no reason to lose them.
      do {
        try checks.predict(
          source.values, draws: drawn, count: predict, model: model, simulator: source.simulator, first: first,
          threads: threads)
      } catch {
        Console.note("\(observation): there is no predictive check: \(error)")
      }
    }
    guard let samples else { return checks }
    try PosteriorArchive(
      parameters: model.space.parameters, observationCount: 1, samples: drawn.values, logDensities: drawn.logDensity,
      observation: ObservedData(shape: [1] + source.shape, values: .single(source.values)), truth: nil,
      prior: model.space.freePrior.group, diagnostics: checks.diagnostics,
      predictive: checks.predictive(size: source.values.count),
      settings: JSONOutput.line(SamplesOrigin(self, file.archive))
    ).write(to: samples)
    return checks
  }

  /// Where draws come from: the settings of their archive.
  private struct SamplesOrigin: Encodable {
    let verb = "snpe"
    let weights: String
    let observation: String
    let draws: Int
    let seed: UInt64
    let predict: Int
    let model: JSONDocument?
    let data_fingerprint: String

    init(_ options: EstimatePosterior, _ archive: WeightsArchive) {
      weights = (options.output as NSString).lastPathComponent
      observation = (options.observation as NSString).lastPathComponent
      (draws, seed, predict) = (options.draws, options.seed, options.predict)
      model = try? JSONDocument(json: Data(archive.configuration.utf8))
      data_fingerprint = archive.data.fingerprint
    }
  }
}
