import EEGCore
import ERP
import NeuralMass

/// Signal and noise averaged apart: exact as long as all that is done to epochs is linear.
///
/// The mean of N epochs of noise has the law of one epoch divided by the root of N, so one is drawn, filtered in its
/// law, and goes through the pipeline.
struct AveragedObservation: PotentialObservation {
  private let levels: [Double]
  /// Nil where no level has noise.
  private let noise: EpochNoise?
  private let amplitude: NoiseAmplitude
  private let pipeline: ERPPipeline
  private let channels: [Channel]
  private let seed: UInt64
  private let rate: Double
  /// Where the event lies in an epoch [s].
  private let lead: Double

  init(
    _ settings: SimulationSettings, channels: [Channel], noise: SensorNoise, amplitude: NoiseAmplitude, seed: UInt64
  ) throws {
    levels = settings.noise.levels
    self.amplitude = amplitude
    self.channels = channels
    self.seed = seed
    let rate = settings.model.rate
    self.rate = rate
    var epochs = settings.observation.epochSettings
    // The noise is behind filter and reference already.
    let filter = try epochs.filter.map { try ContinuousFilter($0, rate: rate).impulseResponse() }
    (epochs.filter, epochs.reference) = (nil, .none)
    pipeline = ERPPipeline(epochs)
    // The event lies in its epoch of noise, also where what is kept begins behind it or ends before.
    let kept = try epochs.sampleRange(rate: rate)
    let samples = min(kept.lowerBound, 0)...max(kept.upperBound, 0)
    lead = Double(-samples.lowerBound) / rate
    guard levels.contains(where: { $0 > 0 }) else {
      self.noise = nil
      return
    }
    guard settings.noise.kind == .white && filter == nil || samples.count <= Self.longestEpoch else {
      throw SimulationError(
        code: .invalidSetting,
        message:
          "epochs have \(samples.count) samples, and noise that is not white is made for \(Self.longestEpoch) at "
          + "most; shorten tmin_s to tmax_s or lower rate_hz")
    }
    self.noise = try EpochNoise(
      noise, sampleCount: samples.count, rate: rate, filter: filter ?? [1], arithmetic: settings.model.arithmetic)
  }

  /// Samples of an epoch whose covariance still takes seconds and half a gigabyte.
  private static let longestEpoch = 8192

  func potentials(_ sources: ObservedSources) throws -> [[Float]] {
    let signal = Self.signal(sources, channels: channels.count)
    guard let noise else { return levels.map { _ in signal } }
    let noises = try processed(noise, sources.numbers)
    let size = channels.count * sources.averages.columns
    return levels.map { level in
      var values = signal
      for (row, theta) in sources.thetas.enumerated() {
        let factor = amplitude.ofAverage(theta) * level.squareRoot()
        for place in (row * size)..<((row + 1) * size) { values[place] += Float(factor * noises[place]) }
      }
      return values
    }
  }

  /// Potentials without noise, shape `[simulation, channel, time]` [V].
  static func signal(_ sources: ObservedSources, channels: Int) -> [Float] {
    let times = sources.averages.columns
    var values = [Float](repeating: 0, count: sources.numbers.count * channels * times)
    for (row, gains) in sources.gains.enumerated() {
      for channel in 0..<channels {
        let target = (row * channels + channel) * times
        for region in 0..<gains.columns {
          let gain = gains[channel, region]
          let first = (row * gains.columns + region) * times
          for time in 0..<times { values[target + time] += Float(gain * sources.averages.values[first + time]) }
        }
      }
    }
    return values
  }

  /// Noise of root mean square 1 V as it is found in averages, shape `[simulation, channel, time]`.
  private func processed(_ noise: EpochNoise, _ numbers: Range<Int>) throws -> [Double] {
    let size = noise.channelCount * noise.sampleCount
    var scratch = noise.makeScratch()
    var values = [Float](repeating: 0, count: numbers.count * size)
    values.withUnsafeMutableBufferPointer { all in
      for (row, number) in numbers.enumerated() {
        var epoch = all.extracting((row * size)..<((row + 1) * size)).mutableSpan
        noise.draw(simulation: number, seed: seed, into: &epoch, scratch: &scratch)
      }
    }
    let stack = StackedEpochs(values, channelCount: channels.count, sampleCount: noise.sampleCount)
    let interval = Double(noise.sampleCount) / rate
    let recording = Recording(
      channels: channels, samples: stack, sampleCount: numbers.count * noise.sampleCount, rate: rate,
      events: numbers.indices.map { lead + Double($0 - numbers.lowerBound) * interval }, event: "event")
    return try pipeline.epochs(of: recording, threads: 1).epochs.values
  }
}

/// Epochs one after the other, as a recording.
struct StackedEpochs: SampleSource {
  /// Shape `[epoch, channel, sample]`.
  private let values: [Float]
  private let channelCount: Int
  private let sampleCount: Int

  init(_ values: [Float], channelCount: Int, sampleCount: Int) {
    (self.values, self.channelCount, self.sampleCount) = (values, channelCount, sampleCount)
  }

  func readDigital(signal: Int, from first: Int, into destination: inout MutableSpan<Int32>) throws {
    throw RecordingError(code: .noDigitalSamples, message: "signal \(signal) holds physical values, not digital ones")
  }

  func readPhysical(signal: Int, from first: Int, into destination: inout MutableSpan<Double>) throws {
    let all = values.span
    var done = 0
    while done < destination.count {
      let (epoch, offset) = (first + done).quotientAndRemainder(dividingBy: sampleCount)
      let start = (epoch * channelCount + signal) * sampleCount + offset
      let length = min(destination.count - done, sampleCount - offset)
      let piece = all.extracting(start..<(start + length))
      for index in 0..<length { destination[done + index] = Double(piece[unchecked: index]) }
      done += length
    }
  }
}
