import EEGCore
import ERP
import Foundation
import NeuralMass
import TestSupport
import Testing

@testable import Simulation

@Suite("Continuous noise")
struct ContinuousNoiseTests {
  private static func matrix(_ values: [Double]) -> Matrix {
    let count = Int(Double(values.count).squareRoot())
    return Matrix(rows: count, columns: count, values: values)
  }

  /// Pink, a rhythm and white noise of three channels.
  private static func noise(rate: Double) throws -> SensorNoise {
    try SensorNoise(
      channels: ["a", "b", "c"],
      parts: [
        SensorNoise.Part(
          covariance: matrix(randomCovariance(3, seed: 4)),
          spectrum: .powerLaw(lowestFrequency: 0.5, rate: rate)),
        SensorNoise.Part(
          covariance: matrix(randomCovariance(3, rank: 1, seed: 5)),
          spectrum: AutoregressiveMixture(.resonance(frequency: 10, bandwidth: 2, rate: rate))),
        SensorNoise.Part(covariance: matrix([0.1, 0, 0, 0, 0.2, 0, 0, 0, 0.1])),
      ], rate: rate)
  }

  @Test("Blocks of any size give the same samples", arguments: [1, 7, 1000, 1024, 5000])
  func blocks(size: Int) throws {
    let noise = try Self.noise(rate: 128)
    var whole = try ContinuousNoise(noise, seed: 6, simulation: 2)
    let count = size == 1 ? 1100 : 5000
    let expected = whole.next(count)
    var parts = try ContinuousNoise(noise, seed: 6, simulation: 2)
    var (channels, done) = ([[Float]](repeating: [], count: 3), 0)
    while done < count {
      let length = min(size, count - done)
      let block = parts.next(length)
      for channel in 0..<3 { channels[channel] += block[(channel * length)..<((channel + 1) * length)] }
      done += length
    }
    #expect(channels.flatMap(\.self) == expected && parts.position == count)
    var other = try ContinuousNoise(noise, seed: 6, simulation: 3)
    #expect(other.next(count) != expected)
  }

  @Test("Fast and portable noise differ by rounding alone")
  func arithmetic() throws {
    let noise = try Self.noise(rate: 128)
    var fast = try ContinuousNoise(noise, seed: 6)
    var portable = try ContinuousNoise(noise, seed: 6, arithmetic: .portable)
    let expected = portable.next(2000).map { Double($0) }
    let difference = largestDifference(fast.next(2000).map { Double($0) }, expected)
    #expect(difference < 1e-5 * expected.largestMagnitude)
  }

  @Test("Processes start in their stationary law", arguments: [[0.95], [1.8, -0.85], [0.5, 0.2, -0.3]])
  func start(coefficients: [Double]) throws {
    // A hundred independent channels of unit variance, in forty recordings.
    let channels = (0..<100).map { "\($0)" }
    var identity = Matrix(rows: 100, columns: 100)
    for channel in 0..<100 { identity[channel, channel] = 1 }
    let process = try AutoregressiveProcess(coefficients: coefficients)
    let noise = try SensorNoise(
      channels: channels,
      parts: [SensorNoise.Part(covariance: identity, spectrum: AutoregressiveMixture(process))], rate: 1)
    var covariance = SampleCovariance(size: 6)
    for recording in 0..<40 {
      var continuous = try ContinuousNoise(noise, seed: 12, simulation: recording)
      let samples = continuous.next(6)
      for channel in 0..<100 { covariance.add((0..<6).map { Double(samples[channel * 6 + $0]) }) }
    }
    let law = process.autocovariance(lags: 6)
    #expect(covariance.deviations { law[abs($0 - $1)] }.largestMagnitude < 5)
  }

  @Test("The spectrum is that of the law")
  func spectrum() throws {
    let (rate, length, pieces) = (128.0, 512, 300)
    let noise = try Self.noise(rate: rate)
    var continuous = try ContinuousNoise(noise, seed: 1)
    // Hann windows spread a line over three bins; a spectrum that bends within them is smeared, so bins are wide apart
    // from the rhythm's width and 1 Hz at least.
    let bins = [4, 8, 16, 24, 32, 40, 48, 64, 100, 200]
    let window = (0..<length).map { 0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(length)) }
    let power = window.reduce(0) { $0 + $1 * $1 }
    var sums = [Double](repeating: 0, count: bins.count)
    for _ in 0..<pieces {
      let samples = continuous.next(length)
      for (index, bin) in bins.enumerated() {
        var (real, imaginary) = (0.0, 0.0)
        for t in 0..<length {
          let angle = 2 * Double.pi * Double(bin * t % length) / Double(length)
          real += window[t] * Double(samples[t]) * cos(angle)
          imaginary += window[t] * Double(samples[t]) * sin(angle)
        }
        sums[index] += 2 * (real * real + imaginary * imaginary) / (rate * power)
      }
    }
    // What the window makes of the law: a mean over autocovariances.
    let frequencies = (0..<8192).map { rate / 2 * (Double($0) + 0.5) / 8192 }
    let density = noise.powerSpectrum(ofChannel: 0, at: frequencies, rate: rate)
    for (index, bin) in bins.enumerated() {
      let centre = Double(bin) * rate / Double(length)
      var (expected, weights) = (0.0, 0.0)
      for (frequency, value) in zip(frequencies, density) where abs(frequency - centre) < 3 {
        // The square of a Hann window's transform around its bin.
        let x = (frequency - centre) * Double(length) / rate
        let sinc = x == 0 ? 1 : sin(.pi * x) / (.pi * x)
        let weight = abs(abs(x) - 1) < 1e-9 ? 0.25 : pow(sinc / (1 - x * x), 2)
        expected += weight * value
        weights += weight
      }
      let ratio = sums[index] / Double(pieces) / (expected / weights)
      // Periodograms vary as much as their mean; successive pieces are nearly independent.
      #expect(abs(ratio - 1) < 5 / Double(pieces).squareRoot(), "at \(centre) Hz")
    }
  }

  /// The epochs that a pipeline cuts from a recording of this noise, against the law of `EpochNoise`.
  ///
  /// - Returns: Deviations from the law in standard errors, of all pairs of channels and samples.
  private static func pipelineDeviations(
    filter: FilterSettings?, lawFilter: [Double], decimation: Int, baseline: BaselineInterval?
  ) throws -> [Double] {
    let (rate, seconds) = (128.0, 2400)
    let noise = try noise(rate: rate)
    var continuous = try ContinuousNoise(noise, seed: 21)
    let count = seconds * Int(rate)
    let samples = continuous.next(count)
    let recording = Recording(
      signals: noise.channels.map {
        Signal(
          label: $0, kind: .eeg, unit: .volts, rate: rate, sampleCount: count, encoding: .float64,
          calibration: .identity)
      },
      // Apart enough that epochs share nothing but the slowest waves; away from the ends, where the filter begins.
      annotations: stride(from: 10, to: Double(seconds) - 10, by: 2.5).map { Annotation(onset: $0, text: "e") },
      segments: [Segment(onset: 0, duration: Double(seconds))],
      source: InMemorySamples((0..<3).map { c in samples[(c * count)..<((c + 1) * count)].map { Double($0) } }))
    var settings = EpochSettings()
    (settings.tmin, settings.tmax, settings.filter) = (-0.0625, 0.25, filter)
    (settings.decimation, settings.baseline, settings.reference) = (decimation, baseline, .average)
    let epochs = try ERPPipeline(settings).epochs(of: recording, threads: 2).epochs
    let times = epochs.times.count
    let law = try EpochNoise(noise, sampleCount: times, rate: rate, filter: lawFilter, every: decimation)
    // A baseline is subtracted from epochs, so from their law as well: rows of weights.
    let inBaseline = baseline == nil ? [] : epochs.times.indices.filter { epochs.times[$0] <= 1e-9 }
    func correct(_ values: inout [Double]) {
      if inBaseline.isEmpty { return }
      let mean = inBaseline.reduce(0) { $0 + values[$1] } / Double(inBaseline.count)
      for index in values.indices { values[index] -= mean }
    }
    let averaged = try noise.referenced(to: .average)
    let temporal = law.autocovariances.map { autocovariances in
      var matrix = (0..<times).map { row in (0..<times).map { autocovariances[abs(row - $0)] } }
      for row in 0..<times { correct(&matrix[row]) }
      for column in 0..<times {
        var values = (0..<times).map { matrix[$0][column] }
        correct(&values)
        for row in 0..<times { matrix[row][column] = values[row] }
      }
      return matrix
    }
    var covariance = SampleCovariance(size: 3 * times)
    for epoch in epochs.events.indices { covariance.add(epochs.epoch(epoch).values) }
    #expect(covariance.count > 900)
    return covariance.deviations { first, second in
      var sum = 1e-15
      for (part, matrix) in zip(averaged.parts, temporal) {
        sum += part.covariance[first / times, second / times] * matrix[first % times][second % times]
      }
      return sum
    }
  }

  @Test("Epochs that a pipeline cuts from filtered continuous noise have the law of drawn ones")
  func pipeline() throws {
    let filter = FilterSettings(low: 2, high: 20)
    let taps = try ContinuousFilter(filter, rate: 128).impulseResponse()
    #expect(taps == (try FIRFilter(filter, rate: 128).coefficients))
    let right = try Self.pipelineDeviations(filter: filter, lawFilter: taps, decimation: 2, baseline: nil)
    #expect(right.largestMagnitude < 5.5)
    #expect(right.rootMeanSquare > 0.7 && right.rootMeanSquare < 1.3)
    // The comparison is sharp: without the filter in the law it fails by more than twice.
    let wrong = try Self.pipelineDeviations(filter: filter, lawFilter: [1], decimation: 2, baseline: nil)
    #expect(wrong.largestMagnitude > 2 * 5.5)
  }

  @Test("Epochs behind a Butterworth filter and a notch have the law of drawn ones")
  func recursiveFilter() throws {
    let filter = FilterSettings(low: 1, high: 30, method: .iir(order: 4), notch: [10])
    let response = try ContinuousFilter(filter, rate: 128).impulseResponse()
    // The response of a filter that runs forwards and backwards is symmetric.
    #expect(largestDifference(response, response.reversed()) < 1e-9)
    let deviations = try Self.pipelineDeviations(filter: filter, lawFilter: response, decimation: 1, baseline: nil)
    #expect(deviations.largestMagnitude < 5.5)
    #expect(deviations.rootMeanSquare > 0.7 && deviations.rootMeanSquare < 1.3)
  }

  @Test("Epochs with a baseline have the law of drawn ones with a baseline")
  func baseline() throws {
    let deviations = try Self.pipelineDeviations(
      filter: nil, lawFilter: [1], decimation: 1, baseline: BaselineInterval(start: nil, end: 0))
    #expect(deviations.largestMagnitude < 5.5)
    #expect(deviations.rootMeanSquare > 0.7 && deviations.rootMeanSquare < 1.3)
  }
}
