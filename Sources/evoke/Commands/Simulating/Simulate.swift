import ArgumentParser
import EEGArchive
import Foundation
import NeuralMass
import Simulation

/// `evoke simulate`: data sets, or a recording, from the model.
struct Simulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Simulate evoked potentials of Jansen-Rit columns.",
    usage: """
      evoke simulate -o SIMS.h5 [--count N] [options]
      evoke simulate --recording REC.edf [options]
      evoke simulate --print-settings [options]
      """,
    discussion: """
      Draws parameters from their priors, simulates columns, puts their output through a head model, adds sensor noise \
      and averages as `evoke erp` does. Seed and number decide a simulation, whatever the number of threads or shards. \
      A run that was stopped goes on with --resume. docs/simulate.md explains protocols and settings, docs/archives.md \
      the archive.

      EXAMPLES
        evoke simulate -o sims.h5 --count 20000
        evoke simulate --protocol deepjr --noise-level 0 0.1 0.5 1 -o study.h5
        evoke simulate --print-settings > settings.json
        evoke simulate --settings settings.json --set 'C=box(65, 200)' --set trials=100 -o sims.h5
        evoke simulate --shard 3/10 --count 100000 -o shard-3.h5
        evoke simulate --noise-from rec.edf --set reference=average -o matched.h5
        evoke simulate --recording rec.edf --set trials=90 --blinks 12
      """)

  @Option(
    name: [.customShort("o"), .long], help: ArgumentHelp("Archive to write, ending in .h5.", valueName: "file"),
    completion: .file())
  var output: String?
  @Option(help: ArgumentHelp("Number of simulations of the whole job.", valueName: "n")) var count = 1000
  @OptionGroup(title: "SETTINGS") var settingsOptions: SimulationOptions
  @Option(help: ArgumentHelp("Seed of all that is random.", valueName: "n")) var seed: UInt64 = 1
  @Option(help: ArgumentHelp("Make only part I of N, to be joined by `evoke merge`.", valueName: "i/n"))
  var shard: String?
  @Flag(help: "Go on with a run that was stopped.") var resume = false
  @Flag(help: "Store the sources as well: /source [simulation, region, time] in mV.") var keepSources = false
  @Option(
    help: ArgumentHelp(
      "Write one simulation as an EDF, EDF+ or BDF recording, and what is true of it to FILE.h5 beside it (or -o).",
      valueName: "file"), completion: .file())
  var recording: String?
  @Option(help: ArgumentHelp("With --recording: which simulation.", valueName: "n")) var simulation = 0
  @Flag(help: "Print all settings as JSON, which --settings reads, and stop.") var printSettings = false
  @Flag(help: "Print a JSON object about what was made.") var json = false
  @Option(help: ArgumentHelp("Threads; the result does not depend on it.", valueName: "n"))
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    guard threads >= 1 else { throw usageError("--threads \(threads): give a number from 1 up") }
    guard (1...Int(UInt32.max)).contains(count) else {
      throw usageError("--count \(count): give a number from 1 to \(UInt32.max)")
    }
    if let output { try OptionText.requireArchive(output) }
    guard printSettings || output != nil || recording != nil else {
      throw usageError("give an archive to write with -o, a recording with --recording, or --print-settings")
    }
    if let recording {
      guard ["edf", "bdf"].contains((recording as NSString).pathExtension.lowercased()) else {
        throw usageError("--recording \(recording): recordings end in .edf or .bdf")
      }
      guard shard == nil, !resume else {
        throw usageError("--recording is one simulation; leave out --shard and --resume")
      }
      guard (0..<Int(UInt32.max)).contains(simulation) else {
        throw usageError("--simulation \(simulation): give a number from 0 to \(UInt32.max - 1)")
      }
    }
    _ = try numbers()
  }

  /// The simulations of this shard.
  private func numbers() throws -> Range<Int> {
    guard let shard else { return 0..<count }
    let parts = shard.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let part = parts[0], let total = parts[1], total >= 1, (1...total).contains(part) else {
      throw usageError("--shard \(shard): write I/N with I from 1 to N, such as 3/10")
    }
    guard total <= count else {
      throw usageError("--shard \(shard): there are fewer simulations (\(count)) than shards; make fewer shards")
    }
    // Both are below 2^32, so the product has its place.
    func start(_ part: Int) -> Int { Int(UInt(part) * UInt(count) / UInt(total)) }
    return start(part - 1)..<start(part)
  }

  func run() throws {
    let experiment = try settingsOptions.experiment(forRecording: recording != nil)
    if printSettings {
      try JSONOutput.print(experiment.settings)
      return
    }
    experiment.notes.forEach(Console.note)
    if recording == nil, experiment.settings.noise.blinksPerMinute > 0, experiment.settings.observation.isLinear {
      Console.note("there are blinks only in recordings, and where epochs are rejected or medians taken: here are none")
    }
    let run = try experiment.run(seed: seed)
    if let recording {
      let report = try SimulatedRecordingOutput(
        recording: recording, archive: output ?? (recording as NSString).deletingPathExtension + ".h5",
        number: simulation, experiment: experiment
      ).write(run)
      if json { try JSONOutput.print(report) } else { report.lines().forEach(Console.print) }
    } else if let output {
      let report = try simulate(run, experiment, to: output)
      if json { try JSONOutput.print(report) } else { report.lines().forEach(Console.print) }
    }
  }

  private func simulate(
    _ run: SimulationRun, _ experiment: SimulationExperiment, to output: String
  ) throws -> SimulationsReport {
    let numbers = try numbers()
    let layout = try experiment.layout(
      of: run, numbers: numbers, total: count, noiseLevels: run.settings.noise.levels, keepsSources: keepSources)
    try requireRoom(for: layout, at: output)
    let writer =
      resume
      ? try SimulationsWriter(resuming: output, layout: layout)
      : try SimulationsWriter(creating: output, layout: layout)
    let missing = writer.missing
    let toMake = missing.reduce(0) { $0 + $1.count }
    if resume { Console.note("\(output): \(numbers.count - toMake) of \(numbers.count) simulations are there") }
    let progress = ProgressBar("simulating", total: toMake, unit: "simulations")
    defer { progress.finish() }
    try run.forEachPart(of: missing, threads: threads) { part in
      try writer.write(
        SimulationsPart(
          numbers: part.numbers, theta: part.parameters, x: part.potentials,
          source: keepSources ? part.sources : nil, ok: part.isFinite))
      progress.advance(by: part.numbers.count)
    }
    progress.finish()
    try writer.finish()
    return try SimulationsReport(path: output)
  }

  /// Refuses what no disk of this size can hold; whether there is room now is seen when it is written.
  private func requireRoom(for layout: SimulationsLayout, at output: String) throws {
    let needed = Double(layout.bytesPerSimulation) * Double(layout.numbers.count)
    let folder = (output as NSString).deletingLastPathComponent
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder.isEmpty ? "." : folder)
    guard let size = (attributes?[.systemSize] as? NSNumber)?.doubleValue, needed > size else { return }
    throw InFile(
      path: output,
      error: SimulationError(
        code: .invalidSetting,
        message: "\(layout.numbers.count) simulations take \(Formatting.bytes(needed)), and the disk has "
          + "\(Formatting.bytes(size)); make fewer, or shards on several disks"))
  }
}
