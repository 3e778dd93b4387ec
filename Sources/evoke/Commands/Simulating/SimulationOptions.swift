import ArgumentParser
import EEGArchive
import EEGCore
import ERP
import Foundation
import NeuralMass
import Resampling
import Simulation

extension SimulationProtocol: ExpressibleByArgument {}

/// What is simulated, and from which files.
struct SimulationOptions: ParsableArguments {
  @Option(
    name: .customLong("protocol"),
    help: ArgumentHelp(
      "Settings to begin with; that of --settings, or physiological, when left out.", valueName: "name"))
  var base: SimulationProtocol?
  @Option(
    help: ArgumentHelp("JSON with any part of the settings, as --print-settings prints them.", valueName: "file"),
    completion: .file())
  var settings: String?
  @Option(
    help: ArgumentHelp(
      "Change a setting or a parameter; may be repeated: C=100, 'A_e=box(2.6, 9.75)', tmax_s=0.6, reference=average.",
      valueName: "name=value"))
  var set: [String] = []
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Factors of the noise's variance; each is stored for the same sources. At 1 a trial has 0.2 uV, at 2500 10 uV.",
      valueName: "factor"))
  var noiseLevel: [String] = []
  @Option(
    help: ArgumentHelp(
      "Standard montage or file with positions; that of --leadfield or --noise-from.", valueName: "name|file"),
    completion: .file())
  var montage: String?
  @Option(
    name: .customLong("leadfield"),
    help: ArgumentHelp(
      "Lead field from another program: /leadfield [channel, source], /channels/name.", valueName: "file"),
    completion: .file())
  var leadField: String?
  @Option(
    help: ArgumentHelp(
      "Noise as in this recording, archive of epochs, or HDF5 file with /covariance [channel, channel] in V^2.",
      valueName: "file"), completion: .file())
  var noiseFrom: String?
  @Option(
    help: ArgumentHelp("With --noise-from: events whose baselines are taken; all when left out.", valueName: "list"))
  var noiseEvents: String?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("With --noise-from: seconds from the event that count as noise.", valueName: "start:end"))
  var noiseWindow: String?
  @Option(help: ArgumentHelp("Blinks a minute, in recordings and where every trial is made.", valueName: "n"))
  var blinks: Double?
  @Flag(help: "The same bits on every machine; about a third slower.") var portable = false

  /// Reads settings and all files they need.
  ///
  /// - Parameter forRecording: A recording has every trial in it.
  /// - Throws: Usage errors that name the option; the errors of the files.
  func experiment(forRecording: Bool) throws -> SimulationExperiment {
    let settings = try settings(forRecording: forRecording)
    var experiment = try SimulationExperiment(settings, montage: montage, leadField: leadField)
    if let noiseFrom {
      try experiment.measureNoise(
        from: noiseFrom, events: noiseEvents,
        window: try noiseInterval(),
        takesMontage: montage == nil && leadField == nil)
    }
    return experiment
  }

  func validate() throws {
    guard noiseFrom != nil || (noiseEvents == nil && noiseWindow == nil) else {
      throw usageError("--noise-events and --noise-window need --noise-from")
    }
    for (text, assignment) in zip(set, try assignments()) where assignment.name == "protocol" {
      throw usageError("--set \(text): a protocol is what settings begin with; name it with --protocol")
    }
    _ = try levels()
    _ = try noiseInterval()
  }

  private func assignments() throws -> [(name: String, value: String)] {
    try set.map { try OptionText.assignment($0, example: "C=100") }
  }

  private func noiseInterval() throws -> (Double?, Double?)? {
    guard let noiseWindow else { return nil }
    let interval = try OptionText.interval(noiseWindow, option: "--noise-window", example: "-0.5:0")
    if let start = interval.0, let end = interval.1, start > end {
      throw usageError("--noise-window \(noiseWindow): the start is above the end")
    }
    return interval
  }

  private func levels() throws -> [Double] {
    try noiseLevel.flatMap { try OptionText.numbers($0, option: "--noise-level", example: "0 0.1 1") }
  }

  private func settings(forRecording: Bool) throws -> SimulationSettings {
    let file = try settings.map { path in
      guard let data = FileManager.default.contents(atPath: path) else {
        throw InFile(path: path, error: SimulationError(code: .invalidSetting, message: "the file cannot be read"))
      }
      return data
    }
    var named: SimulationProtocol?
    if let file, let path = settings, let found = try? JSONDecoder().decode(NamedProtocol.self, from: file) {
      named = SimulationProtocol(rawValue: found.protocol)
      guard let named else {
        let known = SimulationProtocol.allCases.map(\.rawValue).joined(separator: ", ")
        throw InFile(
          path: path,
          error: SimulationError(
            code: .invalidSetting, message: "there is no protocol '\(found.protocol)'; there are \(known)"))
      }
      if let base, base != named {
        throw usageError(
          "--protocol \(base.rawValue): \(path) is of the protocol \(named.rawValue); leave out one of them")
      }
    }
    var assignments = try assignments()
    let levels = try levels()
    if !levels.isEmpty { assignments.append(("noise.levels", "\(levels)")) }
    if let montage { assignments.append(("head.montage", Self.quoted(montage))) }
    if let leadField { assignments.append(("head.leadfield", Self.quoted((leadField as NSString).lastPathComponent))) }
    if let blinks { assignments.append(("noise.blinks_per_minute", "\(blinks)")) }
    if portable { assignments.append(("model.arithmetic", "portable")) }
    if forRecording { assignments.append(("stimulus.simulated_trials", "all")) }
    if let noiseFrom {
      assignments.append(("noise.kind", "measured"))
      assignments.append(("noise.file", Self.quoted((noiseFrom as NSString).lastPathComponent)))
      // A level of 1 is the noise as it was measured.
      if levels.isEmpty { assignments.append(("noise.levels", "[1]")) }
    }
    let base = base ?? named ?? .physiological
    do {
      return try SimulationSettings(base.settings, file: file, assignments: assignments)
    } catch let error as SimulationError {
      // Wrong values on the command line are wrong usage; a file that is wrong without them is not.
      if let settings {
        do { _ = try SimulationSettings(base.settings, file: file) } catch let fileError as SimulationError
          where fileError.message == error.message
        { throw InFile(path: settings, error: error) } catch {}
      }
      throw usageError(error.message)
    }
  }

  private struct NamedProtocol: Decodable {
    let `protocol`: String
  }

  /// A text as a JSON string.
  private static func quoted(_ text: String) -> String {
    (try? JSONOutput.line(text)) ?? text
  }
}
