import EvokeNumerics
import Testing

@testable import PosteriorEstimation

@Suite("Posteriors that are known exactly")
struct ExactTaskTests {
  /// Draws of each set that a classifier compares.
  private let count = 500

  private func accuracy(_ exact: [Double], _ draws: [Double], dimensions: Int, seed: UInt64) throws -> Double {
    // Without optimisation a classifier that is trained to the end takes minutes.
    var settings = ClassifierTest.Settings()
    settings.epochs = 40
    return try ClassifierTest(
      SampleSet(exact, dimensions: dimensions), SampleSet(draws, dimensions: dimensions), settings: settings,
      seed: seed, threads: 2
    ).accuracy
  }

  /// Data of parameters that a task's prior gives.
  private func observation(_ task: ExactTask, number: Int) throws -> [Double] {
    let theta = try ParameterSampler(prior: task.prior(), method: .random, seed: 99).parameters(of: number)
    var stream = RandomStream(seed: 99, simulation: number, purpose: Simulators.noise)
    return task.simulate(theta, &stream)
  }

  @Test("A classifier does not tell two sets of exact draws apart", arguments: ExactTask.all)
  func exactDraws(task: ExactTask) throws {
    let x = try observation(task, number: 0)
    let accuracies = try (UInt64(0)..<3).map { seed in
      let sets = (0..<2).map { task.posterior(of: x, count: count, seed: 2 * seed + $0) }
      return try accuracy(sets[0], sets[1], dimensions: task.prior().count, seed: seed)
    }
    // The mean of three scatters by .009 / √3.
    #expect(abs(accuracies.reduce(0, +) / 3 - 0.5) < 0.02, "\(accuracies)")
  }

  @Test(
    "A learnt posterior is hard to tell from the exact one, and the prior is not",
    arguments: zip(ExactTask.all, [0.58, 0.58, 0.66, 0.7]))
  func learnt(task: ExactTask, bar: Double) throws {
    let prior = try task.prior()
    var configuration = PosteriorConfiguration(.splineFlow)
    (configuration.training.patience, configuration.training.epochs) = (8, 60)
    if case .splineFlow(var sizes) = configuration.density {
      (sizes.transforms, sizes.hidden, sizes.blocks) = (3, 32, 1)
      configuration.density = .splineFlow(sizes)
    }
    let model = try train(configuration, prior, task.pairs(2000, seed: 1), threads: 2).model
    let sampler = try ParameterSampler(prior: prior, method: .random, seed: 7)
    let ofPrior = (0..<count).flatMap { sampler.parameters(of: $0) }
    let accuracies = try (0..<3).map { number in
      let x = try observation(task, number: number)
      let exact = task.posterior(of: x, count: count, seed: 1)
      let draws = try model.draws(count, given: x.map(Float.init), seed: 1, threads: 2).values
      return (
        learnt: try accuracy(exact, draws, dimensions: prior.count, seed: UInt64(number)),
        prior: number > 0 ? 1 : try accuracy(exact, ofPrior, dimensions: prior.count, seed: 0)
      )
    }
    let median = accuracies.map(\.learnt).sorted()[1]
    #expect(median < bar && accuracies[0].prior > 0.7, "\(accuracies)")
  }
}
