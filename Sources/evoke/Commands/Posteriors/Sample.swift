import ArgumentParser
import EEGArchive
import EEGCore
import Foundation
import PosteriorEstimation

/// `evoke sample`: draws from a posterior for any observation.
struct Sample: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw parameters from a posterior, given observations.",
    discussion: """
      The observations are /x [observation, ...] of any program, each as the data of one pair that the posterior was \
      trained on, or an archive of simulations. None of the draws is outside the prior and none is rejected, so the \
      work is known before. The archive holds /samples [observation, draw, parameter], /log_prob, the observations and \
      the prior; /theta of the observations becomes /truth. An observation that is unlike the simulations of the \
      training is warned of.

      With --predict, or a program that simulates, data are simulated with some draws of the first 20 observations, and \
      compared with what was observed: does the model make such data? Without --simulator the pairs must be of evoke \
      simulate. docs/diagnostics.md explains both.

      EXAMPLES
        evoke sample posterior.h5 --observation x.h5 -o samples.h5
        evoke sample posterior.h5 --observation x.h5 -n 10000 --map --seed 7 -o samples.h5
        evoke sample posterior.h5 --observation x.h5 --simulator 'python3 sim.py' --predict 500 -o samples.h5
        evoke sample posterior.h5 --observation x.h5 --fix A_i=22 --fix C=135 -o others.h5
        evoke plot samples.h5 -o samples.svg
      """)

  @Argument(help: "Weights of a posterior, from evoke train --model snpe.", completion: .file()) var weights: String
  @Option(help: ArgumentHelp("Observations: an HDF5 file with /x.", valueName: "file"), completion: .file())
  var observation: String
  @Option(
    name: [.customShort("o"), .long], help: ArgumentHelp("Archive to write, ending in .h5.", valueName: "file"),
    completion: .file())
  var output: String
  @Option(name: [.customShort("n"), .long], help: ArgumentHelp("Draws for each observation.", valueName: "n"))
  var draws = 10_000
  @Flag(help: "Look for the most likely parameters, too (MAP).") var map = false
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Fix a parameter, and draw the others given its value; may be repeated.", valueName: "name=value"))
  var fix: [String] = []
  @Option(
    help: ArgumentHelp(
      "Simulations of a predictive check, of each observation; 200 with --simulator when left out, else none.",
      valueName: "n"))
  var predict: Int?
  @Option(
    help: ArgumentHelp("The program that simulated the pairs, as one line for the shell.", valueName: "command"))
  var simulator: String?
  @Option(help: ArgumentHelp("Seed of the draws, and of simulations.", valueName: "n")) var seed: UInt64 = 1
  @Option(
    help: ArgumentHelp(
      "Level of noise, of an archive of simulations; that of the training when left out.",
      valueName: "factor"))
  var noiseLevel: Double?
  @Option(help: ArgumentHelp("Threads; the result does not depend on it.", valueName: "n"))
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    guard (1...100_000_000).contains(draws) else { throw usageError("-n \(draws): give a number from 1 to 100000000") }
    guard threads >= 1 else { throw usageError("--threads \(threads): give a number from 1 up") }
    try PredictionOption.check(predict)
    try OptionText.requireArchive(output)
    guard try ConditionalSample.fixed(fix).isEmpty || !map else {
      throw usageError("--map looks for all parameters together; leave out --map or --fix")
    }
  }

  func run() throws {
    let file = try PosteriorFile(weights)
    let observed = try Observations(observation, for: file, noiseLevel: noiseLevel)
    let model = observed.model
    do {
      let values = observed.values
      if let sequential = file.sequential, SequentialOrigin.fingerprint(of: values) != sequential.fingerprint {
        Console.note(
          "\(observation): \(weights) was estimated for one observation, of \(sequential.observation), and this is "
            + "another; take a posterior of evoke train --model snpe, or run evoke snpe for it")
      }
      if !fix.isEmpty {
        return try ConditionalSample(
          file: file, observed: observed, fixed: ConditionalSample.fixed(fix), draws: draws, seed: seed,
          threads: threads
        ).write(to: output, origin: Origin(self, file))
      }
      let wanted = predict ?? (simulator == nil ? 0 : PredictionOption.simulations)
      let source = wanted > 0 ? try AnySimulator(of: file, command: simulator, seed: seed, threads: threads) : nil
      let bar = ProgressBar("drawing")
      defer { bar.finish() }
      let drawn = try model.draws(draws, given: values, seed: seed, threads: threads, progress: bar.update)
      bar.finish()
      let modes = map ? try model.modes(given: values, seed: seed, threads: threads) : nil
      var checks = try ObservationChecks(
        values, of: observation, model: model, typicality: file.typicality(for: model), seed: seed, threads: threads)
      if let source {
        // Numbers behind those of the training, so that no simulation is one of these.
        try checks.predict(
          values, draws: drawn, count: wanted, model: model, simulator: source, first: file.archive.data.split.count,
          threads: threads)
      }
      let space = model.space
      try PosteriorArchive(
        parameters: space.parameters, observationCount: drawn.observationCount, samples: drawn.values,
        logDensities: drawn.logDensity,
        map: modes.map { modes in
          PosteriorArchive.MAP(values: modes.flatMap(\.values), logDensities: modes.map(\.logDensity))
        },
        observation: observed.data, truth: observed.truth, prior: space.freePrior.group,
        diagnostics: checks.diagnostics, predictive: checks.predictive(size: observed.data.dataShape.reduce(1, *)),
        settings: JSONOutput.line(Origin(self, file))
      ).write(to: output)
      Console.print(
        "\(output): \(Formatting.count(draws, "draw")) of \(Formatting.count(space.count, "parameter")) for "
          + Formatting.count(drawn.observationCount, "observation"))
      checks.tell()
    } catch let error as DiagnosticError {
      throw InFile(path: observation, error: error)
    } catch let error as PosteriorError {
      throw InFile(path: observation, error: error)
    }
  }

  /// Where draws come from: the settings of their archive.
  struct Origin: Encodable {
    let verb = "sample"
    /// Files without their folders.
    let weights: String
    let observation: String
    let draws: Int
    let seed: UInt64
    let noiseLevel: Double?
    /// Simulations of each observation's predictive check, and the program that made them.
    let predict: Int?
    let simulator: String?
    /// The configuration of the posterior, and a code of the pairs that it was trained on.
    let model: JSONDocument?
    let fingerprint: String
    /// Values of fixed parameters, and R-hat of each free one for each observation; nil where none is fixed.
    var fixed: [String: Double]?
    var rHat: [[Double]]?

    private enum CodingKeys: String, CodingKey {
      case verb, weights, observation, draws, seed, predict, simulator, model, fixed
      case rHat = "r_hat"
      case noiseLevel = "noise_level"
      case fingerprint = "data_fingerprint"
    }

    init(_ options: Sample, _ file: PosteriorFile) {
      weights = (options.weights as NSString).lastPathComponent
      observation = (options.observation as NSString).lastPathComponent
      (draws, seed, noiseLevel) = (options.draws, options.seed, options.noiseLevel)
      (predict, simulator) = (options.predict, options.simulator)
      model = try? JSONDocument(json: Data(file.archive.configuration.utf8))
      fingerprint = file.archive.data.fingerprint
    }
  }
}
