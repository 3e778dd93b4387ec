import EEGCore
import ERP
import NeuralMass

/// Every trial of every simulation made and averaged as `evoke erp` does it with a recording: for artifacts and medians.
struct TrialObservation: PotentialObservation {
  private let levels: [Double]
  private let recordings: RecordingSynthesis
  private let pipeline: ERPPipeline
  private let average: AveragingSettings
  private let times: Int

  init(_ settings: SimulationSettings, recordings: RecordingSynthesis, times: Int) {
    levels = settings.noise.levels
    self.recordings = recordings
    self.times = times
    pipeline = ERPPipeline(settings.observation.epochSettings)
    average = AveragingSettings(method: settings.observation.average == .mean ? .mean : .median)
  }

  func potentials(_ sources: ObservedSources) throws -> [[Float]] {
    try levels.map { level in
      var values: [Float] = []
      for row in sources.thetas.indices {
        let recording = try recordings.recording(sources, row: row, level: level, streams: false).recording
        let result = try pipeline.epochs(of: recording, threads: 1)
        guard let evoked = try result.epochs.averages(average, threads: 1).conditions.first else {
          // All trials were dropped: there is no potential.
          values += [Float](repeating: .nan, count: recording.signals.count * times)
          continue
        }
        values += evoked.average.values.map(Float.init)
      }
      return values
    }
  }
}
