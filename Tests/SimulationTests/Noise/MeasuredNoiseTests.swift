import EDFFormat
import EEGCore
import ERP
import Foundation
import NeuralMass
import TestSupport
import Testing

@testable import Simulation

@Suite("Noise learnt from recordings")
struct MeasuredNoiseTests {
  /// Pieces drawn from a noise, shape `[piece, channel, time]`.
  private static func pieces(_ noise: SensorNoise, count: Int, samples: Int, seed: UInt64) throws -> [Double] {
    let law = try EpochNoise(noise, sampleCount: samples, rate: noise.rate ?? 100)
    return (0..<count).flatMap { law.epoch(simulation: $0, seed: seed).map { Double($0) } }
  }

  @Test("A known noise is found again, means removed or not", arguments: [25, 100])
  func recovers(samples: Int) throws {
    let channels = ["a", "b", "c", "d", "e"]
    let covariance = Matrix(rows: 5, columns: 5, values: randomCovariance(5, seed: 8))
    // Slow enough that a piece's mean takes a good part of the variance away.
    let process = try AutoregressiveProcess(coefficients: [1.3, -0.4])
    let noise = try SensorNoise(
      channels: channels,
      parts: [SensorNoise.Part(covariance: covariance, spectrum: AutoregressiveMixture(process))], rate: 100)
    let values = try Self.pieces(noise, count: 40_000 / samples, samples: samples, seed: 17)
    let estimate = try NoiseEstimate(values: values, channels: channels, sampleCount: samples, rate: 100)
    #expect(estimate.process.order >= 2)
    // Bartlett's formulas for n samples: standard errors are below (sum r² / n)^½ for correlations and (2 sum r² / n)^½
    // for variances, with a sum of 6.75 over all lags here. Without a correction for the means, pieces of 25 samples
    // would have 0.63 of the variance.
    let autocovariances = estimate.process.autocovariance(lags: 10)
    #expect(
      largestDifference(autocovariances, process.autocovariance(lags: 10)) < 5 * (6.75 / 40_000).squareRoot())
    let found = estimate.noise.covariance
    let limit = 5 * (2 * 6.75 / 40_000).squareRoot()
    for row in 0..<5 {
      for column in 0..<5 {
        let scale = (covariance[row, row] * covariance[column, column]).squareRoot()
        #expect(abs(found[row, column] - covariance[row, column]) < limit * scale)
      }
    }
    #expect(estimate.shrinkage < 0.01)
  }

  @Test("The order is that of the process")
  func order() throws {
    let process = try AutoregressiveProcess(coefficients: [0.5, 0, 0, 0.3])
    let noise = try SensorNoise(
      channels: ["a"],
      parts: [
        SensorNoise.Part(
          covariance: Matrix(rows: 1, columns: 1, values: [4]), spectrum: AutoregressiveMixture(process))
      ], rate: 100)
    let values = try Self.pieces(noise, count: 100, samples: 100, seed: 3)
    let estimate = try NoiseEstimate(values: values, channels: ["a"], sampleCount: 100, rate: 100)
    // Akaike's criterion takes a few orders too many now and then, but never too few when they matter this much.
    #expect((4...8).contains(estimate.process.order))
    #expect(estimate.criterion[estimate.process.order] == 0 && estimate.criterion.allSatisfy { $0 >= 0 })
    #expect(estimate.criterion[3] > 100)
  }

  @Test("Shrinkage is Ledoit and Wolf's, by NumPy, and that of independent samples where there is no order")
  func shrinkage() throws {
    let expected = try NoiseReference.load().shrinkage
    var settings = MeasuredNoise()
    settings.maximumOrder = 0
    let estimate = try NoiseEstimate(
      values: expected.pieces, channels: ["a", "b", "c", "d", "e", "f"], sampleCount: 20, rate: 100,
      settings: settings)
    #expect(abs(estimate.shrinkage - expected.independent) < 1e-12)
    // Fewer instants than 12 channels need: more shrinkage, and still a noise that can be drawn.
    #expect(throws: Never.self) { try EpochNoise(estimate.noise, sampleCount: 5, rate: 100) }
  }

  @Test("Too little data, flat channels and values that are no numbers are refused with advice")
  func refusals() throws {
    func error(_ values: [Double], channels: Int, samples: Int) -> SimulationError? {
      #expect(throws: SimulationError.self) {
        try NoiseEstimate(
          values: values, channels: (0..<channels).map { "\($0)" }, sampleCount: samples, rate: 100)
      }
    }
    let few = error([Double](repeating: 1, count: 64 * 20), channels: 64, samples: 20)
    #expect(few?.code == .tooLittleData && few?.message.contains("more epochs") == true)
    #expect(error([Double](repeating: 1, count: 40), channels: 1, samples: 40)?.code == .tooLittleData)
    #expect(error([Double](repeating: 1, count: 70), channels: 1, samples: 7)?.code == .tooLittleData)
    #expect(error([.nan] + [Double](repeating: 1, count: 39), channels: 1, samples: 40)?.code == .mismatch)
    #expect(error([], channels: 1, samples: 40)?.code == .tooLittleData)
  }

  @Test(
    "Noise learnt from real baselines has their spectrum", .enabled(if: TestFiles.hasRecordings),
    arguments: ["S001R04", "S002R04", "S003R06", "S005R04"])
  func realBaselines(name: String) throws {
    let recording = try EDFFile(path: TestFiles.recording("eegmmidb/\(name).edf")).recording()
    var settings = EpochSettings()
    (settings.tmin, settings.tmax, settings.baseline, settings.reference) = (-1, 0, nil, .average)
    settings.filter = FilterSettings(low: 1)
    let epochs = try ERPPipeline(settings).epochs(of: recording).epochs
    let estimate = try NoiseEstimate(epochs)
    let drawn = try Self.pieces(estimate.noise, count: 60, samples: epochs.times.count, seed: 2)
    let real = Self.bands(epochs.values, channels: epochs.channels.count, rate: epochs.rate, epochs.times.count)
    let made = Self.bands(drawn, channels: epochs.channels.count, rate: epochs.rate, epochs.times.count)
    let decibels = zip(made, real).map { 10 * log10($0 / $1) }
    // What a process of order 24 misses, and 0.3 dB of sampling errors.
    #expect(decibels.largestMagnitude < 1.5)
  }

  /// Mean power of channels in bands of 4 Hz from 2 Hz on, each channel scaled to a variance of one, means removed.
  private static func bands(_ values: [Double], channels: Int, rate: Double, _ times: Int) -> [Double] {
    let frequencies = (0..<20).map { Double(2 + 2 * $0) + 0.5 }
    let window = (0..<times).map { 0.5 - 0.5 * cos(2 * Double.pi * (Double($0) + 0.5) / Double(times)) }
    let waves = frequencies.map { frequency in
      (0..<times).map { t in
        let angle = 2 * Double.pi * frequency / rate * Double(t)
        return (cosine: window[t] * cos(angle), sine: window[t] * sin(angle))
      }
    }
    var sums = [Double](repeating: 0, count: 10)
    for channel in 0..<channels {
      var (powers, variance) = (sums.map { _ in 0.0 }, 0.0)
      for first in stride(from: channel * times, to: values.count, by: channels * times) {
        let piece = values[first..<(first + times)]
        let mean = piece.reduce(0, +) / Double(times)
        let centred = piece.map { $0 - mean }
        variance += centred.reduce(0) { $0 + $1 * $1 }
        for (index, wave) in waves.enumerated() {
          var (real, imaginary) = (0.0, 0.0)
          for t in 0..<times {
            real += centred[t] * wave[t].cosine
            imaginary += centred[t] * wave[t].sine
          }
          powers[index / 2] += real * real + imaginary * imaginary
        }
      }
      for band in sums.indices { sums[band] += powers[band] / variance }
    }
    return sums
  }
}
