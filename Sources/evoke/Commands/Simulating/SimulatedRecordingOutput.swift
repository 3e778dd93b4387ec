import EDFFormat
import EEGArchive
import EEGCore
import Foundation
import Simulation

/// Writes a simulated recording, and an archive of what is true of it.
struct SimulatedRecordingOutput {
  let recording: String
  let archive: String
  let number: Int
  let experiment: SimulationExperiment

  /// What was written.
  struct Report: Encodable {
    let recording: String
    let truth: String
    let duration_s: Double
    let channels: Int
    let rate_hz: Double
    let events: Int
    let blinks: Int
    let noise_level: Double
    let parameters: [String: Double]
    private let units: [String: String]

    private enum CodingKeys: String, CodingKey {
      case recording, truth, duration_s, channels, rate_hz, events, blinks, noise_level, parameters
    }

    fileprivate init(
      _ output: SimulatedRecordingOutput, _ made: SimulatedRecording, _ run: SimulationRun, level: Double
    ) {
      recording = output.recording
      truth = output.archive
      duration_s = made.recording.duration
      channels = run.channels.count
      rate_hz = run.settings.model.rate
      events = made.recording.annotations.count - made.blinks.count
      blinks = made.blinks.count
      noise_level = level
      parameters = Dictionary(uniqueKeysWithValues: zip(run.prior.parameters.map(\.name), made.parameters))
      units = Dictionary(uniqueKeysWithValues: run.prior.parameters.map { ($0.name, $0.unit) })
    }

    func lines() -> [String] {
      let drawn = parameters.keys.sorted().map { name in
        "\(name) \(Formatting.number(parameters[name] ?? .nan))\(units[name].map { $0.isEmpty ? "" : " \($0)" } ?? "")"
      }
      return [
        "\(recording): \(channels) channels, \(Formatting.duration(duration_s)) at \(Formatting.number(rate_hz)) Hz, "
          + "\(Formatting.count(events, "event")), \(Formatting.count(blinks, "blink"))",
        "\(truth): \(drawn.joined(separator: ", "))",
      ]
    }
  }

  /// Makes and writes both files.
  func write(_ run: SimulationRun) throws -> Report {
    let level = run.settings.noise.levels[0]
    let made = try run.recording(number, level: level)
    let progress = ProgressBar("writing \((recording as NSString).lastPathComponent)")
    defer { progress.finish() }
    var options = EDFWritingOptions()
    options.isBDF = (recording as NSString).pathExtension.lowercased() == "bdf"
    try EDFWriter.write(made.recording, to: recording, options: options) { progress.update($0) }
    // The potential is the true one, without noise.
    let layout = try experiment.layout(
      of: run, numbers: number..<(number + 1), total: number + 1, noiseLevels: [0], keepsSources: true)
    let writer = try SimulationsWriter(creating: archive, layout: layout)
    try writer.write(
      SimulationsPart(
        numbers: layout.numbers, theta: made.parameters, x: [made.potential], source: made.sources, ok: [true]))
    try writer.finish()
    return Report(self, made, run, level: level)
  }
}
