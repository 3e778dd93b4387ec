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
