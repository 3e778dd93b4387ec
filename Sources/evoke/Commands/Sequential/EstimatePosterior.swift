import ArgumentParser
import EEGArchive
import EEGCore
import EvokeNumerics
import Foundation
import InverseModels
import PosteriorEstimation
import Simulation

extension SequentialSettings.Method: ExpressibleByArgument {}

/// `evoke snpe`: the posterior of one observation, in rounds of simulations that are chosen for it.
struct EstimatePosterior: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snpe",
    abstract: "Estimate the posterior of one observation, in rounds of simulations chosen for it.",
    usage: """
      evoke snpe --observation X.h5 --simulator 'python3 sim.py' --prior PRIOR.h5 -o POSTERIOR.h5 [options]
      evoke snpe --observation X.h5 --settings SETTINGS.json -o POSTERIOR.h5 [options]
      """,
    discussion: """
      Simulates, trains, and chooses the parameters of the next round by what was learnt: with fewer simulations than \
      evoke train --model snpe needs, but for this observation alone. tsnpe cuts the prior down to where the posterior \
      is; snpe-c draws from the posterior.

      A simulator is any program. It is called once a round with two arguments behind it: an HDF5 file of parameters, \
      /theta [n, d] with the attributes names and seed, and the name of the HDF5 file that it has to write, /x [n, ...] \
      and perhaps /ok [n], 0 for simulations that failed. Or it is the model of evoke simulate, with its settings. \
      docs/sequential.md has an example.

      EXAMPLES
        evoke snpe --observation x.h5 --simulator 'python3 sim.py' --prior prior.h5 -o posterior.h5
        evoke snpe --observation x.h5 --simulator ./sim --prior prior.h5 --rounds 10 --method snpe-c -o posterior.h5
        evoke snpe --observation erp.h5 --protocol physiological --set 'A_e=box(2.6, 9.75)' --embedding cnn -o post.h5
        evoke snpe --observation x.h5 --simulator ./sim --prior prior.h5 -o posterior.h5 --samples s.h5 -n 10000
      """)

  @Option(help: ArgumentHelp("The observation: an HDF5 file with /x.", valueName: "file"), completion: .file())
  var observation: String
  @Option(help: ArgumentHelp("Which of several observations of the file, from 0 on.", valueName: "n")) var row: Int?
  @Option(help: ArgumentHelp("Rounds.", valueName: "n")) var rounds = SequentialSettings().rounds
  @Option(help: ArgumentHelp("Simulations of a round.", valueName: "n")) var simulations =
    SequentialSettings().simulations
  @Option(help: "Where parameters of later rounds come from.") var method = SequentialSettings().method
  @Option(help: ArgumentHelp("A program that simulates, as one line for the shell.", valueName: "command"))
  var simulator: String?
  @Option(
    help: ArgumentHelp("With --simulator: an HDF5 file with /prior, see docs/archives.md.", valueName: "file"),
    completion: .file())
  var prior: String?
  @OptionGroup(title: "SIMULATIONS OF THE MODEL") var settingsOptions: SimulationOptions
  @Option(help: "The density.") var estimator = DensitySettings.Kind.splineFlow
  @Option(help: "The network in front of it.") var embedding = EmbeddingSettings.Kind.identity
  @Option(
    help: ArgumentHelp("Networks that learn side by side, whose densities are mixed; 1 when left out.", valueName: "k"))
  var ensemble = 1
  @Flag(help: "The first axis of the data counts records, independent and in any order; the simulator makes as many.")
  var records = false
  @Option(help: ArgumentHelp("tsnpe: mass of the posterior outside the region that is kept.", valueName: "share"))
  var quantile = SequentialSettings().quantile
  @Option(help: ArgumentHelp("snpe-c: parameters that are compared for each data.", valueName: "n"))
  var atoms = SequentialSettings().atoms
  @Flag(
    inversion: .prefixedNo,
    help: "snpe-c: pairs of the first round, which are of the prior, keep the loss of that round beside the other.")
  var combined = SequentialSettings().isCombined
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Another setting of density, embedding or training, as evoke train --model snpe --print-settings shows them.",
      valueName: "name=value"))
  var setModel: [String] = []
  @Option(help: ArgumentHelp("Seed of all that is random.", valueName: "n")) var seed: UInt64 = 1
  @Option(
    name: [.customShort("o"), .long], help: ArgumentHelp("Weights to write, ending in .h5.", valueName: "file"),
    completion: .file())
  var output: String
  @Option(
    help: ArgumentHelp("Draws from the posterior to write, ending in .h5.", valueName: "file"), completion: .file())
  var samples: String?
  @Option(name: [.customShort("n"), .long], help: ArgumentHelp("Draws.", valueName: "n")) var draws = 10_000
  @Option(
    help: ArgumentHelp("Parameters and data of all rounds to write, ending in .h5.", valueName: "file"),
    completion: .file())
  var pairs: String?
  @Option(
    help: ArgumentHelp(
      "Simulations of a predictive check of the observation, behind the last round; 0 for none.", valueName: "n"))
  var predict = PredictionOption.simulations
  @Flag(help: "Print a JSON object about the rounds.") var json = false
  @Option(help: ArgumentHelp("Threads; the result does not depend on it.", valueName: "n"))
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    guard threads >= 1 else { throw usageError("--threads \(threads): give a number from 1 up") }
    guard (1...100_000_000).contains(draws) else { throw usageError("-n \(draws): give a number from 1 to 100000000") }
    try PredictionOption.check(predict)
    for path in [output, samples, pairs].compactMap(\.self) { try OptionText.requireArchive(path) }
    let options = settingsOptions
    let isModel =
      options.settings != nil || options.base != nil || !options.set.isEmpty || options.noiseFrom != nil
      || options.montage != nil || options.leadField != nil || !options.noiseLevel.isEmpty
    if simulator != nil {
      guard prior != nil else {
        throw usageError("--simulator: give what parameters are drawn from with --prior, an HDF5 file with /prior")
      }
      guard !isModel else {
        throw usageError("--simulator is a program of its own; leave out the settings of the model, or --simulator")
      }
    } else {
      guard prior == nil else {
        throw usageError("--prior belongs to --simulator; the settings of the model have their own distributions")
      }
      guard isModel else {
        throw usageError(
          "name what simulates: --simulator COMMAND --prior FILE, or settings of the model with --settings, --protocol "
            + "or --set")
      }
    }
    _ = try configurations()
  }

  /// What is trained, and how rounds go.
  private func configurations() throws -> (PosteriorConfiguration, SequentialSettings) {
    var configuration = PosteriorConfiguration(estimator, embedding: embedding)
    (configuration.training.seed, configuration.ensemble) = (seed, ensemble)
    if records { configuration.records = RecordSettings() }
    var settings = SequentialSettings()
    (settings.method, settings.rounds, settings.simulations) = (method, rounds, simulations)
    (settings.quantile, settings.atoms, settings.isCombined) = (quantile, atoms, combined)
    do {
      for text in setModel {
        let (name, value) = try OptionText.assignment(text, example: "density.bins=12")
        try configuration.set(name, to: value)
      }
      try configuration.check()
      try settings.check()
    } catch let error as PosteriorError {
      throw usageError(error.message)
    }
    return (configuration, settings)
  }

  func run() throws {
    let (configuration, settings) = try configurations()
    let source = try SequentialSource(self)
    var estimation: SequentialEstimation<AnySimulator>
    do {
      estimation = try SequentialEstimation(
        configuration, settings: settings, prior: source.prior, simulator: source.simulator,
        observation: source.values, shape: source.shape, description: source.description, threads: threads)
    } catch let error as PosteriorError {
      throw InFile(path: observation, error: error)
    }
    while let training = try makeRound(&estimation) { try write(estimation, training, source) }
    guard let model = estimation.model else { return }
    let checks = try finish(model, source, first: estimation.isGood.count)
    if json {
      try JSONOutput.print(
        SequentialReport(
          weights: output, method: method.rawValue, rounds: estimation.rounds.map(SequentialReport.Round.init),
          checks: checks))
      checks.warnings.forEach(Console.note)
    } else {
      Console.print("\(output): \(configuration.name), \(origin(of: estimation).text)")
      checks.tell()
    }
  }

  /// Makes one round, and tells what it came to.
  private func makeRound(
    _ estimation: inout SequentialEstimation<AnySimulator>
  ) throws -> PosteriorTraining<InMemoryPairs>? {
    let progress = RoundProgress(round: estimation.rounds.count, epochs: estimation.configuration.training.epochs)
    defer { progress.finish() }
    guard let round = try estimation.advance({ progress.update($0) }) else { return nil }
    progress.finish()
    if !json { Console.print(SequentialReport.line(round, of: estimation.settings)) }
    if round.isConditional {
      Console.note(
        String(
          format: "round %d: %.0f %% of the simulations failed and are left out; the posterior is that of simulations "
            + "that succeed", round.number + 1, 100 * Double(round.failed) / Double(round.simulations)))
    }
    return estimation.training
  }

  private func origin(of estimation: SequentialEstimation<AnySimulator>) -> SequentialOrigin {
    var settings = estimation.settings
    settings.rounds = estimation.rounds.count
    return SequentialOrigin(
      settings: settings, failed: estimation.isGood.count { !$0 }, observation: observation,
      values: estimation.observation)
  }

  /// Writes weights and pairs, after every round: a run that is stopped leaves those of its last one.
  private func write(
    _ estimation: SequentialEstimation<AnySimulator>, _ training: PosteriorTraining<InMemoryPairs>,
    _ source: SequentialSource
  ) throws {
    let origin = origin(of: estimation)
    try WeightsArchive(
      estimation, training: training, origin: origin, simulations: source.simulations, noiseLevel: source.noiseLevel,
      threads: threads
    ).write(to: output)
    guard let pairs else { return }
    try SimulatorFiles.writePairs(
      theta: estimation.parameters, x: estimation.data, shape: estimation.shape, isGood: estimation.isGood,
      prior: .init(parameters: source.prior.parameters, group: source.prior.group),
      proposal: JSONOutput.line(origin), to: pairs)
  }
}
