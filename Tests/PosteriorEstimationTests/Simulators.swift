import EvokeNumerics
import Foundation
import InverseModels
import Networks

@testable import PosteriorEstimation

/// Simulators with posteriors that are known.
enum Simulators {
  static let noise = RandomPurpose("test noise")

  /// θ ~ N(0, 0.1) in each of d dimensions, x ~ N(θ, 0.1): the posterior is N(x / 2, 0.05).
  static func gaussianPrior(_ count: Int) throws -> Prior {
    try Prior(
      (0..<count).map { .init("t\($0)") },
      Array(repeating: .single(.normal(mean: 0, scale: 0.1.squareRoot())), count: count))
  }

  static func boxPrior(_ count: Int, limit: Double = 1) throws -> Prior {
    try Prior(
      (0..<count).map { .init("t\($0)") }, Array(repeating: .single(.box(lower: -limit, upper: limit)), count: count))
  }

  /// Parameters of a prior with themselves plus normal noise.
  static func linear(_ prior: Prior, count: Int, seed: UInt64, variance: Double = 0.1) throws -> InMemoryPairs {
    let sampler = try ParameterSampler(prior: prior, method: .random, seed: seed)
    var (theta, data) = ([Double](), [Float]())
    for pair in 0..<count {
      let values = sampler.parameters(of: pair)
      var stream = RandomStream(seed: seed, simulation: pair, purpose: noise)
      theta += values
      data += values.map { Float($0 + variance.squareRoot() * stream.normal()) }
    }
    return InMemoryPairs(parameters: theta, data: data, shape: [prior.count])
  }

  /// Two waves in noise, [2 channels, 24 samples], whose amplitude and frequency are the parameters.
  static func waves(count: Int, seed: UInt64) throws -> (prior: Prior, pairs: InMemoryPairs) {
    let prior = try Prior(
      [.init("amplitude"), .init("frequency")],
      [.single(.box(lower: 1, upper: 2)), .single(.box(lower: 0.5, upper: 1))])
    let sampler = try ParameterSampler(prior: prior, method: .random, seed: seed)
    var (theta, data) = ([Double](), [Float]())
    for pair in 0..<count {
      let values = sampler.parameters(of: pair)
      var stream = RandomStream(seed: seed, simulation: pair, purpose: noise)
      theta += values
      for channel in 0..<2 {
        for time in 0..<24 {
          let wave = values[0] * sin(values[1] * Double(time) / 2) * (channel == 0 ? 1 : -0.5)
          data.append(Float(1e-6 * (wave + 0.1 * stream.normal())))
        }
      }
    }
    return (prior, InMemoryPairs(parameters: theta, data: data, shape: [2, 24]))
  }
}

/// A configuration that trains in a blink.
func quickConfiguration(
  _ density: DensitySettings.Kind, embedding: EmbeddingSettings.Kind = .identity, epochs: Int = 3
) -> PosteriorConfiguration {
  var configuration = PosteriorConfiguration(density, embedding: embedding)
  configuration.training.epochs = epochs
  configuration.training.batch = 50
  switch configuration.density {
  case .splineFlow(var sizes):
    (sizes.transforms, sizes.hidden, sizes.blocks) = (2, 16, 1)
    configuration.density = .splineFlow(sizes)
  case .autoregressiveFlow(var sizes):
    (sizes.transforms, sizes.hidden) = (2, 16)
    configuration.density = .autoregressiveFlow(sizes)
  case .mixture(var sizes):
    (sizes.components, sizes.hidden) = (2, 16)
    configuration.density = .mixture(sizes)
  }
  if case .model(var settings) = configuration.embedding {
    settings.outputs = 6
    switch settings.network {
    case .recurrent(var sizes):
      (sizes.hidden, sizes.filters, sizes.headWidth) = (8, 8, 8)
      settings.network = .recurrent(sizes)
      settings.preparation.montage = "none"
    case .electrodeTransformer(var sizes):
      (sizes.width, sizes.heads, sizes.feedForward, sizes.headWidth, sizes.placeHidden) = (8, 2, 8, 8, 8)
      settings.network = .electrodeTransformer(sizes)
      settings.preparation.components = 6
    case .studyTransformer: break
    }
    configuration.embedding = .model(settings)
  }
  return configuration
}

func train(
  _ configuration: PosteriorConfiguration, _ prior: Prior, _ pairs: InMemoryPairs, description: InputDescription? = nil,
  threads: Int = 1, from checkpoint: TrainingCheckpoint? = nil, batches: Int = .max
) throws -> PosteriorTraining<InMemoryPairs> {
  var training = try PosteriorTraining(
    configuration, prior: prior, pairs: pairs, description: description, checkpoint: checkpoint, threads: threads)
  var done = 0
  while done < batches, try training.advance() != nil { done += 1 }
  return training
}
