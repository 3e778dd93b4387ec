import ArgumentParser
import EEGArchive
import Foundation
import InverseModels
import Networks
import PosteriorEstimation

/// `evoke train`: a network that reads parameters from evoked potentials, or a posterior of any simulator.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a network or a posterior on simulations.",
    usage: """
      evoke train SIMS.h5 --model eegtransformer -o WEIGHTS.h5 [options]
      evoke train PAIRS.h5 --model snpe -o POSTERIOR.h5 [options]
      evoke train --model lstm --print-settings [options]
      """,
    discussion: """
      Splits the simulations, finds scalings on the training split, trains, and keeps the parameters of the epoch with \
      the lowest validation loss. The seed decides everything, whatever the number of threads. A run that was stopped \
      goes on with --resume. docs/networks.md explains models, presets and settings.

      --model snpe learns the whole posterior density of the parameters, given data of any simulator: a file with \
      /theta, /x and /prior from any program will do. docs/posteriors.md explains estimators and embeddings.

      EXAMPLES
        evoke train sims.h5 --model eegtransformer -o weights.h5
        evoke train sims.h5 --model lstm --preset study --epochs 50 -o lstm.h5
        evoke train sims.h5 --model eegtransformer --uncertainty --targets 'A_e,b_e,A_i*a_4*C' -o weights.h5
        evoke train matched.h5 --model eegtransformer --finetune weights.h5 --lr 1e-4 -o matched-weights.h5
        evoke train pairs.h5 --model snpe -o posterior.h5
        evoke train pairs.h5 --model snpe --ensemble 5 -o posterior.h5
        evoke train sims.h5 --model snpe --estimator maf --embedding eegtransformer -o posterior.h5
        evoke train pairs.h5 --model snpe --records -o posterior.h5
      """)

  @Argument(help: ArgumentHelp("Archive of simulations.", valueName: "sims"), completion: .file()) var data: String?
  @Option(help: "Family of models.") var model: TrainedModel?
  @Option(help: "Settings to begin with.") var preset: ModelPreset?
  @Option(help: "snpe: the density; nsf when left out.") var estimator: DensitySettings.Kind?
  @Option(help: "snpe: the network in front of the density; identity when left out.") var embedding:
    EmbeddingSettings.Kind?
  @Flag(
    help: ArgumentHelp(
      "snpe: the first axis of the data counts records, independent and in any order, of which any number may be there; "
        + "those that are not are NaN from end to end."))
  var records = false
  @Option(
    help: ArgumentHelp(
      "snpe: networks that learn side by side, whose densities are mixed; 1 when left out.", valueName: "k"))
  var ensemble: Int?
  @Option(
    name: [.customShort("o"), .long], help: ArgumentHelp("Weights to write, ending in .h5.", valueName: "file"),
    completion: .file())
  var output: String?
  @Flag(help: "Estimate a normal distribution, with its covariance, and not only a value.") var uncertainty = false
  @Option(
    help: ArgumentHelp(
      "Parameters and products of them: A_e,A_i*a_4*C. All parameters when left out.", valueName: "list"))
  var targets: String?
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Levels of noise to train on; the first one of the file when left out.", valueName: "factor"))
  var noiseLevel: [String] = []
  @Option(help: ArgumentHelp("Times that all simulations are used, at most.", valueName: "n")) var epochs: Int?
  @Option(help: ArgumentHelp("Simulations of a batch.", valueName: "n")) var batch: Int?
  @Option(name: .customLong("lr"), help: ArgumentHelp("Highest learning rate.", valueName: "rate")) var learningRate:
    Double?
  @Option(help: ArgumentHelp("Seed of all that is random.", valueName: "n")) var seed: UInt64?
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("Any other setting, as --print-settings shows them; may be repeated.", valueName: "name=value"))
  var set: [String] = []
  @Flag(help: "Go on with a run that was stopped.") var resume = false
  @Option(help: ArgumentHelp("Stop after so many epochs of this run; --resume goes on.", valueName: "n")) var stopAfter:
    Int?
  @Option(help: ArgumentHelp("Begin with the parameters of these weights.", valueName: "weights"), completion: .file())
  var finetune: String?
  @Flag(help: "Print all settings as JSON, and stop.") var printSettings = false
  @Option(help: ArgumentHelp("Threads; the result does not depend on it.", valueName: "n"))
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    guard threads >= 1 else { throw usageError("--threads \(threads): give a number from 1 up") }
    guard model != nil || finetune != nil else {
      throw usageError("give a model with --model: \(TrainedModel.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    _ = try assignments()
    try checkFamily()
    guard !printSettings else { return }
    guard data != nil, let output else { throw usageError("give simulations to train on, and a file to write with -o") }
    try OptionText.requireArchive(output)
  }

  func run() throws {
    if model == .snpe {
      let settings = try posteriorSettings()
      if printSettings { return try JSONOutput.print(settings) }
      try withFiles { source, loop in try trainPosterior(settings, on: source, loop) }
    } else {
      let initial = try finetune.map { try ModelFile($0) }
      let settings = try networkSettings(initial?.configuration)
      if printSettings { return try JSONOutput.print(settings) }
      try withFiles { source, loop in try trainNetwork(settings, from: initial, on: source, loop) }
    }
  }

  /// Opens the data, and says which file is wrong.
  private func withFiles(_ body: (SimulationsData, TrainingLoop) throws -> Void) throws {
    guard let data, let output else { return }
    let source = try SimulationsData(data)
    do {
      try body(source, TrainingLoop(output: output, stopAfter: stopAfter))
    } catch let error as InverseModelError {
      throw InFile(path: data, error: error)
    } catch let error as PosteriorError {
      throw InFile(path: data, error: error)
    }
  }

  private func trainNetwork(
    _ settings: ModelConfiguration, from initial: ModelFile?, on source: SimulationsData, _ loop: TrainingLoop
  ) throws {
    try source.requirePotentials()
    let fingerprint = try source.fingerprint()
    let stopped = try stoppedRun(loop, fingerprint) { archive in
      var stored = try ModelFile(archive, path: loop.partial)
      stored.configuration.training.epochs = settings.training.epochs
      return (stored, stored.configuration == settings)
    }
    let job = try reading(source) { progress in
      NetworkJob(
        training: try ModelTraining(
          settings, data: source, description: source.description, constants: source.constants,
          initial: (stopped ?? initial)?.model(), checkpoint: stopped?.archive.trainingCheckpoint, threads: threads,
          progress: progress),
        fingerprint: fingerprint, dataSettings: source.archive.layout?.settings ?? "")
    }
    try loop.run(job)
  }

  private func trainPosterior(
    _ settings: PosteriorConfiguration, on source: SimulationsData, _ loop: TrainingLoop
  ) throws {
    let pairs = try SimulationPairs(
      source, noiseLevel: OptionText.numbers(noiseLevel, option: "--noise-level", example: "2500").first)
    let fingerprint = try source.fingerprint()
    let stopped = try stoppedRun(loop, fingerprint) { archive in
      let stored = try PosteriorFile(archive, path: loop.partial)
      var comparable = stored.configuration
      comparable.training.epochs = settings.training.epochs
      return (stored, comparable == settings && archive.data.noiseLevel == source.noiseLevels[pairs.level])
    }
    let job = try reading(source) { progress in
      PosteriorJob(
        training: try PosteriorTraining(
          settings, prior: pairs.prior, pairs: pairs, description: source.description,
          checkpoint: stopped?.archive.trainingCheckpoint, threads: threads, progress: progress),
        pairs: pairs, fingerprint: fingerprint, threads: threads)
    }
    try loop.run(job)
  }

  /// Prepares a job with a progress bar, and says what of the data is not used.
  private func reading<Job: TrainingJob>(
    _ source: SimulationsData, _ prepare: (_ progress: (Double) -> Void) throws -> Job
  ) throws -> Job {
    let path = source.archive.path
    let bar = ProgressBar("reading \((path as NSString).lastPathComponent)")
    defer { bar.finish() }
    let job = try prepare(bar.update)
    bar.finish()
    if let leftOut = job.leftOut { Console.note("\(path): \(leftOut)") }
    return job
  }

  /// The file of a run that was stopped: its scalings are kept, too.
  ///
  /// - Parameter read: Gives what is stored, and whether it was begun with the settings of this run.
  private func stoppedRun<Stored>(
    _ loop: TrainingLoop, _ fingerprint: String, _ read: (WeightsArchive) throws -> (Stored, isSame: Bool)
  ) throws -> Stored? {
    let partial = loop.partial
    let exists = FileManager.default.fileExists(atPath: partial)
    guard resume else {
      if exists {
        throw InFile(
          path: partial,
          error: usageError("an earlier run left this unfinished file; --resume continues it, or delete it"))
      }
      return nil
    }
    guard exists else {
      throw InFile(path: partial, error: usageError("there is no such unfinished file; leave out --resume"))
    }
    let archive = try WeightsArchive(reading: partial)
    let (stored, isSame) = try read(archive)
    guard archive.checkpoint != nil, isSame, archive.data.fingerprint == fingerprint else {
      throw InFile(
        path: partial,
        error: usageError(
          "was begun with other \(isSame ? "data" : "settings"); give those that it was begun with, or delete it"))
    }
    return stored
  }
}
