import EvokeNumerics
import InverseModels
import Testing

@testable import PosteriorEstimation

/// Pairs whose data without noise are known.
private struct NoisyPairs: SimulatedPairs {
  let theta: [Double]
  /// Shape `[pair, 2]`.
  let noise: [Float]
  var count: Int { theta.count / 2 }
  let shape = [2]
  let hasDataWithoutNoise = true

  init(count: Int, seed: UInt64, noise: (Int, inout RandomStream) -> Float) throws {
    let sampler = try ParameterSampler(prior: Simulators.boxPrior(2), method: .random, seed: seed)
    theta = (0..<count).flatMap { sampler.parameters(of: $0) }
    self.noise = (0..<count).flatMap { pair in
      var stream = RandomStream(seed: seed, simulation: pair, purpose: Simulators.noise)
      return [noise(pair, &stream), noise(pair, &stream)]
    }
  }

  func parameters() -> [Double] { theta }
  func read(_ pairs: Range<Int>, into destination: UnsafeMutableBufferPointer<Float>) {
    readWithoutNoise(pairs, into: destination)
    for place in destination.indices { destination[place] += noise[2 * pairs.lowerBound + place] }
  }
  func readWithoutNoise(_ pairs: Range<Int>, into destination: UnsafeMutableBufferPointer<Float>) {
    for place in destination.indices { destination[place] = Float(theta[2 * pairs.lowerBound + place]) }
  }
}

@Suite("Noise that pairs lend each other")
struct ExchangedNoiseTests {
  private func configuration(exchanges: Bool = true, epochs: Int = 4) -> PosteriorConfiguration {
    var configuration = quickConfiguration(.splineFlow, epochs: epochs)
    configuration.training.exchangesNoise = exchanges
    return configuration
  }

  private func epochs(_ pairs: NoisyPairs, _ configuration: PosteriorConfiguration) throws -> [Double] {
    var training = try PosteriorTraining(configuration, prior: Simulators.boxPrior(2), pairs: pairs)
    while try training.advance() != nil {}
    return training.checkpoint.epochs.map(\.trainingLoss)
  }

  @Test("Noise that is the same for all can be exchanged without an effect")
  func same() throws {
    let pairs = try NoisyPairs(count: 300, seed: 1) { _, _ in 0.3 }
    let (exchanged, own) = (
      try epochs(pairs, configuration()), try epochs(pairs, configuration(exchanges: false))
    )
    for (one, other) in zip(exchanged, own) { #expect(abs(one - other) < 1e-3) }
  }

  @Test("Epochs without steps differ by the noise alone")
  func epochsDiffer() throws {
    let pairs = try NoisyPairs(count: 300, seed: 2) { _, stream in Float(0.3 * stream.normal()) }
    var still = configuration()
    still.training.learningRate = 1e-30
    let losses = try epochs(pairs, still)
    for (number, loss) in losses.enumerated() {
      for other in losses[..<number] { #expect(abs(loss - other) > 1e-5) }
    }
    still.training.exchangesNoise = false
    let same = try epochs(pairs, still)
    #expect(same.allSatisfy { abs($0 - same[0]) < 1e-5 })
  }

  @Test("Few pairs tell more with noise that is exchanged")
  func generalization() throws {
    let fresh = try NoisyPairs(count: 400, seed: 9) { _, stream in Float(0.2 * stream.normal()) }
    var data = [Float](repeating: 0, count: 800)
    data.withUnsafeMutableBufferPointer { fresh.read(0..<400, into: $0) }
    let gains = try (UInt64(1)...3).map { seed in
      let pairs = try NoisyPairs(count: 150, seed: seed) { _, stream in Float(0.2 * stream.normal()) }
      let densities = try [true, false].map { exchanges in
        var training = try PosteriorTraining(
          configuration(exchanges: exchanges, epochs: 150), prior: Simulators.boxPrior(2), pairs: pairs)
        while try training.advance() != nil {}
        return try training.model.logDensity(of: fresh.theta, given: data).reduce(0, +) / 400
      }
      return densities[0] - densities[1]
    }
    #expect(gains.allSatisfy { $0 > 0 }, "\(gains)")
  }

  @Test("Pairs without such data, and data of several records, are refused")
  func refused() throws {
    let pairs = try Simulators.linear(Simulators.boxPrior(2), count: 100, seed: 1)
    var error = #expect(throws: PosteriorError.self) {
      try PosteriorTraining(configuration(), prior: Simulators.boxPrior(2), pairs: pairs)
    }
    #expect(
      error?.code == .invalidSetting && error?.message.contains("exchange_noise wants data without noise") == true)
    var records = configuration()
    records.records = RecordSettings()
    error = #expect(throws: PosteriorError.self) { try records.check() }
    #expect(error?.code == .invalidSetting)
  }
}
