import EvokeNumerics
import Foundation
import InverseModels
import Networks
import Testing

@testable import PosteriorEstimation

@Suite("Training of posteriors")
struct PosteriorTrainingTests {
  @Test("The number of threads changes no bit", arguments: DensitySettings.Kind.allCases)
  func threads(kind: DensitySettings.Kind) throws {
    let prior = try Simulators.boxPrior(2)
    let pairs = try Simulators.linear(prior, count: 300, seed: 1)
    let one = try train(quickConfiguration(kind), prior, pairs)
    let three = try train(quickConfiguration(kind), prior, pairs, threads: 3)
    #expect(one.checkpoint == three.checkpoint)
    let observations: [Float] = [0.2, -0.3, 0.9, 0.9, 0, 0]
    let draws = try one.model.draws(700, given: observations, seed: 4)
    #expect(try one.model.draws(700, given: observations, seed: 4, threads: 3) == draws)
    #expect(try one.model.draws(700, given: observations, seed: 5) != draws)
    let densities = try one.model.logDensity(of: draws.values, given: observations)
    #expect(try one.model.logDensity(of: draws.values, given: observations, threads: 3) == densities)
  }

  @Test("A run that is stored and resumed gives the bits of one that was not", arguments: [1, 8, 13])
  func resumes(batches: Int) throws {
    let prior = try Simulators.boxPrior(2)
    let pairs = try Simulators.linear(prior, count: 300, seed: 1)
    let configuration = quickConfiguration(.splineFlow)
    let whole = try train(configuration, prior, pairs)
    let first = try train(configuration, prior, pairs, batches: batches)
    #expect(first.checkpoint != whole.checkpoint)
    let stored = try JSONDecoder().decode(
      TrainingCheckpoint.self, from: JSONEncoder().encode(first.checkpoint))
    #expect(try train(configuration, prior, pairs, from: stored).checkpoint == whole.checkpoint)
  }

  @Test("What is drawn has the density that is given for it", arguments: DensitySettings.Kind.allCases)
  func drawnDensity(kind: DensitySettings.Kind) throws {
    let prior = try Prior(
      ["a", "b", "c", "d", "e"].map { Prior.Parameter($0) },
      [
        .single(.box(lower: 2, upper: 3)), .single(.fixed(7)), .single(.logNormal(location: 0, scale: 0.5)),
        .correlated(try CorrelatedNormal(mean: [1, 2], covariance: [[1, 0.5], [0.5, 2]])),
      ])
    let model = try train(
      quickConfiguration(kind), prior, Simulators.linear(prior, count: 200, seed: 2, variance: 0.01)
    ).model
    let observations: [Float] = [2.5, 7, 1, 1, 2, 2.9, 7, 2, 0, 1]
    let draws = try model.draws(300, given: observations, seed: 9)
    #expect(draws.values.count == 2 * 300 * 4)
    let densities = try model.logDensity(of: draws.values, given: observations)
    for (row, expected) in densities.enumerated() {
      // Of a value as close to a limit as this, rounding leaves too little to say what it was.
      if min(draws.values[4 * row] - 2, 3 - draws.values[4 * row]) < 1e-6 { continue }
      #expect(abs(draws.logDensity[row] - expected) < 1e-3 * max(1, abs(expected)))
    }
  }

  @Test("No draw is outside the prior, whatever is observed", arguments: DensitySettings.Kind.allCases)
  func inside(kind: DensitySettings.Kind) throws {
    let prior = try Prior(
      ["a", "b", "c"].map { Prior.Parameter($0) },
      [
        .single(.box(lower: -1, upper: 1)), .single(.truncatedNormal(mean: 0, scale: 1, lower: 0, upper: .infinity)),
        .single(.logNormal(location: 0, scale: 1)),
      ])
    // Barely trained, and asked about what it never saw.
    let model = try train(
      quickConfiguration(kind, epochs: 1), prior, Simulators.linear(prior, count: 100, seed: 3)
    ).model
    let draws = try model.draws(5000, given: [0, 0, 0, 50, -50, 50], seed: 1)
    for row in 0..<10_000 { #expect(prior.contains(Array(draws.values[3 * row..<3 * row + 3]))) }
    let outside = try model.logDensity(of: [1.1, 1, 1, 0, -0.1, 1, 0, 1, -1, 0, 1, .nan], given: [0, 0, 0])
    #expect(outside == Array(repeating: -.infinity, count: 4))
  }

  @Test("A density over a box integrates to one", arguments: DensitySettings.Kind.allCases)
  func integral(kind: DensitySettings.Kind) throws {
    let prior = try Prior(
      [.init("a"), .init("b")], [.single(.box(lower: 2, upper: 3)), .single(.box(lower: -4, upper: 4))])
    let model = try train(
      quickConfiguration(kind, epochs: 30), prior, Simulators.linear(prior, count: 400, seed: 4)
    ).model
    // Over the unconstrained space, because a density may rise towards limits.
    let step = 0.02
    let axis = stride(from: -2.6, through: 2.6, by: step)
    let points = axis.flatMap { a in axis.map { b in [a, b] } }
    let densities = try model.logDensity(of: points.flatMap { model.space.parameters(at: $0) }, given: [2.6, 1])
    let sum = zip(points, densities).reduce(0.0) { $0 + exp($1.1 + model.space.logVolume(at: $1.0)) * step * step }
    #expect(abs(sum - 1) < 0.005, "\(sum)")
  }

  @Test("The draws of one observation do not depend on how many there are, or on the others")
  func independentDraws() throws {
    let prior = try Simulators.boxPrior(2)
    let model = try train(
      quickConfiguration(.splineFlow), prior, Simulators.linear(prior, count: 200, seed: 5)
    ).model
    let observations: [Float] = [0.1, 0.2, -0.5, 0.4, 0.9, -0.9]
    for (few, many) in [(20, 30), (300, 900)] {
      let (first, second) = (
        try model.draws(few, given: observations, seed: 6), try model.draws(many, given: observations, seed: 6)
      )
      for observation in 0..<3 {
        for place in 0..<few * 2 {
          let (a, b) = (first.values[observation * few * 2 + place], second.values[observation * many * 2 + place])
          #expect(abs(a - b) < 1e-5)
        }
      }
      let alone = try model.draws(few, given: Array(observations[0..<2]), seed: 6)
      for place in 0..<few * 2 { #expect(abs(alone.values[place] - first.values[place]) < 1e-5) }
    }
  }

  @Test("Failed and broken pairs are left out and counted, and change nothing")
  func broken() throws {
    let prior = try Simulators.boxPrior(2)
    let pairs = try Simulators.linear(prior, count: 200, seed: 7)
    var theta = pairs.parameters()
    var data = [Float](repeating: 0, count: 400)
    data.withUnsafeMutableBufferPointer { pairs.read(0..<200, into: $0) }
    var good = [Bool](repeating: true, count: 200)
    (good[3], good[100]) = (false, false)
    data[2 * 3] = .nan
    data[2 * 50 + 1] = .infinity
    theta[2 * 60] = .nan
    // A failed simulation may have any parameters.
    theta[2 * 100] = 17
    let damaged = InMemoryPairs(parameters: theta, data: data, shape: [2], isGood: good)
    let training = try train(quickConfiguration(.splineFlow), prior, damaged)
    #expect(training.usable.failedCount == 2 && training.usable.notFiniteCount == 2)
    #expect(training.usable.numbers == Array(0..<200).filter { ![3, 100, 50, 60].contains($0) })
    let kept = training.usable.numbers
    let clean = InMemoryPairs(
      parameters: kept.flatMap { theta[2 * $0..<2 * $0 + 2] }, data: kept.flatMap { data[2 * $0..<2 * $0 + 2] },
      shape: [2])
    #expect(try train(quickConfiguration(.splineFlow), prior, clean).checkpoint == training.checkpoint)
  }

  @Test("A pair that the prior excludes is named, with its parameter")
  func excluded() throws {
    let prior = try Simulators.boxPrior(2)
    let pairs = try Simulators.linear(prior, count: 50, seed: 8)
    var theta = pairs.parameters()
    theta[2 * 31 + 1] = 1.5
    let broken = InMemoryPairs(parameters: theta, data: Array(repeating: 0, count: 100), shape: [2])
    let error = #expect(throws: PosteriorError.self) { try train(quickConfiguration(.splineFlow), prior, broken) }
    #expect(error?.code == .outsidePrior)
    #expect(error?.message.contains("pair 31") == true && error?.message.contains("t1 is 1.5") == true)
  }

  @Test("Too few pairs are refused", arguments: [0, 1, 2])
  func tooFew(count: Int) throws {
    let prior = try Simulators.boxPrior(2)
    let error = #expect(throws: PosteriorError.self) {
      try train(quickConfiguration(.splineFlow), prior, Simulators.linear(prior, count: count, seed: 9))
    }
    #expect(error?.code == .tooFewPairs)
    #expect(error?.message.contains("\(count) usable pairs") == true)
  }

  @Test("Parameters of another number, and observations of another shape or with gaps, are refused")
  func shapes() throws {
    let prior = try Simulators.boxPrior(2)
    let pairs = try Simulators.linear(prior, count: 50, seed: 10)
    var error = #expect(throws: PosteriorError.self) {
      try train(quickConfiguration(.mixture), Simulators.boxPrior(3), pairs)
    }
    #expect(error?.code == .shapeDiffers)
    let model = try train(quickConfiguration(.mixture), prior, pairs).model
    for observation: [Float] in [[], [1], [1, 2, 3]] {
      error = #expect(throws: PosteriorError.self) { try model.draws(10, given: observation, seed: 1) }
      #expect(error?.code == .shapeDiffers && error?.message.contains("[2]") == true)
    }
    error = #expect(throws: PosteriorError.self) { try model.draws(10, given: [1, 1, 0, .nan], seed: 1) }
    #expect(error?.code == .notFinite && error?.message.contains("observation 1") == true)
    error = #expect(throws: PosteriorError.self) { try model.logDensity(of: [0.1, 0.2, 0.3], given: [0, 0]) }
    #expect(error?.code == .shapeDiffers)
  }

  @Test("Settings that mean nothing are refused")
  func settings() throws {
    let prior = try Simulators.boxPrior(2)
    let pairs = try Simulators.linear(prior, count: 50, seed: 11)
    let changes: [(inout PosteriorConfiguration) -> Void] = [
      { $0.validationShare = 0 }, { $0.training.averageEpochs = -1 }, { $0.training.batch = 0 },
      { $0.training.learningRate = -.infinity }, { $0.density = .splineFlow(wrongSpline) },
    ]
    for change in changes {
      var configuration = quickConfiguration(.splineFlow)
      change(&configuration)
      let error = #expect(throws: PosteriorError.self) { try train(configuration, prior, pairs) }
      #expect(error?.code == .invalidSetting)
    }
  }

  private var wrongSpline: SplineFlowSettings {
    var sizes = SplineFlowSettings()
    sizes.bins = 65
    return sizes
  }

  @Test("Data that never change, or are far from 1, train as others do")
  func scales() throws {
    let prior = try Simulators.boxPrior(1)
    let pairs = try Simulators.linear(prior, count: 300, seed: 12)
    var data = [Float](repeating: 0, count: 300)
    data.withUnsafeMutableBufferPointer { pairs.read(0..<300, into: $0) }
    func best(_ data: [Float], width: Int) throws -> Double {
      let pairs = InMemoryPairs(parameters: pairs.parameters(), data: data, shape: [width])
      let epochs = try train(quickConfiguration(.splineFlow, epochs: 20), prior, pairs).checkpoint.epochs
      return try #require(epochs.compactMap(\.validationLoss).min())
    }
    let plain = try best(data, width: 1)
    #expect(abs(try best(data.map { 1e-6 * $0 + 1e-4 }, width: 1) - plain) < 1e-2)
    #expect(abs(try best(data.flatMap { [$0, 3] }, width: 2) - plain) < 0.2)
  }

  @Test("Configurations go through JSON", arguments: DensitySettings.Kind.allCases, EmbeddingSettings.Kind.allCases)
  func json(density: DensitySettings.Kind, embedding: EmbeddingSettings.Kind) throws {
    let configuration = quickConfiguration(density, embedding: embedding)
    #expect(configuration.density.kind == density && configuration.embedding.kind == embedding)
    let stored = try JSONEncoder().encode(configuration)
    #expect(try JSONDecoder().decode(PosteriorConfiguration.self, from: stored) == configuration)
  }
}
