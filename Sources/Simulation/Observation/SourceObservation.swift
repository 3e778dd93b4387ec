import EEGCore
import ERP
import Foundation

/// From the output of sources to their part in an evoked potential: what `evoke erp` does to one signal.
///
/// Filter, epochs, trend, baseline, decimation and average are linear and the same for all channels, so they are done to
/// a source once, before it spreads over the channels.
struct SourceObservation: Sendable {
  /// Times of an observed epoch, from the event [s].
  let times: [Double]
  /// Samples per second of an observed epoch [Hz].
  let rate: Double
  /// Epochs behind the average, of a source that is simulated trial by trial.
  let epochCount: Int

  private let pipeline: ERPPipeline
  private let timeline: SimulatedTimeline
  private let filterReach: Int?

  /// Prepares.
  ///
  /// - Throws: ``ERPError``, as the pipeline does for settings that are not possible.
  init(_ settings: SimulationSettings, timeline: SimulatedTimeline) throws {
    var epochs = settings.observation.epochSettings
    epochs.reference = .none
    epochs.artifacts = ArtifactSettings()
    pipeline = ERPPipeline(epochs)
    self.timeline = timeline
    filterReach = try epochs.filter.map { try ContinuousFilter($0, rate: timeline.rate).impulseResponse().count / 2 }
    if let filterReach, timeline.isOneTrial, filterReach > Self.longestReach {
      throw SimulationError(
        code: .invalidSetting,
        message: "the filter reaches over \(Double(filterReach) / timeline.rate) s on either side, and "
          + "\(Double(Self.longestReach) / timeline.rate) s are the most; raise its lower edge")
    }
    let silence = [Float](repeating: 0, count: timeline.sampleCount)
    let probe = try Self.epochs(pipeline, timeline, filterReach, silence)
    times = probe.times
    rate = probe.rate
    epochCount = probe.events.count
    guard epochCount > 0 else {
      throw SimulationError(
        code: .invalidSetting,
        message: "no epoch from \(settings.observation.tmin) to \(settings.observation.tmax) s lies within the "
          + "\(Double(timeline.sampleCount) / timeline.rate) s of a simulation; end epochs earlier, or lengthen "
          + "stimulus.interval_s")
    }
  }

  /// Samples on either side that a filter may see of the trials before and after one that stands for all.
  private static let longestReach = 1 << 18

  /// The averages of sources.
  ///
  /// - Parameter outputs: Shape `[source, sample]`, in any unit, finite.
  /// - Returns: Shape `[source, time]`, in that unit.
  func averages(of outputs: [Float]) throws -> Matrix {
    let epochs = try Self.epochs(pipeline, timeline, filterReach, outputs)
    if epochs.events.count == 1 {
      return Matrix(rows: epochs.channels.count, columns: epochs.times.count, values: epochs.values)
    }
    return try epochs.averages(threads: 1).conditions[0].average
  }

  private static func epochs(
    _ pipeline: ERPPipeline, _ timeline: SimulatedTimeline, _ filterReach: Int?, _ outputs: [Float]
  ) throws -> Epochs {
    let count = outputs.count / timeline.sampleCount
    let channels = (0..<count).map { Channel(name: "source \($0 + 1)") }
    var samples = FloatSamples(outputs, sampleCount: timeline.sampleCount)
    var events = timeline.events
    if let filterReach, timeline.isOneTrial {
      // A filter sees the trials before and after, which are like this one.
      let tiles = timeline.tiled(outputs, reach: filterReach)
      samples = FloatSamples(tiles.samples, sampleCount: tiles.sampleCount)
      events = [tiles.event]
    }
    let recording = Recording(
      channels: channels, samples: samples, sampleCount: samples.sampleCount, rate: timeline.rate, events: events,
      event: "event")
    return try pipeline.epochs(of: recording, threads: 1).epochs
  }
}
