import EEGCore
import Foundation
import PosteriorEstimation
import Simulation

extension AnySimulator {
  /// What simulated the pairs of a posterior.
  ///
  /// A program is never taken from a file: whoever runs this names it.
  ///
  /// - Parameters:
  ///   - command: A program, as one line for the shell; nil for the model of `evoke simulate`, with the settings of the
  ///     pairs.
  ///   - seed: Of the simulations.
  /// - Throws: ``PosteriorError`` in the file of the weights, code `invalidSetting`, where it does not say enough.
  init(of file: PosteriorFile, command: String?, seed: UInt64, threads: Int) throws {
    if let command {
      guard let parameters = file.archive.prior?.parameters else {
        throw Self.unknown(file, "there is no /prior beside the weights")
      }
      self = .program(ExternalSimulator(command: command, parameters: parameters, seed: seed))
      return
    }
    guard let stored = try? JSONDocument(json: Data(file.archive.data.settings.utf8))["settings"],
      var settings = try? stored.decode(SimulationSettings.self)
    else { throw Self.unknown(file, "the pairs are of another program") }
    guard settings.noise.kind != .measured, settings.head.leadField == nil else {
      throw Self.unknown(file, "the simulations took noise or a lead field from a file")
    }
    if let level = file.archive.data.noiseLevel { settings.noise.levels = [level] }
    do {
      let run = try SimulationExperiment(settings, montage: nil, leadField: nil).run(seed: seed)
      self = .model(ModelSimulator(run: run, threads: threads))
    } catch let error as SimulationError {
      throw InFile(path: file.path, error: error)
    }
  }

  private static func unknown(_ file: PosteriorFile, _ reason: String) -> InFile {
    InFile(
      path: file.path,
      error: PosteriorError(
        code: .invalidSetting, message: "\(reason), so nothing is known that simulates; give a program with --simulator"
      ))
  }
}
