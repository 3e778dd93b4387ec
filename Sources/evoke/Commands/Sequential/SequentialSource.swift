import EEGArchive
import EvokeNumerics
import Foundation
import InverseModels
import PosteriorEstimation
import Simulation

/// The observation, what simulates, and what its parameters are drawn from.
struct SequentialSource {
  let simulator: AnySimulator
  let prior: Prior
  /// Channels and times; nil where nothing is known of them.
  let description: InputDescription?
  /// Values of the observation.
  let values: [Float]
  /// Shape of the data of one simulation.
  let shape: [Int]
  /// JSON of what simulates.
  let simulations: String
  /// Of simulations of the model.
  let noiseLevel: Double?

  /// Reads all files.
  ///
  /// - Throws: The errors of the files; ``PosteriorError`` in the file, code `shapeDiffers`.
  init(_ options: EstimatePosterior) throws {
    let path = options.observation
    if let command = options.simulator, let priorPath = options.prior {
      let stored = try SimulatorFiles.readPrior(priorPath)
      prior = try Prior(stored.parameters, group: stored.group)
      simulator = .program(ExternalSimulator(command: command, parameters: stored.parameters, seed: options.seed))
      (description, noiseLevel) = (nil, nil)
      simulations = try JSONOutput.line(Simulations(simulator: command, settings: nil, seed: options.seed))
      let data = try ObservationFile(reading: path).data
      (values, shape) = try Self.observation(data, row: options.row, shape: nil, path)
    } else {
      let experiment = try options.settingsOptions.experiment(forRecording: false)
      experiment.notes.forEach(Console.note)
      let run = try experiment.run(seed: options.seed)
      let model = ModelSimulator(run: run, threads: options.threads)
      prior = run.prior
      simulator = .model(model)
      description = InputDescription(channels: run.channels, times: run.times, rate: run.rate)
      let level = run.settings.noise.levels[0]
      noiseLevel = level
      simulations = try JSONOutput.line(Simulations(simulator: nil, settings: run.settings, seed: options.seed))
      // The same level of an archive of simulations, where it has it.
      let file = try (try? ObservationFile(reading: path, noiseLevel: level)) ?? ObservationFile(reading: path)
      (values, shape) = try Self.observation(file.data, row: options.row, shape: model.shape, path)
    }
  }

  /// One observation of a file.
  ///
  /// - Parameter wanted: Shape of the simulations; nil where nobody knows it yet.
  private static func observation(
    _ data: ObservedData, row: Int?, shape wanted: [Int]?, _ path: String
  ) throws -> (values: [Float], shape: [Int]) {
    func wrong(_ message: String) -> InFile {
      InFile(path: path, error: PosteriorError(code: .shapeDiffers, message: message))
    }
    let (values, shape) = (data.floats, data.dataShape)
    // One axis alone is that of the data: several observations of a number each would want --row.
    if row == nil, wanted.map({ $0 == data.shape }) ?? (shape.isEmpty && data.count > 1) {
      return (values, data.shape)
    }
    guard row != nil || data.count == 1 else {
      throw wrong("there are \(data.count) observations, and an estimation is for one; choose it with --row")
    }
    let row = row ?? 0
    guard (0..<data.count).contains(row) else {
      throw wrong("there is no observation \(row); --row goes from 0 to \(data.count - 1)")
    }
    let one = shape.isEmpty ? [1] : shape
    guard wanted.map({ $0 == one }) ?? true else {
      throw wrong(
        "the observation has the shape \(one), and simulations have \(wanted ?? []), [channel, time]; give the montage "
          + "and the window of the observation with --montage and --set")
    }
    let size = one.reduce(1, *)
    return (Array(values[row * size..<(row + 1) * size]), one)
  }

  private struct Simulations: Encodable {
    let verb = "snpe"
    let simulator: String?
    let settings: SimulationSettings?
    let seed: UInt64
  }
}
