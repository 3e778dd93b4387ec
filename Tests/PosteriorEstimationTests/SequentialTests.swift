import EvokeNumerics
import Foundation
import InverseModels
import Testing

@testable import PosteriorEstimation

/// Parameters with themselves plus normal noise.
private struct LinearSimulator: Simulator {
  var variance = 0.01
  /// Simulations whose first parameter is above this fail.
  var failsAbove = Double.infinity
  /// How those that fail tell it: by data that are no numbers, or by a flag alone.
  var failsByData = false
  var width = 2
  var seed: UInt64 = 5

  func simulate(_ parameters: [Double], first: Int, progress: @Sendable (Double) -> Void) -> SimulatedData {
    let count = parameters.count / 2
    var (values, isGood) = ([Float](), [Bool]())
    for row in 0..<count {
      var stream = RandomStream(seed: seed, simulation: first + row, purpose: Simulators.noise)
      let fails = parameters[2 * row] > failsAbove
      for place in 0..<width {
        let value = parameters[2 * row + place % 2] + variance.squareRoot() * stream.normal()
        values.append(fails ? (failsByData ? .nan : 1e6) : Float(value))
      }
      isGood.append(!fails || failsByData)
    }
    progress(1)
    return SimulatedData(shape: [width], values: values, isGood: isGood)
  }
}

private func quickSettings(
  _ method: SequentialSettings.Method, rounds: Int, simulations: Int
) -> SequentialSettings {
  var settings = SequentialSettings()
  (settings.method, settings.rounds, settings.simulations) = (method, rounds, simulations)
  return settings
}

@Suite("Sequential estimation")
struct SequentialTests {
  /// Mixtures learn a normal posterior within seconds without optimisation.
  private func configuration(seed: UInt64 = 1, epochs: Int = 120) -> PosteriorConfiguration {
    var configuration = quickConfiguration(.mixture, epochs: epochs)
    configuration.training.seed = seed
    configuration.training.patience = 15
    return configuration
  }

  private func estimation(
    _ method: SequentialSettings.Method, rounds: Int, simulations: Int, seed: UInt64 = 1, epochs: Int = 120,
    simulator: LinearSimulator = LinearSimulator(), threads: Int = 1,
    change: (inout SequentialSettings) -> Void = { _ in }
  ) throws -> SequentialEstimation<LinearSimulator> {
    var settings = quickSettings(method, rounds: rounds, simulations: simulations)
    change(&settings)
    return try SequentialEstimation(
      configuration(seed: seed, epochs: epochs), settings: settings, prior: Simulators.boxPrior(2),
      simulator: simulator, observation: [0.3, -0.4], shape: [2], threads: threads)
  }

  @Test(
    "The exact posterior of a linear model is found", arguments: SequentialSettings.Method.allCases, UInt64(1)...3)
  func gaussian(method: SequentialSettings.Method, seed: UInt64) throws {
    var estimation = try estimation(method, rounds: 3, simulations: 1000, seed: seed)
    while try estimation.advance() != nil {}
    // In the middle of the box the posterior is N(x, 0.01).
    let draws = try #require(try estimation.model?.draws(4000, given: [0.3, -0.4], seed: 1))
    for (place, exact) in [0.3, -0.4].enumerated() {
      let values = stride(from: place, to: 8000, by: 2).map { draws.values[$0] }
      let mean = values.reduce(0, +) / 4000
      let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4000).squareRoot()
      #expect(abs(mean - exact) < 0.02 && abs(deviation - 0.1) < 0.02, "\(mean) \(deviation)")
    }
  }

  @Test("Rounds go on from each other, with numbers and pairs", arguments: SequentialSettings.Method.allCases)
  func rounds(method: SequentialSettings.Method) throws {
    var estimation = try estimation(method, rounds: 3, simulations: 120, epochs: 4)
    #expect(estimation.model == nil && estimation.rounds.isEmpty)
    for number in 0..<3 {
      let round = try #require(try estimation.advance())
      #expect(round.number == number && round.simulations == 120 && round.failed == 0 && round.epochs.count == 4)
      #expect((round.acceptance != nil) == (method == .truncated && number > 0))
      #expect(estimation.isGood.count == 120 * (number + 1) && estimation.data.count == 240 * (number + 1))
    }
    #expect(try estimation.advance() == nil)
    #expect(estimation.rounds.count == 3)
    // No parameters come twice, and noise is that of the simulation's own number.
    let rows = stride(from: 0, to: 720, by: 2).map { Array(estimation.parameters[$0..<$0 + 2]) }
    #expect(Set(rows).count == 360)
    let again = LinearSimulator().simulate(estimation.parameters, first: 0) { _ in }
    #expect(again.values == estimation.data)
    // The validation pairs of a round stay what they were.
    let training = try #require(estimation.training)
    #expect(training.validationPairs.count { $0 < 120 } == 12 && training.validationPairs.count == 36)
    #expect(Set(training.validationPairs).isDisjoint(with: training.trainingPairs))
  }

  @Test("The number of threads changes no bit", arguments: SequentialSettings.Method.allCases)
  func threads(method: SequentialSettings.Method) throws {
    func made(_ threads: Int) throws -> SequentialEstimation<LinearSimulator> {
      var estimation = try estimation(method, rounds: 2, simulations: 150, epochs: 3, threads: threads)
      while try estimation.advance() != nil {}
      return estimation
    }
    let (one, three) = (try made(1), try made(3))
    #expect(one.parameters == three.parameters && one.data == three.data && one.rounds == three.rounds)
  }

  @Test("Simulations that fail are left out, counted, and warned of above 30 %", arguments: [false, true])
  func failures(byData: Bool) throws {
    for (limit, isConditional) in [(0.2, true), (0.7, false)] {
      var estimation = try estimation(
        .truncated, rounds: 1, simulations: 300, epochs: 2,
        simulator: LinearSimulator(failsAbove: limit, failsByData: byData))
      let round = try #require(try estimation.advance())
      let failed = (0..<300).filter { estimation.parameters[2 * $0] > limit }
      #expect(round.failed == failed.count && round.isConditional == isConditional)
      let training = try #require(estimation.training)
      #expect(training.usable.numbers == (0..<300).filter { !failed.contains($0) })
    }
  }

  @Test("A simulator that always fails, or makes other data than were observed, ends with a reason")
  func mistakes() throws {
    var failing = try estimation(.truncated, rounds: 1, simulations: 50, simulator: LinearSimulator(failsAbove: -2))
    var error = #expect(throws: PosteriorError.self) { try failing.advance() }
    #expect(error?.code == .tooFewPairs && error?.message.contains("50 failed") == true)
    #expect(failing.parameters.isEmpty && failing.isGood.isEmpty && failing.rounds.isEmpty)
    var wide = try estimation(.truncated, rounds: 1, simulations: 50, simulator: LinearSimulator(width: 3))
    error = #expect(throws: PosteriorError.self) { try wide.advance() }
    #expect(error?.code == .shapeDiffers && error?.message.contains("[3]") == true)
    error = #expect(throws: PosteriorError.self) {
      try SequentialEstimation(
        configuration(), prior: Simulators.boxPrior(2), simulator: LinearSimulator(), observation: [0, .nan], shape: [2]
      )
    }
    #expect(error?.code == .notFinite)
  }

  @Test("Settings that mean nothing are refused")
  func settings() throws {
    let changes: [(inout SequentialSettings) -> Void] = [
      { $0.rounds = 0 }, { $0.simulations = 0 }, { $0.quantile = 0 }, { $0.quantile = 0.5 }, { $0.quantile = .nan },
      { $0.atoms = 1 }, { $0.leastAcceptance = 0 }, { $0.leastAcceptance = 2 },
    ]
    for change in changes {
      let error = #expect(throws: PosteriorError.self) {
        try estimation(.truncated, rounds: 1, simulations: 50, change: change)
      }
      #expect(error?.code == .invalidSetting)
    }
  }
}
