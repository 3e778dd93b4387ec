import EEGArchive
import EEGCore
import ERP
import EvokeNumerics
import Foundation
import NeuralMass
import Resampling
import Simulation

/// Settings of simulations with what was read from files for them.
struct SimulationExperiment {
  let settings: SimulationSettings
  private(set) var channels: [Channel]
  private let leadField: LeadField?
  private var noise: SensorNoise?
  /// Remarks on what was read.
  private(set) var notes: [String] = []

  /// Reads montage and lead field.
  ///
  /// - Parameters:
  ///   - settings: What is simulated.
  ///   - montage: Name or file; nil for the settings' own, or the channels of a lead field.
  ///   - leadField: File of a lead field.
  /// - Throws: The errors of the files.
  init(_ settings: SimulationSettings, montage: String?, leadField path: String?) throws {
    self.settings = settings
    guard let path else {
      guard settings.head.leadField == nil else {
        throw usageError("the settings have a lead field from a file; give the file with --leadfield")
      }
      let montage = try Montage(settings.head.montage)
      (channels, leadField, notes) = (montage.channels, nil, montage.notes)
      return
    }
    let table = try LeadFieldFile.read(path)
    var field = LeadField(channels: table.channels.map(\.name), gains: table.gains)
    for column in settings.head.leadFieldColumns where !(0..<field.sourceCount).contains(column) {
      throw InFile(
        path: path,
        error: SimulationError(
          code: .mismatch,
          message:
            "has \(field.sourceCount) columns, counted from 0, and no column \(column); see head.leadfield_columns"))
    }
    var channels = table.channels.map { Channel(name: $0.name, kind: .eeg, position: $0.knownPosition) }
    if let montage {
      let wanted = try Montage(montage).channels
      do { field = try field.selecting(wanted.map(\.name)) } catch { throw InFile(path: path, error: error) }
      channels = zip(wanted, field.channels).map { Channel(name: $1, kind: .eeg, position: $0.position) }
    }
    (self.channels, leadField) = (channels, field)
  }

  /// Prepares the data set.
  func run(seed: UInt64) throws -> SimulationRun {
    try SimulationRun(settings, seed: seed, channels: channels, leadField: leadField, measuredNoise: noise)
  }

  /// Learns the noise of a file.
  ///
  /// - Parameters:
  ///   - path: A recording, an archive of epochs, or a covariance.
  ///   - events: Whose baselines are noise; all when nil.
  ///   - window: Seconds from the event; up to the event when nil.
  ///   - takesMontage: Whether the channels are those of the file, as far as they have places.
  mutating func measureNoise(
    from path: String, events: String?, window: (Double?, Double?)?, takesMontage: Bool
  ) throws {
    do {
      let source = try NoiseSource(
        path: path, events: events, window: window, settings: settings,
        channels: takesMontage ? nil : channels.map(\.name))
      (noise, notes) = (source.noise, notes + source.notes)
      if takesMontage { channels = source.channels }
    } catch let error as SimulationError {
      throw InFile(path: path, error: error)
    } catch let error as ERPError {
      throw InFile(path: path, error: error)
    }
  }

  /// The frame of an archive.
  func layout(
    of run: SimulationRun, numbers: Range<Int>, total: Int, noiseLevels: [Double], keepsSources: Bool
  ) throws -> SimulationsLayout {
    var extras: [NamedArray] = []
    if let gains = run.gains {
      extras.append(
        NamedArray(
          name: "gain", shape: [gains.rows, gains.columns], values: gains.values, unit: "V/mV",
          axes: "channel,region"))
    }
    if settings.noise.kind == .measured {
      for (place, part) in run.noise.parts.enumerated() {
        let suffix = place == 0 ? "" : "_\(place)"
        extras.append(
          NamedArray(
            name: "noise/covariance\(suffix)", shape: [channels.count, channels.count],
            values: part.covariance.values, unit: "V^2", axes: "channel,channel"))
        let process = part.spectrum.components.map(\.process.coefficients).first ?? []
        if !process.isEmpty {
          extras.append(
            NamedArray(name: "noise/autoregression\(suffix)", shape: [process.count], values: process, axes: "lag"))
        }
      }
    }
    return SimulationsLayout(
      parameters: run.prior.parameters, prior: run.prior.group, channels: run.channels, times: run.times,
      rate: run.rate, noiseLevels: noiseLevels, columnCount: keepsSources ? settings.model.regions : nil,
      numbers: numbers, total: total, seed: run.seed,
      settings: try JSONOutput.line(Stored(settings: settings, seed: run.seed, count: total)),
      instructionSet: InstructionSet.current, arithmetic: settings.model.arithmetic.rawValue, extras: extras)
  }

  private struct Stored: Encodable {
    let verb = "simulate"
    let settings: SimulationSettings
    let seed: UInt64
    let count: Int
  }
}
