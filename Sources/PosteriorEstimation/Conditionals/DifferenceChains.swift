import EvokeNumerics
import Foundation

/// Chains whose steps are differences of others, over the free parameters of a posterior.
struct DifferenceChains {
  private let target: ConditionedPosterior
  private let count: Int
  private let width: Int
  private var stream: RandomStream
  /// Deviation of a little noise on every step, shape `[f]`: chains that begin together come apart.
  private var noise: [Double] = []
  /// Largest log density of the whole posterior's draws.
  private var densest = -Double.infinity
  private var (taken, tried) = (0, 0)
  /// Numbers of the free parameters, shape `[chain, f]`.
  private(set) var points: [Double] = []
  /// Log of the joint density of parameters at them, shape `[chain]`.
  private(set) var densities: [Double] = []
  /// Log densities over numbers.
  private var scores: [Double] = []

  /// Log density below that of the densest draw of the posterior, from which on fixed values count as impossible: 5.5
  /// standard deviations of a normal distribution, where no pairs have taught anything.
  static let leastLogDensity = -15.0
  /// Share of the steps that are whole differences, from mode to mode.
  private static let jumpShare = 0.2

  /// Share of the steps that were taken since ``startCounting()``.
  var acceptance: Double { Double(taken) / Double(max(1, tried)) }

  /// Resamples starts from draws of the whole posterior.
  init(_ target: ConditionedPosterior, settings: ConditionalSettings, seed: UInt64) throws(PosteriorError) {
    (self.target, count, width) = (target, settings.chains, target.freePlaces.count)
    stream = RandomStream(seed: seed, simulation: 0, purpose: .conditionalDraws)
    try begin(settings.draws, seed: stream.next())
  }

  /// Finds starts.
  ///
  /// Draw i of the posterior has the free parameters x_i and the others y_i. With the weight p(x_i, y) / p(x_i, y_i) times
  /// the density at y_i of any distribution of others, x_i is of the posterior given y: here a normal one around y, as
  /// wide as leaves enough draws (Silverman's width).
  private mutating func begin(_ total: Int, seed: UInt64) throws(PosteriorError) {
    let (model, d) = (target.model, target.model.space.count)
    let draws = try model.draws(total, given: target.observation, seed: seed, threads: target.threads)
    let numbers = (0..<total).map { target.numbers(of: draws.values[$0 * d..<($0 + 1) * d]) }
    densest = draws.logDensity.max() ?? -.infinity
    let deviations = (0..<d).map { place in Self.deviation(numbers.map { $0[place] }, weights: nil) }
    let candidates = numbers.flatMap { row in target.freePlaces.map { row[$0] } }
    let found = try target.logDensities(at: candidates)
    let fixed = target.fixedNumbers
    let narrowing = pow(Double(total), -1 / Double(fixed.count + 4))
    var logWeights = (0..<total).map { row in found.density[row] - draws.logDensity[row] }
    for (number, place) in target.fixedPlaces.enumerated() {
      let spread = max(deviations[place] * narrowing, 1e-12)
      for row in 0..<total { logWeights[row] -= 0.5 * pow((numbers[row][place] - fixed[number]) / spread, 2) }
    }
    guard let largest = logWeights.filter(\.isFinite).max() else { throw noDensity(-.infinity) }
    let weights = logWeights.map { $0.isFinite ? exp($0 - largest) : 0 }
    let sum = weights.reduce(0, +)
    let effective = sum * sum / weights.reduce(0) { $0 + $1 * $1 }
    // Copies of a draw are spread as a kernel estimate would; few draws tell nothing of how far, and all of them do.
    let spreads = target.freePlaces.enumerated().map { number, place in
      let own = Self.deviation(
        stride(from: number, to: candidates.count, by: width).map { candidates[$0] }, weights: weights)
      return (effective < 10 ? deviations[place] : max(own, 0.01 * deviations[place]))
        * pow(effective, -1 / Double(width + 4))
    }
    noise = target.freePlaces.map { max(1e-3 * deviations[$0], 1e-12) }
    let (step, offset) = (sum / Double(count), stream.uniform())
    var (row, cumulated) = (0, weights[0])
    for chain in 0..<count {
      while cumulated < (Double(chain) + offset) * step, row < total - 1 {
        row += 1
        cumulated += weights[row]
      }
      for place in 0..<width { points.append(candidates[row * width + place] + spreads[place] * stream.normal()) }
    }
    // Neighbours are copies of each other; halves should be alike.
    var order = Array(0..<count)
    stream.shuffle(&order)
    points = order.flatMap { points[$0 * width..<($0 + 1) * width] }
    let begun = try target.logDensities(at: points)
    (densities, scores) = (begun.density, zip(begun.density, begun.volume).map(+))
  }

  /// One step of every chain, those of one half after the other.
  mutating func advance() throws(PosteriorError) {
    try advance(0..<count / 2, by: count / 2..<count)
    try advance(count / 2..<count, by: 0..<count / 2)
  }

  private mutating func advance(_ chains: Range<Int>, by others: Range<Int>) throws(PosteriorError) {
    var proposed: [Double] = []
    proposed.reserveCapacity(chains.count * width)
    let usual = 2.38 / Double(2 * width).squareRoot()
    for chain in chains {
      let first = stream.integer(below: others.count)
      let second = (first + 1 + stream.integer(below: others.count - 1)) % others.count
      let (a, b) = ((others.lowerBound + first) * width, (others.lowerBound + second) * width)
      let factor = stream.uniform() < Self.jumpShare ? 1 : usual
      for place in 0..<width {
        proposed.append(
          points[chain * width + place] + factor * (points[a + place] - points[b + place])
            + noise[place] * stream.normal())
      }
    }
    let found = try target.logDensities(at: proposed)
    for (number, chain) in chains.enumerated() {
      let score = found.density[number] + found.volume[number]
      tried += 1
      guard log(stream.uniform()) < score - scores[chain] || !scores[chain].isFinite && score.isFinite else { continue }
      taken += 1
      (densities[chain], scores[chain]) = (found.density[number], score)
      for place in 0..<width { points[chain * width + place] = proposed[number * width + place] }
    }
  }

  /// Forgets how many steps were taken.
  mutating func startCounting() { (taken, tried) = (0, 0) }

  /// Throws unless the chains have found density.
  func requireDensity() throws(PosteriorError) {
    let best = (densities.filter(\.isFinite).max() ?? -.infinity) - densest
    guard best >= Self.leastLogDensity else { throw noDensity(best) }
  }

  private func noDensity(_ best: Double) -> PosteriorError {
    PosteriorError(
      code: .noDensity,
      message: "the posterior has next to no density at the fixed values: "
        + (best.isFinite ? "exp(\(Int(best.rounded()))) of its largest" : "none at all")
        + "; fix values that it thinks possible, such as those of one of its draws")
  }

  private static func deviation(_ values: [Double], weights: [Double]?) -> Double {
    let weights = weights ?? Array(repeating: 1, count: values.count)
    let sum = weights.reduce(0, +)
    let mean = zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / sum
    return (zip(values, weights).reduce(0) { $0 + $1.1 * ($1.0 - mean) * ($1.0 - mean) } / sum).squareRoot()
  }
}

extension RandomPurpose {
  /// Draws of some parameters, the others fixed.
  static let conditionalDraws = RandomPurpose("conditional draws")
}
