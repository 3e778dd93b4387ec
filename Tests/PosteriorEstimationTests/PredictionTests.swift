import EvokeNumerics
import Foundation
import Testing

@testable import PosteriorEstimation

@Suite("Predictive checks of posteriors")
struct PredictionTests {
  /// θ and normal noise of variance 0.1, in the first value in units of a millionth.
  private struct Linear: Simulator {
    var shape = [2]
    var failing: Range<Int> = 0..<0

    func simulate(_ parameters: [Double], first: Int, progress: @Sendable (Double) -> Void) -> SimulatedData {
      let count = parameters.count / 2
      let values = (0..<count).flatMap { row -> [Float] in
        var stream = RandomStream(seed: 9, simulation: first + row, purpose: Simulators.noise)
        let (a, b) = (parameters[2 * row] + 0.1.squareRoot() * stream.normal(), parameters[2 * row + 1])
        return [Float(1e6 * a), Float(b + 0.1.squareRoot() * stream.normal())]
      }
      progress(1)
      return SimulatedData(shape: shape, values: values, isGood: (0..<count).map { !failing.contains($0) })
    }
  }

  private func trained() throws -> PosteriorModel {
    let prior = try Simulators.gaussianPrior(2)
    let sampler = try ParameterSampler(prior: prior, method: .random, seed: 3)
    let theta = (0..<1500).flatMap { sampler.parameters(of: $0) }
    let data = Linear().simulate(theta, first: 0) { _ in }.values
    return try train(
      quickConfiguration(.mixture, epochs: 40), prior, InMemoryPairs(parameters: theta, data: data, shape: [2])
    ).model
  }

  private func predictions(
    _ model: PosteriorModel, _ observations: [Float], count: Int = 200, simulator: Linear = Linear()
  ) throws -> [PosteriorPrediction] {
    let draws = try model.draws(400, given: observations, seed: 1)
    return try model.predictions(
      of: observations, draws: draws, count: count, simulator: simulator, first: 10_000, threads: 2)
  }

  @Test("Observations of the model pass, and what it cannot make fails, whatever the unit of a value")
  func judged() throws {
    let model = try trained()
    let fresh = Linear().simulate(
      try (0..<20).flatMap { number in
        try ParameterSampler(prior: Simulators.gaussianPrior(2), method: .random, seed: 5).parameters(of: number)
      }, first: 5000
    ) { _ in }.values
    let good = try predictions(model, fresh).compactMap(\.check)
    #expect(good.count == 20)
    // The data of a predictive check are used twice, so its probabilities are nearer to the middle than uniform ones.
    #expect(good.allSatisfy { $0.fits[0].pValue > 0.01 })
    #expect(good.reduce(0) { $0 + $1.fits[0].insideShare } / 20 > 0.8)
    // The second value is of no size beside the first one, and yet seen.
    for strange: [Float] in [[0, 6], [6e6, 0]] {
      let check = try #require(predictions(model, strange)[0].check)
      #expect(check.fits[0].pValue < 0.01 && check.fits[0].insideShare == 0.5)
    }
  }

  @Test("Bands are those of the replicates in the unit of the data")
  func bands() throws {
    let model = try trained()
    let observation: [Float] = [1e5, -0.2]
    let draws = try model.draws(400, given: observation, seed: 1)
    let check = try #require(
      model.predictions(of: observation, draws: draws, count: 99, simulator: Linear(), first: 10_000)[0].check)
    let made = Linear().simulate(Array(draws.values[..<198]), first: 10_000) { _ in }.values
    for value in 0..<2 {
      let sorted = stride(from: value, to: 198, by: 2).map { Double(made[$0]) }.sorted()
      // At p (n + 1): the 5th, 50th and 95th of 99.
      for (found, expected) in [(check.lower, sorted[4]), (check.median, sorted[49]), (check.upper, sorted[94])] {
        #expect(abs(found[value] - expected) < 1e-6 * abs(expected))
      }
    }
  }

  @Test("Failed simulations are left out and counted; with few left there is no check")
  func failures() throws {
    let model = try trained()
    let observations: [Float] = [1e5, 0.1, 0, 0]
    let some = try predictions(model, observations, count: 50, simulator: Linear(failing: 0..<10))
    #expect(some.map(\.failed) == [10, 0] && some.map(\.simulations) == [50, 50])
    #expect(some.allSatisfy { $0.check != nil })
    let most = try predictions(model, observations, count: 50, simulator: Linear(failing: 60..<100))
    #expect(most[0].check != nil && most[1].check == nil && most[1].failed == 40)
  }

  @Test("Data of another shape are refused")
  func shapes() throws {
    let model = try trained()
    let error = #expect(throws: PosteriorError.self) {
      try predictions(model, [0, 0], simulator: Linear(shape: [1, 2]))
    }
    #expect(error?.code == .shapeDiffers && error?.message.contains("[1, 2]") == true)
  }

  /// θ and normal noise of variance 0.1, in four records.
  private struct Recorded: Simulator {
    func simulate(_ parameters: [Double], first: Int, progress: @Sendable (Double) -> Void) -> SimulatedData {
      let values = parameters.indices.flatMap { row -> [Float] in
        var stream = RandomStream(seed: 11, simulation: first + row, purpose: Simulators.noise)
        return (0..<4).map { _ in Float(parameters[row] + 0.1.squareRoot() * stream.normal()) }
      }
      return SimulatedData(shape: [4], values: values, isGood: parameters.map { _ in true })
    }
  }

  @Test("Of several records, those that are there are compared")
  func records() throws {
    let prior = try Simulators.gaussianPrior(1)
    let sampler = try ParameterSampler(prior: prior, method: .random, seed: 3)
    let theta = (0..<800).flatMap { sampler.parameters(of: $0) }
    var configuration = quickConfiguration(.mixture, epochs: 30)
    configuration.records = RecordSettings()
    let data = Recorded().simulate(theta, first: 0) { _ in }.values
    let model = try train(configuration, prior, InMemoryPairs(parameters: theta, data: data, shape: [4])).model
    func check(_ observation: [Float]) throws -> PredictiveCheck {
      let draws = try model.draws(200, given: observation, seed: 1)
      return try #require(
        model.predictions(of: observation, draws: draws, count: 199, simulator: Recorded(), first: 10_000)[0].check)
    }
    let some = try check([0.2, .nan, -0.1, .nan])
    #expect([some.lower, some.median, some.upper].allSatisfy { $0.map(\.isNaN) == [false, true, false, true] })
    #expect(some.fits[0].pValue > 0.05 && some.fits[0].insideShare == 1)
    #expect(abs(some.median[0]) < 0.3 && some.upper[2] - some.lower[2] > 0.5)
    #expect(try check([3, .nan, -3, .nan]).fits[0].pValue < 0.01)
    // All records, as many as there are.
    #expect(try check([0.2, 0.1, -0.1, 0]).median.allSatisfy(\.isFinite))
  }
}
