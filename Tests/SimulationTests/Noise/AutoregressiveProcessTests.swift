import Foundation
import Simulation
import TestSupport
import Testing

@Suite("Autoregressive processes")
struct AutoregressiveProcessTests {
  @Test("Autocovariances, innovation and spectrum are SciPy's", arguments: try NoiseReference.load().processes)
  func reference(process expected: NoiseReference.Process) throws {
    let process = try AutoregressiveProcess(coefficients: expected.coefficients)
    #expect(largestDifference(process.autocovariance(lags: 12), expected.autocovariances) < 1e-12)
    #expect(abs(process.innovationVariance / expected.innovation - 1) < 1e-11)
    let density = process.powerSpectrum(at: expected.frequencies, rate: 100)
    for (value, wanted) in zip(density, expected.density) { #expect(abs(value / wanted - 1) < 1e-11) }
  }

  @Test("Yule and Walker's equations give the coefficients back", arguments: try NoiseReference.load().processes)
  func yuleWalker(process expected: NoiseReference.Process) throws {
    let scaled = expected.autocovariances.map { 17 * $0 }
    let process = try AutoregressiveProcess(autocovariances: scaled, order: expected.coefficients.count)
    #expect(largestDifference(process.coefficients, expected.coefficients) < 1e-11)
    // Of a higher order there is nothing more to find.
    let higher = try AutoregressiveProcess(autocovariances: scaled, order: expected.coefficients.count + 2)
    #expect(higher.coefficients.suffix(2).allSatisfy { abs($0) < 1e-10 })
  }

  @Test(
    "What is not stationary is refused",
    arguments: [[1.0], [-1.0], [1.5], [0.5, 0.5], [2, -1.1], [0, 0, 1], [.nan], [0.1, .infinity]])
  func explosive(coefficients: [Double]) {
    let error = #expect(throws: SimulationError.self) { try AutoregressiveProcess(coefficients: coefficients) }
    #expect(error?.code == .invalidSetting)
  }

  @Test("White noise has no memory and a flat spectrum")
  func white() {
    #expect(AutoregressiveProcess.white.autocovariance(lags: 4) == [1, 0, 0, 0])
    #expect(AutoregressiveProcess.white.powerSpectrum(at: [0, 13, 50], rate: 100) == [0.02, 0.02, 0.02])
  }

  @Test("The spectrum of a first-order process falls to half at its corner, and its autocovariance to 1/e")
  func firstOrder() {
    let process = AutoregressiveProcess.firstOrder(timeConstant: 0.1, rate: 10_000)
    #expect(abs(process.autocovariance(lags: 1001)[1000] - exp(-1)) < 1e-12)
    let density = process.powerSpectrum(at: [0, 1 / (2 * .pi * 0.1)], rate: 10_000)
    // The sampled process differs from the continuous one by the square of frequency over rate.
    #expect(abs(density[1] / density[0] - 0.5) < 1e-6)
  }

  @Test("A rhythm's maximum lies at its frequency, and its width is the bandwidth", arguments: [128.0, 256, 1000])
  func resonance(rate: Double) throws {
    let process = try AutoregressiveProcess.resonance(frequency: 10, bandwidth: 1, rate: rate)
    let frequencies = (0...4000).map { 8 + Double($0) / 1000 }
    let density = process.powerSpectrum(at: frequencies, rate: rate)
    let highest = try #require(density.max())
    let peak = try #require(density.firstIndex(of: highest))
    #expect(abs(frequencies[peak] - 10) < 0.0011)
    let above = frequencies.indices.filter { density[$0] >= highest / 2 }
    // A Lorentzian of this width has a part of its variance at minus 10 Hz, which matters in the third digit.
    #expect(abs(Double(above.count) / 1000 - 1) < 0.005)
  }

  @Test("The integral of a spectrum is the variance", arguments: [[0.9], [1.8, -0.85], [0.1, 0, 0, 0, 0.6]])
  func integral(coefficients: [Double]) throws {
    let process = try AutoregressiveProcess(coefficients: coefficients)
    // Midpoints over a whole period of a smooth periodic function: exact to rounding.
    let count = 4000
    let frequencies = (0..<count).map { 50 * (Double($0) + 0.5) / Double(count) }
    let sum = process.powerSpectrum(at: frequencies, rate: 100).reduce(0, +) * 50 / Double(count)
    #expect(abs(sum - 1) < 1e-12)
  }

  @Test("Burg's method finds the process of long pieces to sampling error")
  func burg() throws {
    let coefficients = [1.5, -0.9, 0.2]
    var generator = SplitMix64(seed: 11)
    let pieces = (0..<40).map { _ in
      var x = [0.0, 0, 0]
      for _ in 0..<1300 {
        // A uniform number is as good as any of mean zero.
        let noise = Double.random(in: -1...1, using: &generator)
        x.append(zip(coefficients, x.suffix(3).reversed()).reduce(noise) { $0 + $1.0 * $1.1 })
      }
      return Array(x.suffix(1000))
    }
    let process = try AutoregressiveProcess(burg: pieces, order: 3)
    // Standard errors of coefficients are at most 1 / sqrt(samples): 0.005.
    #expect(largestDifference(process.coefficients, coefficients) < 5 * 0.005)
    #expect(process.partialCorrelations.allSatisfy { abs($0) < 1 })
  }

  @Test("Burg's method predicts pieces of a sine of any phase")
  func burgOfSine() throws {
    let turn = 2 * Double.pi / 37
    var generator = SplitMix64(seed: 5)
    let pieces = (0..<50).map { piece in
      (0..<40).map { sin(turn * Double($0) + Double(piece)) + 1e-3 * Double.random(in: -1...1, using: &generator) }
    }
    let process = try AutoregressiveProcess(burg: pieces, order: 2)
    #expect(largestDifference(process.coefficients, [2 * cos(turn), -1]) < 0.02)
  }

  @Test("Nothing can be fitted to silence, to one sample, or to impossible autocovariances")
  func unfittable() {
    #expect(throws: SimulationError.self) { try AutoregressiveProcess(burg: [[0, 0, 0, 0]], order: 1) }
    #expect(throws: SimulationError.self) { try AutoregressiveProcess(burg: [[1], [2]], order: 1) }
    #expect(throws: SimulationError.self) { try AutoregressiveProcess(autocovariances: [1, 0.9, -0.9], order: 2) }
    #expect(throws: SimulationError.self) { try AutoregressiveProcess(autocovariances: [0, 0], order: 1) }
  }

  @Test(
    "A power law holds within 0.5 dB from its lowest frequency to half the rate", arguments: [128.0, 256, 512, 2048])
  func powerLaw(rate: Double) throws {
    let mixture = try AutoregressiveMixture.powerLaw(lowestFrequency: 0.3, rate: rate)
    let octaves = log2(rate / 2 / 0.3)
    let frequencies = (0...500).map { 0.3 * exp2(octaves * Double($0) / 500) }
    let decibels = zip(mixture.powerSpectrum(at: frequencies, rate: rate), frequencies).map { 10 * log10($0 * $1) }
    let (lowest, highest) = (try #require(decibels.min()), try #require(decibels.max()))
    #expect((highest - lowest) / 2 < 0.5)
    #expect(abs(mixture.components.reduce(0) { $0 + $1.weight } - 1) < 1e-12)
  }

  // Sampling folds what is beyond half the rate back, which flattens steep spectra near it: those of the second power by
  // (pi / 2)², 3.9 dB.
  @Test("Other power laws hold as well", arguments: zip([0, 0.5, 1.5, 2], [0.5, 0.5, 1, 2.5]))
  func otherPowerLaws(exponent: Double, limit: Double) throws {
    let mixture = try AutoregressiveMixture.powerLaw(exponent: exponent, lowestFrequency: 0.3, rate: 256)
    let octaves = log2(128 / 0.3)
    let frequencies = (0...500).map { 0.3 * exp2(octaves * Double($0) / 500) }
    let decibels = zip(mixture.powerSpectrum(at: frequencies, rate: 256), frequencies).map {
      10 * log10($0 * pow($1, exponent))
    }
    let (lowest, highest) = (try #require(decibels.min()), try #require(decibels.max()))
    #expect((highest - lowest) / 2 < limit)
  }

  @Test("Processes and mixtures come back from JSON, and an explosive one does not")
  func codable() throws {
    let process = try AutoregressiveProcess(coefficients: [1.8, -0.85])
    let mixture = try AutoregressiveMixture([.init(weight: 3, process: process), .init(weight: 1, process: .white)])
    let data = try JSONEncoder().encode(mixture)
    #expect(try JSONDecoder().decode(AutoregressiveMixture.self, from: data) == mixture)
    #expect(mixture.components[0].weight == 0.75)
    #expect(throws: SimulationError.self) {
      try JSONDecoder().decode(AutoregressiveProcess.self, from: Data(#"{"coefficients": [1.1]}"#.utf8))
    }
  }
}
