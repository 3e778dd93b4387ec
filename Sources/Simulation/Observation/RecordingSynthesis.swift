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
    _ settings: SimulationSettings, channels: [Channel], timeline: SimulatedTimeline, noise: SensorNoise,
    amplitude: NoiseAmplitude, seed: UInt64
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
    let reference = try ReferenceOperator(settings.observation.reference, channels: channels)
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
  /// - Returns: A recording in microvolts against the reference, with an annotation for each event and blink.
  func recording(_ sources: ObservedSources, row: Int, level: Double) throws -> Result {
    let count = timeline.sampleCount
    let number = sources.numbers.lowerBound + row
    var generator = try ContinuousNoise(noise, seed: seed, simulation: number, arithmetic: arithmetic)
    var samples = generator.next(count)
    let scale = Float(amplitude.ofTrial(sources.thetas[row]) * level.squareRoot())
    let gains = sources.gains[row]
    for channel in channels.indices {
      for sample in 0..<count { samples[channel * count + sample] *= scale }
      for region in 0..<gains.columns {
        let gain = Float(gains[channel, region])
        let first = (row * gains.columns + region) * count
        for sample in 0..<count { samples[channel * count + sample] += gain * sources.outputs[first + sample] }
      }
    }
    var found: [Blink] = []
    if let blinks {
      found = try blinks.events(duration: Double(count) / timeline.rate, seed: seed, simulation: number)
      var span = samples.mutableSpan
      blinks.add(found, to: &span, topography: topography, rate: timeline.rate)
    }
    // Files of recordings have microvolts, and so their readers expect.
    for place in samples.indices { samples[place] *= 1e6 }
    var recording = Recording(
      channels: channels, samples: FloatSamples(samples, sampleCount: count), sampleCount: count, rate: timeline.rate,
      events: timeline.events, event: Self.event, unit: .microvolts)
    recording.annotations += found.map { Annotation(onset: $0.onset, text: Self.blink) }
    recording.annotations.sort { $0.onset < $1.onset }
    return Result(recording: recording, blinks: found)
  }
}
