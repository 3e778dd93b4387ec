import Dispatch
import EEGCore
import ERP
import EvokeNumerics
import NeuralMass
import Synchronization
import TestSupport
import Testing

@testable import Simulation

@Suite("Noise of epochs")
struct EpochNoiseTests {
  private static let channels = ["a", "b", "c", "d"]

  /// Two coloured parts, one of them of low rank, and amplifier noise.
  private static func noise() throws -> SensorNoise {
    let count = channels.count
    return try SensorNoise(
      channels: channels,
      parts: [
        SensorNoise.Part(
          covariance: Matrix(rows: count, columns: count, values: randomCovariance(count, seed: 1)),
          spectrum: AutoregressiveMixture([
            .init(weight: 1, process: .firstOrder(timeConstant: 0.1, rate: 100)),
            .init(weight: 2, process: .firstOrder(timeConstant: 0.01, rate: 100)),
          ])),
        SensorNoise.Part(
          covariance: Matrix(rows: count, columns: count, values: randomCovariance(count, rank: 2, seed: 2)),
          spectrum: AutoregressiveMixture(.resonance(frequency: 10, bandwidth: 4, rate: 100))),
        SensorNoise.white(standardDeviation: 0.3, channels: channels).parts[0],
      ], rate: 100)
  }

  @Test("A draw is the one that NumPy makes from its description", arguments: Arithmetic.allCases)
  func reference(arithmetic: Arithmetic) throws {
    let expected = try NoiseReference.load().epoch
    let parts = try zip(expected.covariances, expected.coefficients).map { covariance, coefficients in
      try SensorNoise.Part(
        covariance: Matrix(rows: 3, columns: 3, values: covariance.flatMap(\.self)),
        spectrum: AutoregressiveMixture(AutoregressiveProcess(coefficients: coefficients)))
    }
    let noise = try EpochNoise(
      SensorNoise(channels: ["a", "b", "c"], parts: parts, rate: 100), sampleCount: 10, rate: 100,
      filter: expected.taps, arithmetic: arithmetic)
    let values = noise.epoch(simulation: expected.simulation, seed: expected.seed).map { Double($0) }
    let largest = expected.values.flatMap(\.self).largestMagnitude
    #expect(largestDifference(values, expected.values.flatMap(\.self)) < 1e-6 * largest)
  }

  @Test("Means, covariances of all channels and samples, and peakedness are those of the law", arguments: [1, 3])
  func moments(every: Int) throws {
    let (filter, times, count) = ([0.2, 0.5, -0.3], 7, 8000)
    let noise = try Self.noise()
    let epochs = try EpochNoise(noise, sampleCount: times, rate: 100, filter: filter, every: every)
    var covariance = SampleCovariance(size: Self.channels.count * times)
    var sums = [Double](repeating: 0, count: covariance.size)
    var fourths = sums
    var scratch = epochs.makeScratch()
    var samples = [Float](repeating: 0, count: covariance.size)
    for simulation in 0..<count {
      var span = samples.mutableSpan
      epochs.draw(simulation: simulation, seed: 3, into: &span, scratch: &scratch)
      let sample = samples.map { Double($0) }
      covariance.add(sample)
      for index in sums.indices {
        sums[index] += sample[index]
        fourths[index] += sample[index] * sample[index] * sample[index] * sample[index]
      }
    }
    // The law, by sums over the filter's coefficients and none of the code above.
    func law(_ first: Int, _ second: Int) -> Double {
      let lag = (first % times - second % times) * every
      return noise.parts.reduce(0) { sum, part in
        let own = part.spectrum.autocovariance(lags: times * every + filter.count)
        var value = 0.0
        for (i, a) in filter.enumerated() {
          for (j, b) in filter.enumerated() { value += a * b * own[abs(lag + i - j)] }
        }
        return sum + part.covariance[first / times, second / times] * value
      }
    }
    let deviations = covariance.deviations(from: law)
    // 406 numbers of standard deviation one: five and a half is passed once in 60,000 seeds.
    #expect(deviations.largestMagnitude < 5.5)
    #expect(deviations.rootMeanSquare < 1.3 && deviations.rootMeanSquare > 0.7)
    for index in sums.indices {
      let variance = law(index, index)
      #expect(abs(sums[index]) < 5 * (variance * Double(count)).squareRoot())
      // The fourth power of a standard normal has mean 3 and variance 96.
      let fourth = fourths[index] / Double(count) / (variance * variance)
      #expect(abs(fourth - 3) < 5 * (96 / Double(count)).squareRoot())
    }
  }

  @Test(
    "Behind a narrow filter draws have the law still, also where fewer numbers make all samples",
    arguments: [1e-9, 1e-4])
  func narrow(tolerance: Double) throws {
    let (times, count) = (40, 5000)
    let noise = try SensorNoise(
      channels: ["a"],
      parts: [
        SensorNoise.Part(
          covariance: Matrix(rows: 1, columns: 1, values: [4e-12]),
          spectrum: .powerLaw(lowestFrequency: 0.5, rate: 128))
      ], rate: 128)
    let filter = try FIRFilter(FilterSettings(low: 2, high: 12), rate: 128).coefficients
    let epochs = try EpochNoise(noise, sampleCount: times, rate: 128, filter: filter, tolerance: tolerance)
    let factor = try TemporalFactor(epochs.autocovariances[0], tolerance: tolerance)
    #expect(tolerance > 1e-6 ? factor.rank < times : factor.rank == times)
    var covariance = SampleCovariance(size: times)
    for simulation in 0..<count {
      covariance.add(epochs.epoch(simulation: simulation, seed: 31).map { Double($0) })
    }
    let law = epochs.autocovariances[0]
    let deviations = covariance.deviations { 4e-12 * law[abs($0 - $1)] }
    // 820 numbers of standard deviation one.
    #expect(deviations.largestMagnitude < 5.5)
    #expect(deviations.rootMeanSquare < 1.4 && deviations.rootMeanSquare > 0.6)
  }

  @Test("Seed, simulation and purpose decide, and neither threads nor order do")
  func threads() throws {
    let epochs = try EpochNoise(Self.noise(), sampleCount: 33, rate: 100)
    let alone = (0..<40).map { epochs.epoch(simulation: $0, seed: 8) }
    let together = Mutex([[Float]](repeating: [], count: 40))
    DispatchQueue.concurrentPerform(iterations: 4) { thread in
      var scratch = epochs.makeScratch()
      for simulation in stride(from: 39 - thread, through: 0, by: -4) {
        var samples = [Float](repeating: 0, count: 4 * 33)
        var span = samples.mutableSpan
        epochs.draw(simulation: simulation, seed: 8, into: &span, scratch: &scratch)
        let done = samples
        together.withLock { $0[simulation] = done }
      }
    }
    #expect(together.withLock { $0 } == alone)
    #expect(Set(alone).count == 40)
    #expect(epochs.epoch(simulation: 0, seed: 9) != alone[0])
    #expect(epochs.epoch(simulation: 0, seed: 8, purpose: RandomPurpose("other")) != alone[0])
  }

  @Test("Draws that are added, and factors, are what they say", arguments: Arithmetic.allCases)
  func adding(arithmetic: Arithmetic) throws {
    let epochs = try EpochNoise(Self.noise(), sampleCount: 20, rate: 100, arithmetic: arithmetic)
    let plain = epochs.epoch(simulation: 5, seed: 1)
    var samples = [Float](repeating: 100, count: plain.count)
    var scratch = epochs.makeScratch()
    var span = samples.mutableSpan
    epochs.draw(simulation: 5, seed: 1, factor: 0.25, adding: true, into: &span, scratch: &scratch)
    for (value, expected) in zip(samples, plain) { #expect(abs(value - (100 + 0.25 * expected)) < 3e-5) }
  }

  @Test("Fast and portable draws differ by rounding alone")
  func arithmetic() throws {
    let noise = try Self.noise()
    let fast = try EpochNoise(noise, sampleCount: 50, rate: 100).epoch(simulation: 2, seed: 4)
    let portable = try EpochNoise(noise, sampleCount: 50, rate: 100, arithmetic: .portable)
      .epoch(simulation: 2, seed: 4)
    let largest = portable.map { Double($0) }.largestMagnitude
    #expect(largestDifference(fast.map { Double($0) }, portable.map { Double($0) }) < 3e-6 * largest)
  }

  @Test("No noise replaces by zeros and adds nothing")
  func silence() throws {
    let epochs = try EpochNoise(SensorNoise(channels: ["a", "b"], parts: []), sampleCount: 3, rate: 100)
    #expect(epochs.epoch(simulation: 0, seed: 0) == [Float](repeating: 0, count: 6))
    let still = try EpochNoise(.white(standardDeviation: 0, channels: ["a", "b"]), sampleCount: 3, rate: 100)
    #expect(still.epoch(simulation: 0, seed: 0).allSatisfy { $0 == 0 })
  }

  @Test("Autocovariances behind a long filter are those of the double sum", arguments: [2, 5, 64, 301])
  func filtered(length: Int) throws {
    var generator = SplitMix64(seed: UInt64(length))
    let filter = (0..<length).map { _ in Double.random(in: -1...1, using: &generator) }
    let mixture = try AutoregressiveMixture.powerLaw(lowestFrequency: 0.5, rate: 100)
    let own = mixture.autocovariance(lags: 20 + length)
    let filtered = mixture.autocovariance(lags: 10, every: 2, filter: filter)
    for lag in 0..<10 {
      var expected = 0.0
      for (i, a) in filter.enumerated() {
        for (j, b) in filter.enumerated() { expected += a * b * own[abs(2 * lag + i - j)] }
      }
      #expect(abs(filtered[lag] - expected) < 1e-12 * filtered[0])
    }
  }

  @Test("Noise for another rate and what is no covariance are refused")
  func refusals() throws {
    let noise = try Self.noise()
    #expect(throws: SimulationError.self) { try EpochNoise(noise, sampleCount: 5, rate: 128) }
    #expect(throws: SimulationError.self) { try EpochNoise(noise, sampleCount: 5, rate: 100, filter: [.nan]) }
    #expect(throws: SimulationError.self) { try EpochNoise(noise, sampleCount: 5, rate: 100, filter: []) }
    for values in [[1, 2, 2, 1], [1, 0.5, 0.4, 1], [-1, 0, 0, 1], [1, .nan, .nan, 1]] {
      let error = #expect(throws: SimulationError.self) {
        try SensorNoise.covariance(Matrix(rows: 2, columns: 2, values: values), channels: ["a", "b"])
      }
      #expect(error?.code == .mismatch)
    }
  }
}
