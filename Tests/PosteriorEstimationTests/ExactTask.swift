import EvokeNumerics
import Foundation
import Testing

@testable import PosteriorEstimation

/// A task of sbibm whose posterior can be drawn from exactly: prior, simulator, and exact draws.
///
/// Source: Lueckmann et al. 2021, "Benchmarking simulation-based inference", AISTATS, PMLR 130, 343-351, with fewer
/// dimensions of the Gaussian tasks.
struct ExactTask: CustomTestStringConvertible, Sendable {
  let name: String
  let prior: @Sendable () throws -> Prior
  /// Data of parameters.
  let simulate: @Sendable (_ theta: [Double], inout RandomStream) -> [Double]
  /// One draw from the posterior of data; nil if the draw is to be rejected.
  let candidate: @Sendable (_ x: [Double], inout RandomStream) -> [Double]?

  var testDescription: String { name }

  static let all = [gaussianLinear, gaussianLinearUniform, gaussianMixture, twoMoons]

  private static let deviation = 0.1.squareRoot()

  /// θ ~ N(0, 0.1), x ~ N(θ, 0.1): N(x / 2, 0.05).
  private static let gaussianLinear = ExactTask(name: "gaussian_linear", prior: { try Simulators.gaussianPrior(3) }) {
    theta, stream in
    theta.map { $0 + deviation * stream.normal() }
  } candidate: { x, stream in
    x.map { $0 / 2 + 0.05.squareRoot() * stream.normal() }
  }

  /// θ uniform from -1 to 1, x ~ N(θ, 0.1): N(x, 0.1) cut off at the box.
  private static let gaussianLinearUniform = ExactTask(
    name: "gaussian_linear_uniform", prior: { try Simulators.boxPrior(3) }
  ) {
    theta, stream in
    theta.map { $0 + deviation * stream.normal() }
  } candidate: { x, stream in
    x.map { value in
      // Each coordinate by itself, so that few candidates are lost.
      while true {
        let candidate = value + deviation * stream.normal()
        if abs(candidate) <= 1 { return candidate }
      }
    }
  }

  /// θ uniform from -10 to 10, x ~ N(θ, 1) or N(θ, 0.01): the same mixture around x, cut off at the box.
  private static let gaussianMixture = ExactTask(
    name: "gaussian_mixture", prior: { try Simulators.boxPrior(2, limit: 10) }
  ) { theta, stream in
    let scale = stream.uniform() < 0.5 ? 1.0 : 0.1
    return theta.map { $0 + scale * stream.normal() }
  } candidate: { x, stream in
    let scale = stream.uniform() < 0.5 ? 1.0 : 0.1
    let candidate = x.map { $0 + scale * stream.normal() }
    return candidate.allSatisfy { abs($0) <= 10 } ? candidate : nil
  }

  /// A point of a crescent, whose angle and radius are random.
  private static func crescent(_ stream: inout RandomStream) -> (Double, Double) {
    let (angle, radius) = (.pi * (stream.uniform() - 0.5), 0.1 + 0.01 * stream.normal())
    return (radius * cos(angle) + 0.25, radius * sin(angle))
  }

  /// x = crescent + (-|θ₁ + θ₂|, θ₂ - θ₁) / √2: given the crescent's point, sum but for its sign and difference of θ.
  private static let twoMoons = ExactTask(name: "two_moons", prior: { try Simulators.boxPrior(2) }) { theta, stream in
    let point = crescent(&stream)
    return [
      point.0 - abs(theta[0] + theta[1]) / 2.0.squareRoot(), point.1 + (theta[1] - theta[0]) / 2.0.squareRoot(),
    ]
  } candidate: { x, stream in
    let point = crescent(&stream)
    let sign = stream.uniform() < 0.5 ? -1.0 : 1
    let (sum, difference) = (sign * (point.0 - x[0]) * 2.0.squareRoot(), (x[1] - point.1) * 2.0.squareRoot())
    let candidate = [(sum - difference) / 2, (sum + difference) / 2]
    return point.0 >= x[0] && candidate.allSatisfy { abs($0) <= 1 } ? candidate : nil
  }
}

extension ExactTask {
  /// Pairs of parameters of the prior.
  func pairs(_ count: Int, seed: UInt64) throws -> InMemoryPairs {
    let prior = try prior()
    let sampler = try ParameterSampler(prior: prior, method: .random, seed: seed)
    var (theta, data) = ([Double](), [Float]())
    for pair in 0..<count {
      let values = sampler.parameters(of: pair)
      var stream = RandomStream(seed: seed, simulation: pair, purpose: Simulators.noise)
      theta += values
      data += simulate(values, &stream).map(Float.init)
    }
    return InMemoryPairs(parameters: theta, data: data, shape: [data.count / count])
  }

  /// Exact draws, shape `[draw, parameter]`.
  func posterior(of x: [Double], count: Int, seed: UInt64) -> [Double] {
    var stream = RandomStream(seed: seed, simulation: 0, purpose: .exactDraws)
    var (draws, found) = ([Double](), 0)
    while found < count {
      guard let candidate = candidate(x, &stream) else { continue }
      draws += candidate
      found += 1
    }
    return draws
  }
}

extension RandomPurpose {
  fileprivate static let exactDraws = RandomPurpose("exact draws")
}
