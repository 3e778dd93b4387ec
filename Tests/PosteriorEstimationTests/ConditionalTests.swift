import EvokeNumerics
import Foundation
import Testing

@testable import PosteriorEstimation

@Suite("Conditionals of posteriors")
struct ConditionalTests {
  private var settings: ConditionalSettings {
    var settings = ConditionalSettings()
    (settings.draws, settings.chains, settings.warmUp, settings.thinning) = (4000, 100, 100, 5)
    return settings
  }

  private func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    return (mean, (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot())
  }

  /// A mixture of one component: a normal density, whatever it has learnt.
  private func normalModel() throws -> PosteriorModel {
    let prior = try Prior(
      [.init("a"), .init("b"), .init("c")],
      [
        .correlated(
          CorrelatedNormal(mean: [1, -2, 0], covariance: [[1, 1.2, 0.3], [1.2, 4, -0.5], [0.3, -0.5, 0.5]]))
      ])
    var configuration = quickConfiguration(.mixture, epochs: 30)
    guard case .mixture(var sizes) = configuration.density else { return try #require(nil) }
    sizes.components = 1
    configuration.density = .mixture(sizes)
    return try train(configuration, prior, Simulators.linear(prior, count: 1000, seed: 1, variance: 0.5)).model
  }

  @Test("Conditionals of a correlated normal posterior are those of its mean and covariance")
  func normal() throws {
    let model = try normalModel()
    let observation: [Float] = [1.4, -1, 0.2]
    let count = 100_000
    let draws = try model.draws(count, given: observation, seed: 1, threads: 2).values
    func column(_ place: Int) -> [Double] { stride(from: place, to: draws.count, by: 3).map { draws[$0] } }
    let columns = (0..<3).map(column)
    let means = columns.map { moments($0).mean }
    func covariance(_ a: Int, _ b: Int) -> Double {
      zip(columns[a], columns[b]).reduce(0) { $0 + ($1.0 - means[a]) * ($1.1 - means[b]) } / Double(count)
    }
    // Nearly two deviations from the mean.
    let fixed = means[1] + 1.8 * covariance(1, 1).squareRoot()
    let found = try model.conditionalDraws(
      6000, fixing: ["b": fixed], given: observation, settings: settings, seed: 2, threads: 2)
    #expect(found.parameters.map(\.name) == ["a", "c"] && found.values.count == 12_000)
    for (number, place) in [0, 2].enumerated() {
      let slope = covariance(place, 1) / covariance(1, 1)
      let mean = means[place] + slope * (fixed - means[1])
      let deviation = (covariance(place, place) - slope * covariance(place, 1)).squareRoot()
      let drawn = moments(stride(from: number, to: 12_000, by: 2).map { found.values[$0] })
      #expect(abs(drawn.mean - mean) < 0.06 * deviation && abs(drawn.deviation / deviation - 1) < 0.05)
      #expect(found.rHat[number] < 1.3 && found.acceptance > 0.15)
    }
    // The density along one parameter is normal, too, and the mass is the density of what is fixed.
    let last = means[0] - 0.5 * covariance(0, 0).squareRoot()
    let grid = try model.conditionalDensity(of: ["c"], fixing: ["b": fixed, "a": last], given: observation)
    let (s11, s12, s22) = (covariance(0, 0), covariance(0, 1), covariance(1, 1))
    let (u, v) = (last - means[0], fixed - means[1])
    let determinant = s11 * s22 - s12 * s12
    let logMass =
      -0.5 * (s22 * u * u - 2 * s12 * u * v + s11 * v * v) / determinant - log(2 * .pi) - 0.5 * log(determinant)
    #expect(abs(grid.logMass - logMass) < 0.05)
  }

  /// Distance of draws from the distribution that a grid of one parameter has.
  private func distance(_ draws: [Double], _ grid: ConditionalGrid) -> Double {
    let values = grid.values[0]
    var cumulated = [0.0]
    for place in 1..<values.count {
      cumulated.append(
        cumulated[place - 1] + 0.5 * (values[place] - values[place - 1])
          * (grid.density[place] + grid.density[place - 1]))
    }
    let sorted = draws.sorted()
    var (largest, next) = (0.0, 0)
    for (place, value) in values.enumerated() {
      while next < sorted.count, sorted[next] <= value { next += 1 }
      largest = max(largest, abs(Double(next) / Double(sorted.count) - cumulated[place]))
    }
    return largest
  }

  @Test("At the limit of a box, draws and grid agree with each other and with the joint density")
  func box() throws {
    let prior = try Simulators.boxPrior(2)
    let model = try train(
      quickConfiguration(.splineFlow, epochs: 20), prior, Simulators.linear(prior, count: 1000, seed: 3)
    ).model
    let observation: [Float] = [0.2, 0.95]
    let grid = try model.conditionalDensity(of: ["t1"], fixing: ["t0": 0.3], given: observation, points: 200)
    let found = try model.conditionalDraws(
      4000, fixing: ["t0": 0.3], given: observation, settings: settings, seed: 1, threads: 2)
    #expect(found.values.allSatisfy { abs($0) <= 1 })
    #expect(distance(found.values, grid) < 0.04)
    // Over the unconstrained space, because a density may rise towards limits.
    let step = 0.005
    let fixed = try #require(model.space.point(of: [0.3, 0]))[0]
    let points = stride(from: -3.6, through: 3.6, by: step).map { [fixed, $0] }
    let scale = model.space.logVolume(at: [fixed, 0]) / 2
    let joint = try model.logDensity(
      of: points.flatMap { [0.3, model.space.parameters(at: $0)[1]] }, given: observation)
    let mass = zip(points, joint).reduce(0) { $0 + exp($1.1 + model.space.logVolume(at: $1.0) - scale) * step }
    #expect(abs(grid.logMass - log(mass)) < 2e-3)
    for (value, density) in zip(grid.values[0], grid.density) {
      let expected = try exp(model.logDensity(of: [0.3, value], given: observation)[0]) / mass
      #expect(abs(density - expected) < 5e-3 * max(0.1, expected))
    }
    #expect(
      zip(found.values, found.logDensity).allSatisfy { value, density in
        guard let expected = try? model.logDensity(of: [0.3, value], given: observation)[0] else { return false }
        return abs(expected - density) < 1e-3 || abs(value) > 0.999
      })
  }

  @Test("Both ends of a moon are drawn, as often as the density says")
  func moons() throws {
    let prior = try Simulators.boxPrior(2)
    let sampler = try ParameterSampler(prior: prior, method: .random, seed: 4)
    var (theta, data) = ([Double](), [Float]())
    for pair in 0..<3000 {
      let values = sampler.parameters(of: pair)
      var stream = RandomStream(seed: 4, simulation: pair, purpose: Simulators.noise)
      let (angle, radius) = (.pi * (stream.uniform() - 0.5), 0.1 + 0.01 * stream.normal())
      theta += values
      data.append(Float(radius * cos(angle) + 0.25 - abs(values[0] + values[1]) / 2.0.squareRoot()))
      data.append(Float(radius * sin(angle) + (values[1] - values[0]) / 2.0.squareRoot()))
    }
    var configuration = PosteriorConfiguration(.splineFlow)
    configuration.training.epochs = 60
    let pairs = InMemoryPairs(parameters: theta, data: data, shape: [2])
    let model = try train(configuration, prior, pairs, threads: 2).model
    // t0 = 0.27 meets the moon of t0 + t1 > 0 twice: t1 = 0.141 and 0.213.
    let grid = try model.conditionalDensity(of: ["t1"], fixing: ["t0": 0.27], given: [0, 0], points: 400)
    let found = try model.conditionalDraws(
      4000, fixing: ["t0": 0.27], given: [0, 0], settings: settings, seed: 1, threads: 2)
    let share = Double(found.values.count { $0 < 0.177 }) / 4000
    #expect(share > 0.2 && share < 0.8)
    #expect(found.values.count { (0.08...0.28).contains($0) } > 3400)
    #expect(distance(found.values, grid) < 0.06)
    // Nothing is fixed: the density of both has the mass of all.
    let joint = try model.conditionalDensity(of: ["t0", "t1"], fixing: [:], given: [0, 0], points: 160, threads: 2)
    #expect(abs(joint.logMass) < 0.03)
  }

  @Test("Two parameters stand in the order in which they are asked for")
  func gridOrder() throws {
    let model = try normalModel()
    func grid(_ names: String...) throws -> ConditionalGrid {
      try model.conditionalDensity(of: names, fixing: ["b": -2], given: [1, -2, 0], points: 16)
    }
    let (one, other) = (try grid("a", "c"), try grid("c", "a"))
    #expect(other.parameters.map(\.name) == ["c", "a"] && one.parameters == other.parameters.reversed())
    #expect(one.values == other.values.reversed() && one.logMass == other.logMass)
    #expect(one.density.indices.allSatisfy { one.density[$0] == other.density[$0 % 16 * 16 + $0 / 16] })
  }

  @Test("The number of threads changes no bit, the seed all of them, and any number of draws is made")
  func repeatable() throws {
    let model = try normalModel()
    func draws(_ count: Int, seed: UInt64, threads: Int) throws -> ConditionalDraws {
      try model.conditionalDraws(
        count, fixing: ["a": 1, "c": 0], given: [1, -2, 0], settings: settings, seed: seed, threads: threads)
    }
    let one = try draws(700, seed: 3, threads: 1)
    #expect(try draws(700, seed: 3, threads: 3) == one)
    #expect(try draws(700, seed: 4, threads: 1) != one)
    for count in [1, 99, 5001] {
      let some = try draws(count, seed: 3, threads: 2)
      #expect(some.values.count == count && some.logDensity.count == count && some.rHat.count == 1)
    }
  }

  @Test("What cannot be fixed is refused with what to do")
  func refused() throws {
    let prior = try Simulators.boxPrior(2)
    let model = try train(
      quickConfiguration(.splineFlow, epochs: 30), prior, Simulators.linear(prior, count: 600, seed: 5, variance: 1e-4)
    ).model
    for (fixed, observation, code, words) in [
      (["t7": 0.0], [Float(0), 0], PosteriorError.Code.invalidSetting, "no parameter t7; there are t0, t1"),
      (["t0": 0, "t1": 0], [0, 0], .invalidSetting, "leave at least one free"),
      (["t0": 1.2], [0, 0], .outsidePrior, "excludes t0 = 1.2; fix it inside -1.0 to 1.0"),
      (["t0": .nan], [0, 0], .outsidePrior, "t0"),
      (["t0": 0], [0, 0, 0, 0], .shapeDiffers, "one observation"),
      (["t0": 0.9], [-0.8, 0], .noDensity, "next to no density"),
    ] {
      let error = #expect(throws: PosteriorError.self) {
        try model.conditionalDraws(10, fixing: fixed, given: observation, settings: settings, seed: 1)
      }
      #expect(error?.code == code && error?.message.contains(words) == true, "\(error?.message ?? "")")
    }
    let error = #expect(throws: PosteriorError.self) {
      try model.conditionalDensity(of: ["t0"], fixing: [:], given: [0, 0])
    }
    #expect(error?.code == .invalidSetting && error?.message.contains("t0, t1 not fixed") == true)
  }

  @Test("R-hat is 1 for chains of one law, and grows with the distance between them")
  func rHat() {
    var stream = RandomStream(seed: 1, simulation: 0, purpose: Simulators.noise)
    let (draws, chains) = (400, 6)
    let same = (0..<draws * chains).map { _ in stream.normal() }
    #expect(abs(SplitChains.rHat(same, chains: chains) - 1) < 0.02)
    // Halves of means 0 and 1 have the variance 1/4 · 12/11 between them.
    let drifting = same.enumerated().map { $0.element + ($0.offset / chains < draws / 2 ? 0 : 1) }
    #expect(abs(SplitChains.rHat(drifting, chains: chains) - (1 + 0.25 * 12 / 11).squareRoot()) < 0.03)
    #expect(SplitChains.rHat([1, 1, 1, 1, 1, 1, 1, 1], chains: 2) == 1)
  }
}
