import EvokeNumerics
import Foundation

/// How draws with fixed parameters are made.
public struct ConditionalSettings: Hashable, Codable, Sendable {
  /// Draws of the whole posterior that chains are begun with.
  public var draws = 10_000
  /// Chains side by side, an even number.
  public var chains = 200
  /// Steps of every chain before the first draw.
  public var warmUp = 200
  /// Steps from draw to draw of a chain.
  public var thinning = 10

  /// The defaults.
  public init() {}
}

/// Draws of some parameters of a posterior, the others fixed.
public struct ConditionalDraws: Hashable, Sendable {
  /// The free parameters, f of them, in the order of the posterior.
  public let parameters: [Prior.Parameter]
  /// Shape `[n, f]`.
  public let values: [Double]
  /// Log of the joint posterior density of all parameters at each draw, shape `[n]`: that of the free ones alone but for
  /// a constant, which ``PosteriorModel/conditionalDensity(of:fixing:given:points:threads:)`` knows for one or two.
  public let logDensity: [Double]
  /// How much wider all chains are than each half of one, of every free parameter: near 1 where they agree.
  ///
  /// Source: Gelman et al. 2013, "Bayesian data analysis", section 11.4.
  public let rHat: [Double]
  /// Share of the steps that were taken.
  public let acceptance: Double
}

extension PosteriorModel {
  /// Draws of the parameters that are left free, for one observation.
  ///
  /// Chains begin at draws of the whole posterior, resampled by their weights when the others take the fixed values, and
  /// step by differences of other chains, which finds scales and directions by itself; one step in five is a whole
  /// difference, which leads from mode to mode. The work is known before. Sources: ter Braak 2006, "A Markov chain Monte
  /// Carlo version of the genetic algorithm differential evolution"; halves in turn as Foreman-Mackey et al. 2013, "emcee".
  ///
  /// - Parameters:
  ///   - count: Draws, n.
  ///   - fixed: Values by name.
  ///   - observation: One, of the shape of the data.
  ///   - seed: Seed of all that is random.
  ///   - threads: Threads that share the work; the result does not depend on them.
  ///   - progress: Told how much is done, from 0 to 1.
  /// - Throws: ``PosteriorError``, codes `invalidSetting`, `outsidePrior`, `shapeDiffers`, `notFinite`, and `noDensity` if
  ///   the posterior thinks the fixed values next to impossible.
  public func conditionalDraws(
    _ count: Int, fixing fixed: [String: Double], given observation: [Float],
    settings: ConditionalSettings = ConditionalSettings(), seed: UInt64, threads: Int = 1,
    progress: (Double) -> Void = { _ in }
  ) throws(PosteriorError) -> ConditionalDraws {
    precondition(
      count > 0 && settings.chains >= 8 && settings.chains % 2 == 0 && settings.draws >= settings.chains
        && settings.warmUp >= 0 && settings.thinning > 0, "chains are an even number from 8 up")
    let target = try ConditionedPosterior(self, fixing: fixed, given: observation, threads: threads)
    var chains = try DifferenceChains(target, settings: settings, seed: seed)
    // Enough draws of a chain that its halves can be compared.
    let each = max(20, (count + settings.chains - 1) / settings.chains)
    let total = Double(settings.warmUp + each * settings.thinning)
    for step in 0..<settings.warmUp {
      try chains.advance()
      if step % 16 == 0 { progress(Double(step) / total) }
    }
    try chains.requireDensity()
    chains.startCounting()
    let f = target.freePlaces.count
    var (points, densities) = ([Double](), [Double]())
    for draw in 0..<each {
      for _ in 0..<settings.thinning { try chains.advance() }
      points += chains.points
      densities += chains.densities
      progress(Double(settings.warmUp + (draw + 1) * settings.thinning) / total)
    }
    // Every second, third, … draw of all chains where there are more than are wanted.
    let every = Double(each * settings.chains) / Double(count)
    let rows = (0..<count).map { Int(Double($0) * every) }
    let values = target.parameters(at: points)
    return ConditionalDraws(
      parameters: target.freePlaces.map { space.parameters[$0] },
      values: rows.flatMap { values[$0 * f..<($0 + 1) * f] }, logDensity: rows.map { densities[$0] },
      rHat: (0..<f).map { place in
        SplitChains.rHat(stride(from: place, to: points.count, by: f).map { points[$0] }, chains: settings.chains)
      }, acceptance: chains.acceptance)
  }
}

/// Comparison of chains with each other.
enum SplitChains {
  /// The potential scale reduction of chains cut in halves.
  ///
  /// - Parameter values: Shape `[draw, chain]`.
  static func rHat(_ values: [Double], chains: Int) -> Double {
    let half = values.count / chains / 2
    precondition(half > 1, "a half of a chain has two draws")
    let pieces = (0..<2 * chains).map { piece in
      let (chain, first) = (piece % chains, piece / chains * half)
      return (0..<half).map { values[(first + $0) * chains + chain] }
    }
    func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
      let mean = values.reduce(0, +) / Double(values.count)
      return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1))
    }
    let all = pieces.map(moments)
    let within = all.reduce(0) { $0 + $1.variance } / Double(all.count)
    let between = moments(all.map(\.mean)).variance
    guard within > 0 else { return between > 0 ? .infinity : 1 }
    return (Double(half - 1) / Double(half) + between / within).squareRoot()
  }
}
