import EEGCore
import Foundation
import NeuralMass

/// Makes recordings: sources at the electrodes, sensor noise, blinks, and the events.
struct RecordingSynthesis: Sendable {
  /// Text of the events.
  static let event = "stimulus"
  /// Text of the annotations at blinks.
  static let blink = "blink"

  private let channels: [Channel]
  private let timeline: SimulatedTimeline
  private let noise: SensorNoise
  private let amplitude: NoiseAmplitude
  private let arithmetic: Arithmetic
  private let seed: UInt64
  private let blinks: Blinks?
  private let topography: [Double]

  init(
    _ settings: SimulationSettings, channels: [Channel], reference: ReferenceOperator, timeline: SimulatedTimeline,
    noise: SensorNoise, amplitude: NoiseAmplitude, seed: UInt64
  ) throws {
    self.channels = channels
    self.timeline = timeline
    self.noise = noise
    self.amplitude = amplitude
    arithmetic = settings.model.arithmetic
    self.seed = seed
    guard settings.noise.blinksPerMinute > 0 else {
      (blinks, topography) = (nil, [])
      return
    }
    var blinks = Blinks()
    blinks.meanInterval = 60 / settings.noise.blinksPerMinute
    self.blinks = blinks
    let far = try Blinks.topography(of: channels, head: HeadSphere(fitting: channels.compactMap(\.position)))
    topography = reference.applied(to: Matrix(rows: far.count, columns: 1, values: far)).values
  }

  /// A recording and its blinks.
  struct Result {
    let recording: Recording
    let blinks: [Blink]
  }

  /// Makes the recording of a simulation.
  ///
  /// - Parameters:
  ///   - sources: Outputs and gains.
  ///   - row: Which of them.
  ///   - level: Factor of the noise's variance.
  ///   - streams: True to make samples when they are asked for, which is slow for those who read one signal after the
  ///     other; false to hold all of them.
  /// - Returns: A recording in microvolts against the reference, with an annotation for each event and blink.
  func recording(_ sources: ObservedSources, row: Int, level: Double, streams: Bool) throws -> Result {
    let count = timeline.sampleCount
    let number = sources.numbers.lowerBound + row
    let found = try blinks?.events(duration: Double(count) / timeline.rate, seed: seed, simulation: number) ?? []
    // Files of recordings have microvolts, and so their readers expect.
    let factor = 1e6 * amplitude.ofTrial(sources.thetas[row]) * level.squareRoot()
    var continuous = try ContinuousNoise(
      noise.scaled(by: factor), seed: seed, simulation: number, arithmetic: arithmetic)
    let regions = sources.gains[row].columns
    let start = row * regions * count
    let outputs = Array(sources.outputs[start..<(start + regions * count)])
    let addition = addition(outputs: outputs, gains: sources.gains[row], blinks: found)
    let samples: any SampleSource
    if streams {
      samples = SimulatedSamples(continuous, adding: addition)
    } else {
      var values = continuous.next(count)
      var span = values.mutableSpan
      addition(0, &span)
      samples = FloatSamples(values, sampleCount: count)
    }
    var recording = Recording(
      channels: channels, samples: samples, sampleCount: count, rate: timeline.rate, events: timeline.events,
      event: Self.event, unit: .microvolts)
    recording.annotations += found.map { Annotation(onset: $0.onset, text: Self.blink) }
    recording.annotations.sort { $0.onset < $1.onset }
    return Result(recording: recording, blinks: found)
  }

  /// What is added to a block of noise: sources, shape `[region, sample]` [mV], and blinks; in microvolts.
  private func addition(outputs: [Float], gains: Matrix, blinks found: [Blink]) -> SimulatedSamples.Addition {
    { [channels, timeline, blinks, topography] first, samples in
      let length = samples.count / channels.count
      let count = timeline.sampleCount
      for channel in channels.indices {
        for region in 0..<gains.columns {
          let gain = Float(1e6 * gains[channel, region])
          let source = region * count + first
          for sample in 0..<max(0, min(length, count - first)) {
            samples[channel * length + sample] += gain * outputs[source + sample]
          }
        }
      }
      guard let blinks else { return }
      var inMicrovolts = found
      for place in inMicrovolts.indices { inMicrovolts[place].amplitude *= 1e6 }
      blinks.add(inMicrovolts, to: &samples, topography: topography, first: first, rate: timeline.rate)
    }
  }
}
