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

/// When the events of a simulated recording are, and how long it is.
struct SimulatedTimeline: Hashable, Sendable {
  /// Samples per second [Hz].
  let rate: Double
  /// Times of events [s].
  let events: [Double]
  /// Length of the recording.
  let sampleCount: Int
  /// Samples from one event to the next.
  let interval: Int
  /// True when one trial stands for all.
  let isOneTrial: Bool

  /// The timeline of settings, for a number of trials where all of them are simulated.
  init(_ settings: SimulationSettings, trials: Int) {
    let (model, stimulus) = (settings.model, settings.stimulus)
    rate = model.rate
    isOneTrial = stimulus.simulatedTrials == .one
    interval = max(1, Int((stimulus.interval * rate).rounded()))
    let count = isOneTrial ? 1 : trials
    events = (0..<count).map { model.settle + Double($0) * stimulus.interval }
    let afterEvent =
      isOneTrial && settings.observation.filter == nil
      ? max(0, settings.observation.tmax) + 1 / rate : Double(count) * stimulus.interval
    let whole = Int(((model.settle + afterEvent) * rate).rounded(.up))
    // Behind a filter one trial is repeated from sample to sample, and must be there in full.
    let isTiled = isOneTrial && settings.observation.filter != nil
    sampleCount = isTiled ? max(whole, Int((model.settle * rate).rounded()) + interval) : whole
  }

  /// Outputs of one trial, repeated so that a filter sees nothing else.
  ///
  /// - Parameters:
  ///   - outputs: Shape `[source, sample]`.
  ///   - reach: Samples that the filter sees on either side.
  /// - Returns: Shape `[source, sample]`, and the time of the event in the middle [s].
  func tiled(_ outputs: [Float], reach: Int) -> (samples: [Float], sampleCount: Int, event: Double) {
    let event = Int((events[0] * rate).rounded())
    // A piece begins before its event, where the column rests, and ends where the next one begins.
    let first = event - min(event, interval / 4)
    let side = reach / interval + 2
    let total = (2 * side + 1) * interval
    var samples: [Float] = []
    samples.reserveCapacity(outputs.count / sampleCount * total)
    for source in 0..<(outputs.count / sampleCount) {
      let start = source * sampleCount + first
      for _ in 0...(2 * side) { samples.append(contentsOf: outputs[start..<(start + interval)]) }
    }
    return (samples, total, Double(side * interval + event - first) / rate)
  }
}
