/// How the posterior of one observation is estimated in rounds.
public struct SequentialSettings: Hashable, Codable, Sendable {
  /// Where parameters of later rounds come from, and what is learnt from them.
  public enum Method: String, Hashable, Codable, CaseIterable, Sendable {
    /// The prior, cut down to where the posterior has its mass; the loss of amortised estimation.
    ///
    /// Source: Deistler, Gonçalves and Macke 2022, "Truncated proposals for scalable and hassle-free simulation-based
    /// inference".
    case truncated = "tsnpe"
    /// The posterior; which of some parameters made the data is learnt.
    ///
    /// Source: Greenberg, Nonnenmacher and Macke 2019, "Automatic posterior transformation for likelihood-free
    /// inference".
    case automatic = "snpe-c"
  }

  /// Where parameters come from.
  public var method = Method.truncated
  /// Rounds.
  public var rounds = 5
  /// Simulations of each round.
  public var simulations = 1000
  /// `tsnpe`: mass of the posterior outside the region that the prior is cut down to.
  public var quantile = 1e-4
  /// `tsnpe`: share of the prior in that region below which it is no longer found by drawing from the prior.
  public var leastAcceptance = 1e-3
  /// `snpe-c`: parameters among which those are that made the data.
  public var atoms = 10
  /// `snpe-c`: whether the loss of pairs of the first round has their negative log density in it as well.
  public var isCombined = true

  enum CodingKeys: String, CodingKey {
    case method, rounds, simulations, quantile, atoms
    case leastAcceptance = "least_acceptance"
    case isCombined = "combined"
  }

  /// The defaults.
  public init() {}

  /// Throws unless numbers mean something.
  ///
  /// - Throws: ``PosteriorError``, code `invalidSetting`.
  public func check() throws(PosteriorError) {
    func require(_ holds: Bool, _ message: String) throws(PosteriorError) {
      if !holds { throw PosteriorError(code: .invalidSetting, message: message) }
    }
    try require((1...1000).contains(rounds), "rounds lies in 1 ... 1000")
    try require((1...100_000_000).contains(simulations), "simulations lies in 1 ... 100000000")
    try require(quantile > 0 && quantile < 0.5, "quantile is above 0 and below 0.5")
    try require(leastAcceptance > 0 && leastAcceptance <= 1, "least_acceptance is above 0 and at most 1")
    try require((2...1000).contains(atoms), "atoms lies in 2 ... 1000")
  }
}
