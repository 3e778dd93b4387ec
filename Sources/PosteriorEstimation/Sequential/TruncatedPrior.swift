import EvokeNumerics
import Foundation

/// The prior, cut down to the region of highest density of a posterior.
///
/// Source: Deistler, Gonçalves and Macke 2022, section 4 and appendix 6.7.
struct TruncatedPrior {
  private let model: PosteriorModel
  private let observation: [Float]
  /// Log density over parameters above which a point is in the region.
  let threshold: Double
  private let seed: UInt64
  private let threads: Int

  /// Candidates that are looked at together.
  private static let batch = 8192
  /// Draws of the posterior for each point that is wanted, of which it is resampled.
  private static let oversampling = 32
  /// Most draws of the posterior.
  private static let mostDraws = 200_000
  /// Metropolis moves of each resampled point.
  private static let moves = 25

  /// Finds the region.
  ///
  /// - Parameters:
  ///   - observation: One, of the shape of the data.
  ///   - quantile: Mass of the posterior outside the region.
  ///   - seed: Of this region.
  /// - Throws: ``PosteriorError``, codes `shapeDiffers` and `notFinite`.
  init(
    _ model: PosteriorModel, observation: [Float], quantile: Double, seed: UInt64, threads: Int
  ) throws(PosteriorError) {
    (self.model, self.observation, self.seed, self.threads) = (model, observation, seed, threads)
    // Ten draws outside the region say where it ends.
    let count = min(max(10_000, Int((10 / quantile).rounded(.up))), Self.mostDraws)
    let densities = try model.draws(count, given: observation, seed: seed, threads: threads).logDensity.sorted()
    threshold = densities[min(Int(quantile * Double(count)), count - 1)]
  }

  /// Which points are in the region.
  ///
  /// - Parameter values: Parameters that are not fixed, shape `[point, d]`.
  func contains(_ values: [Double]) throws(PosteriorError) -> [Bool] {
    try model.logDensity(of: values, given: observation, threads: threads).map { $0 >= threshold }
  }

  /// Draws of a truncated prior.
  struct Draws {
    /// Parameters that are not fixed, shape `[count, d]`.
    var values: [Double] = []
    /// Candidates of the prior that were looked at.
    var candidates = 0
    /// Those of them in the region.
    var accepted = 0
    /// Whether the rest was resampled from the posterior.
    var isResampled = false
  }

  /// Draws.
  ///
  /// Candidates of the prior are rejected outside the region as long as more than `leastAcceptance` of them are inside,
  /// so at most `count / leastAcceptance` of them, and a batch, are looked at; then the posterior is resampled.
  ///
  /// - Parameters:
  ///   - count: Points.
  ///   - sampler: Of the whole prior; candidates are its draws from number `next` on.
  ///   - next: Moves behind the last one.
  func draws(
    _ count: Int, sampler: ParameterSampler, next: inout Int, leastAcceptance: Double
  ) throws(PosteriorError) -> Draws {
    let (d, places) = (model.space.count, model.space.freePlaces)
    var (draws, found) = (Draws(), 0)
    var draw = [Double](repeating: 0, count: sampler.prior.count)
    draws.values.reserveCapacity(count * d)
    while found < count {
      // Enough candidates to tell a small acceptance from none.
      let isEnough = Double(draws.candidates) * leastAcceptance >= 10
      let isScarce = Double(draws.accepted) < leastAcceptance * Double(draws.candidates)
      guard !(isEnough && isScarce), next < Int(UInt32.max) - Self.batch else {
        draws.values += try resampled(count - found)
        draws.isResampled = true
        break
      }
      var candidates: [Double] = []
      candidates.reserveCapacity(Self.batch * d)
      for number in next..<next + Self.batch {
        sampler.parameters(of: number, into: &draw)
        for place in places { candidates.append(draw[place]) }
      }
      next += Self.batch
      draws.candidates += Self.batch
      for (row, isInside) in try contains(candidates).enumerated() where isInside {
        draws.accepted += 1
        guard found < count else { continue }
        draws.values += candidates[row * d..<(row + 1) * d]
        found += 1
      }
    }
    return draws
  }

  /// Points of the posterior, resampled so that they are of the prior in the region.
  ///
  /// Weights, prior by posterior, vary much at the border of the region, where few draws are. So each point then moves
  /// some steps of a Metropolis walk over the unconstrained space, which leaves the prior in the region as it is, and
  /// tells copies of a draw from each other. Source: Gilks and Berzuini 2001, "Following a moving target".
  ///
  /// - Throws: ``PosteriorError``, code `notFinite`, if no draw is of any use.
  func resampled(_ count: Int) throws(PosteriorError) -> [Double] {
    let (space, d) = (model.space, model.space.count)
    let total = min(max(Self.oversampling * count, 4096), Self.mostDraws)
    var stream = RandomStream(seed: seed, simulation: 0, purpose: .truncatedPrior)
    // Others than the draws that found the region.
    let draws = try model.draws(total, given: observation, seed: stream.next(), threads: threads)
    // Log weights of what is in the region.
    var candidates: [(point: [Double], weight: Double)] = []
    for row in 0..<total where draws.logDensity[row] >= threshold {
      let values = Array(draws.values[row * d..<(row + 1) * d])
      let weight = space.freePrior.logDensity(values) - draws.logDensity[row]
      if weight.isFinite, let point = space.point(of: values) { candidates.append((point, weight)) }
    }
    guard let largest = candidates.map(\.weight).max() else {
      throw PosteriorError(
        code: .notFinite,
        message: "none of \(total) draws of the last round's posterior has a density that is finite and in its region; "
          + "train with a lower learning rate, or with more simulations")
    }
    // Systematic resampling: evenly spaced marks on the line of cumulated weights.
    let weights = candidates.map { exp($0.weight - largest) }
    let (step, offset) = (weights.reduce(0, +) / Double(count), stream.uniform())
    var (points, row, sum) = ([[Double]](), 0, weights[0])
    points.reserveCapacity(count)
    for number in 0..<count {
      while sum < (Double(number) + offset) * step, row < weights.count - 1 {
        row += 1
        sum += weights[row]
      }
      points.append(candidates[row].point)
    }
    return try moved(points, using: &stream).flatMap { space.parameters(at: $0) }
  }

  /// Points after a Metropolis walk each, whose steps have the covariance of all points (Roberts, Gelman and Gilks 1997).
  private func moved(_ start: [[Double]], using stream: inout RandomStream) throws(PosteriorError) -> [[Double]] {
    let (space, d) = (model.space, model.space.count)
    guard start.count > 2 * d else { return start }
    let factor = Self.factor(of: start)
    let scale = 2.38 / Double(d).squareRoot()
    var points = start
    var densities = points.map { space.logPriorDensity(at: $0) }
    var noise = [Double](repeating: 0, count: d)
    for _ in 0..<Self.moves {
      let proposed = points.map { point in
        for place in 0..<d { noise[place] = stream.normal() }
        return (0..<d).map { row in
          (0...row).reduce(point[row]) { $0 + scale * factor[row * d + $1] * noise[$1] }
        }
      }
      let inside = try contains(proposed.flatMap { space.parameters(at: $0) })
      for row in points.indices {
        let limit = log(stream.uniform())
        guard inside[row] else { continue }
        let density = space.logPriorDensity(at: proposed[row])
        if density - densities[row] > limit { (points[row], densities[row]) = (proposed[row], density) }
      }
    }
    return points
  }

  /// Lower Cholesky factor of the covariance of points, shape `[d, d]`; deviations alone where it has none.
  private static func factor(of points: [[Double]]) -> [Double] {
    let (d, n) = (points[0].count, Double(points.count))
    let mean = (0..<d).map { place in points.reduce(0) { $0 + $1[place] } / n }
    var factor = [Double](repeating: 0, count: d * d)
    for row in 0..<d {
      for column in 0...row {
        var rest = points.reduce(0) { $0 + ($1[row] - mean[row]) * ($1[column] - mean[column]) } / n
        for inner in 0..<column { rest -= factor[row * d + inner] * factor[column * d + inner] }
        let diagonal = factor[column * d + column]
        factor[row * d + column] = row == column ? max(rest, 0).squareRoot() : diagonal > 0 ? rest / diagonal : 0
      }
    }
    return factor
  }
}

extension RandomPurpose {
  /// Draws of a prior that is cut down.
  static let truncatedPrior = RandomPurpose("truncated prior")
}
