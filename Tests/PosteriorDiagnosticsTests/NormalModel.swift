import EvokeNumerics
import PosteriorEstimation

/// A model with a known posterior: parameters are standard normal, and each is measured with noise of a known size.
///
/// x = θ + σ ε, so the posterior is normal with mean x / (1 + σ²) and variance σ² / (1 + σ²). It can be spoiled:
/// scaled, shifted by some of its deviations, or be the prior.
struct NormalModel: Sendable {
  var parameterCount = 3
  var noise = 0.7
  /// Deviation of the draws, in deviations of the true posterior.
  var scale = 1.0
  /// By how many deviations of the true posterior the draws are too high.
  var shift = 0.0
  /// Whether the draws are from the prior, whatever was measured.
  var isPrior = false

  struct Sample {
    let runs: PosteriorRuns
    /// What was measured, shape `[run, parameter]`.
    let data: [Double]
    /// Log density of what the draws are from, at truths and draws.
    let truthDensities, drawDensities: [Double]
  }

  /// Runs and draws of a seed.
  func sample(runs: Int, draws: Int, seed: UInt64) throws -> Sample {
    let d = parameterCount
    var stream = RandomStream(seed: seed, simulation: 0, purpose: RandomPurpose("normal model"))
    let deviation = (noise * noise / (1 + noise * noise)).squareRoot()
    let spread = isPrior ? 1 : deviation * scale
    var (truths, data, values, truthDensities, drawDensities) = (
      [Double](), [Double](), [Double](), [Double](), [Double]()
    )
    values.reserveCapacity(runs * draws * d)
    for _ in 0..<runs {
      let truth = (0..<d).map { _ in stream.normal() }
      let measured = truth.map { $0 + noise * stream.normal() }
      let centre = measured.map { isPrior ? 0 : $0 / (1 + noise * noise) + shift * deviation }
      func density(_ point: ArraySlice<Double>) -> Double {
        zip(point, centre).reduce(0) { $0 - 0.5 * ($1.0 - $1.1) * ($1.0 - $1.1) / (spread * spread) }
      }
      truths += truth
      data += measured
      truthDensities.append(density(truth[...]))
      for _ in 0..<draws {
        for k in 0..<d { values.append(centre[k] + spread * stream.normal()) }
        drawDensities.append(density(values.suffix(d)))
      }
    }
    return Sample(
      runs: try PosteriorRuns(truths: truths, draws: values, parameterCount: d), data: data,
      truthDensities: truthDensities, drawDensities: drawDensities)
  }

  /// Share of seeds for which something holds.
  func rate(seeds: Int, runs: Int, draws: Int, _ holds: (Sample, UInt64) throws -> Bool) throws -> Double {
    let count = try (0..<UInt64(seeds)).count { try holds(sample(runs: runs, draws: draws, seed: $0), $0) }
    return Double(count) / Double(seeds)
  }
}

/// Two parameters of which only the sum is measured: marginals are right where the draws forget how they depend on each
/// other.
struct SumModel: Sendable {
  let forgetsDependence: Bool

  func sample(runs: Int, draws: Int, seed: UInt64) throws -> NormalModel.Sample {
    var stream = RandomStream(seed: seed, simulation: 1, purpose: RandomPurpose("normal model"))
    let noise = 0.1
    // x = θ₁ + θ₂ + noise: both have posterior mean x / (2 + noise²) and covariance I - 1 1ᵀ / (2 + noise²).
    let share = 1 / (2 + noise * noise)
    let (variance, covariance) = (1 - share, forgetsDependence ? 0 : -share)
    let determinant = variance * variance - covariance * covariance
    let root = variance.squareRoot()
    var (truths, data, values, truthDensities, drawDensities) = (
      [Double](), [Double](), [Double](), [Double](), [Double]()
    )
    for _ in 0..<runs {
      let truth = (stream.normal(), stream.normal())
      let measured = truth.0 + truth.1 + noise * stream.normal()
      let centre = share * measured
      func density(_ point: (Double, Double)) -> Double {
        let (a, b) = (point.0 - centre, point.1 - centre)
        return -0.5 * (variance * (a * a + b * b) - 2 * covariance * a * b) / determinant
      }
      truths += [truth.0, truth.1]
      data.append(measured)
      truthDensities.append(density(truth))
      for _ in 0..<draws {
        let first = stream.normal()
        let second = covariance / root * first + (determinant / variance).squareRoot() * stream.normal()
        let point = (centre + root * first, centre + second)
        values += [point.0, point.1]
        drawDensities.append(density(point))
      }
    }
    return NormalModel.Sample(
      runs: try PosteriorRuns(truths: truths, draws: values, parameterCount: 2), data: data,
      truthDensities: truthDensities, drawDensities: drawDensities)
  }
}

/// Whether a share of seeds agrees with a probability: within three and a half of its deviations.
func agrees(_ rate: Double, with probability: Double, seeds: Int) -> Bool {
  abs(rate - probability) <= 3.5 * (probability * (1 - probability) / Double(seeds)).squareRoot()
}
