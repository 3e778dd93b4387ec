import ArgumentParser
import EEGArchive
import Foundation
import InverseModels
import Networks

extension ModelKind: ExpressibleByArgument {}
extension ModelPreset: ExpressibleByArgument {}

/// `evoke train`: a network that reads parameters from evoked potentials.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a network on simulations.",
    usage: """
      evoke train SIMS.h5 --model eegtransformer -o WEIGHTS.h5 [options]
      evoke train --model lstm --print-settings [options]
      """,
    discussion: """
      Splits the simulations, finds scalings on the training split, trains, and keeps the parameters of the epoch with \
      the lowest validation loss. The seed decides everything, whatever the number of threads. A run that was stopped \
      goes on with --resume. docs/networks.md explains models, presets and settings.

      EXAMPLES
        evoke train sims.h5 --model eegtransformer -o weights.h5
        evoke train sims.h5 --model lstm --preset study --epochs 50 -o lstm.h5
        evoke train sims.h5 --model eegtransformer --uncertainty --targets 'A_e,b_e,A_i*a_4*C' -o weights.h5
        evoke train matched.h5 --model eegtransformer --finetune weights.h5 --lr 1e-4 -o matched-weights.h5
      """)

  @Argument(help: ArgumentHelp("Archive of simulations.", valueName: "sims"), completion: .file()) var data: String?
  @Option(help: "Family of networks.") var model: ModelKind?
  @Option(help: "Settings to begin with.") var preset: ModelPreset?
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
      throw usageError("give a model with --model: \(ModelKind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    _ = try assignments()
    guard !printSettings else { return }
    guard data != nil, let output else { throw usageError("give simulations to train on, and a file to write with -o") }
    try OptionText.requireArchive(output)
  }

  func run() throws {
    let initial = try finetune.map { try ModelFile($0) }
    let settings = try settings(initial?.configuration)
    if printSettings {
      try JSONOutput.print(settings)
      return
    }
    guard let data, let output else { return }
    let source = try SimulationsData(data)
    let partial = WeightsArchive.partialPath(of: output)
    let fingerprint = try source.fingerprint()
    let stopped = try stoppedRun(in: partial, settings, fingerprint)
    let reading = ProgressBar("reading \((data as NSString).lastPathComponent)")
    defer { reading.finish() }
    var training: ModelTraining<SimulationsData>
    do {
      training = try ModelTraining(
        settings, data: source, description: source.description, constants: source.constants,
        initial: (stopped ?? initial)?.model(), checkpoint: stopped?.checkpoint, threads: threads,
        progress: reading.update)
    } catch let error as InverseModelError {
      throw InFile(path: data, error: error)
    }
    reading.finish()
    let failed = training.split.simulations(of: .none).count
    if failed > 0 { Console.note("\(data): \(Formatting.count(failed, "simulation")) failed and left out") }
    let store = { (isFinished: Bool, training: ModelTraining<SimulationsData>) in
      try WeightsArchive(
        training.model, checkpoint: training.checkpoint, isFinished: isFinished, split: training.split,
        fingerprint: fingerprint, dataSettings: source.archive.layout?.settings ?? ""
      ).write(to: isFinished ? output : partial)
    }
    guard try train(&training, storing: store) else {
      Console.note("\(partial): stopped after \(Formatting.count(training.checkpoint.epochs.count, "epoch"))")
      return
    }
    try store(true, training)
    try? FileManager.default.removeItem(atPath: partial)
    report(training, output)
  }

  /// The file of a run that was stopped: its scalings are kept, too.
  private func stoppedRun(
    in partial: String, _ settings: ModelConfiguration, _ fingerprint: String
  ) throws -> ModelFile? {
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
    let stored = try ModelFile(partial)
    var comparable = stored.configuration
    comparable.training.epochs = settings.training.epochs
    guard stored.archive.checkpoint != nil, comparable == settings, stored.archive.data.fingerprint == fingerprint
    else {
      let what = comparable == settings ? "data" : "settings"
      throw InFile(
        path: partial,
        error: usageError("was begun with other \(what); give those that it was begun with, or delete it"))
    }
    return stored
  }

  /// Trains to the end, or as far as was asked for.
  ///
  /// - Returns: Whether the end is reached.
  private func train(
    _ training: inout ModelTraining<SimulationsData>,
    storing store: (Bool, ModelTraining<SimulationsData>) throws -> Void
  ) throws -> Bool {
    let total = training.configuration.training.epochs
    let begun = training.checkpoint.epochs.count
    let bar = ProgressBar("training", total: max(1, total - begun), unit: "epochs")
    defer { bar.finish() }
    var lastStored = ProcessInfo.processInfo.systemUptime
    do {
      while let progress = try training.advance() {
        let done = Double(progress.epoch - begun) + Double(progress.batch) / Double(progress.batchCount)
        bar.update(done / Double(max(1, total - begun)))
        guard let finished = progress.finishedEpoch else { continue }
        bar.describe(Self.text(progress.epoch + 1, finished))
        if let stopAfter, progress.epoch + 1 - begun >= stopAfter, !training.checkpoint.isFinished {
          try store(false, training)
          return false
        }
        let now = ProcessInfo.processInfo.systemUptime
        if now - lastStored > 5 {
          try store(false, training)
          lastStored = now
        }
      }
    } catch let error as NetworkError {
      bar.finish()
      try store(false, training)
      throw error
    }
    return true
  }

  private static func text(_ number: Int, _ epoch: TrainingEpoch) -> String {
    let validation = epoch.validationLoss.map { String(format: ", validation %.5g", $0) } ?? ""
    return "epoch \(number): loss \(String(format: "%.5g", epoch.trainingLoss))\(validation)"
  }

  private func report(_ training: ModelTraining<SimulationsData>, _ output: String) {
    let checkpoint = training.checkpoint
    guard let best = checkpoint.bestEpoch else { return }
    Console.print(
      "\(output): \(training.configuration.model.rawValue), \(training.model.parameters.values.count) parameters, "
        + "\(checkpoint.epochs.count) epochs; best \(Self.text(best + 1, checkpoint.epochs[best]))")
  }

  private func assignments() throws -> [(name: String, value: String)] {
    try set.map { try OptionText.assignment($0, example: "network.width=128") }
  }

  /// The preset, or the settings of the weights to go on from, with what the options say.
  private func settings(_ initial: ModelConfiguration?) throws -> ModelConfiguration {
    var settings: ModelConfiguration
    if let initial {
      guard model == nil || model == initial.model, preset == nil || preset == initial.preset else {
        throw usageError(
          "--finetune: the weights are of the model \(initial.model.rawValue), preset \(initial.preset.rawValue)")
      }
      settings = initial
    } else {
      settings = ModelConfiguration(model ?? .eegTransformer, preset: preset ?? .default)
    }
    if uncertainty { settings.hasUncertainty = true }
    if let targets {
      settings.targets = targets.split(separator: ",").map { $0.filter { $0 != " " } }
    }
    let levels = try noiseLevel.flatMap { try OptionText.numbers($0, option: "--noise-level", example: "0 0.1 1") }
    if !levels.isEmpty { settings.noiseLevels = levels }
    if let epochs { settings.training.epochs = epochs }
    if let batch { settings.training.batch = batch }
    if let learningRate { settings.training.learningRate = learningRate }
    if let seed { settings.training.seed = seed }
    do {
      for (name, value) in try assignments() { try settings.set(name, to: value) }
      try settings.check()
    } catch let error as InverseModelError {
      throw usageError(error.message)
    }
    return settings
  }
}
