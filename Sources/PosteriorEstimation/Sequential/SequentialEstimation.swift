import EvokeNumerics
import InverseModels
import Networks

/// Estimates the posterior of one observation in rounds: simulates, trains, and takes what was learnt to choose the
/// parameters of the next round.
///
/// ```swift
/// var estimation = try SequentialEstimation(
///   configuration, settings: settings, prior: prior, simulator: simulator, observation: observation, shape: [8])
/// while let round = try estimation.advance() { … }
/// let model = estimation.training?.model
/// ```
///
/// The model serves this observation and no other.
public struct SequentialEstimation<Source: Simulator> {
  /// What is trained, and how.
  public let configuration: PosteriorConfiguration
  /// Method, rounds and sizes.
  public let settings: SequentialSettings
  /// What parameters of the first round are drawn from.
  public let prior: Prior
  /// What was observed, of shape ``shape``.
  public let observation: [Float]
  /// Shape of the data.
  public let shape: [Int]
  /// Rounds that are done.
  public private(set) var rounds: [SequentialRound] = []
  /// The run of the last round; nil before the first one.
  public private(set) var training: PosteriorTraining<InMemoryPairs>?
  /// All parameters so far, shape `[pair, parameter]`.
  public private(set) var parameters: [Double] = []
  /// All data so far, shape `[pair] + shape`.
  public private(set) var data: [Float] = []
  /// Which simulations succeeded.
  public private(set) var isGood: [Bool] = []

  private let simulator: Source
  private let description: InputDescription?
  private let threads: Int
  private let space: UnconstrainedSpace
  private let sampler: ParameterSampler
  /// Number of the next draw from the prior.
  private var nextCandidate = 0

  /// Prepares an estimation; its seed is that of the configuration's training.
  ///
  /// - Parameters:
  ///   - configuration: What to train, and how.
  ///   - settings: Method, rounds and sizes.
  ///   - prior: Of all the simulator's parameters.
  ///   - simulator: Makes data of parameters.
  ///   - observation: What was observed, of the shape `shape`.
  ///   - description: Channels and times of the data, where they are known.
  ///   - threads: Threads that share the work; the result does not depend on them.
  /// - Throws: ``PosteriorError``, codes `invalidSetting`, `nothingToEstimate`, `shapeDiffers` and `notFinite`.
  public init(
    _ configuration: PosteriorConfiguration, settings: SequentialSettings = SequentialSettings(), prior: Prior,
    simulator: Source, observation: [Float], shape: [Int], description: InputDescription? = nil, threads: Int = 1
  ) throws {
    try configuration.check()
    try settings.check()
    guard observation.count == shape.reduce(1, *), !observation.isEmpty else {
      throw PosteriorError(
        code: .shapeDiffers, message: "\(observation.count) values are no observation of the shape \(shape)")
    }
    if let place = observation.firstIndex(where: { !$0.isFinite }) {
      throw PosteriorError(
        code: .notFinite, message: "the observation has the value \(observation[place]) at place \(place); replace it")
    }
    (self.configuration, self.settings, self.prior, self.simulator) = (configuration, settings, prior, simulator)
    (self.observation, self.shape, self.description, self.threads) = (observation, shape, description, threads)
    space = try UnconstrainedSpace(prior)
    sampler = try ParameterSampler(prior: prior, method: .random, seed: configuration.training.seed)
  }

  /// All simulations so far as pairs.
  public var pairs: InMemoryPairs {
    InMemoryPairs(parameters: parameters, data: data, shape: shape, isGood: isGood)
  }

  /// The posterior of the last round; nil before the first one.
  public var model: PosteriorModel? { training?.model }

  /// Makes one round: chooses parameters, simulates, and trains to the end.
  ///
  /// - Parameter progress: Told how far the round is, often.
  /// - Returns: Nil if all rounds are done.
  /// - Throws: ``PosteriorError``; what the simulator throws; `NetworkError`.
  public mutating func advance(_ progress: @Sendable (SequentialProgress) -> Void = { _ in }) throws -> SequentialRound?
  {
    let number = rounds.count
    guard number < settings.rounds else { return nil }
    let proposal = try proposal(round: number)
    let result = try simulator.simulate(proposal.parameters, first: isGood.count) { progress(.simulating($0)) }
    try result.require(count: settings.simulations, shape: shape)
    let (parameters, data) = (parameters + proposal.parameters, data + result.values)
    let isGood = isGood + result.isGood
    var training = try PosteriorTraining(
      configuration, prior: prior,
      pairs: InMemoryPairs(parameters: parameters, data: data, shape: shape, isGood: isGood), description: description,
      threads: threads, plan: plan(round: number))
    while let latest = try training.advance() { progress(.training(latest)) }
    // Only now, so that a round that fails leaves the pairs as they were.
    (self.parameters, self.data, self.isGood, self.training) = (parameters, data, isGood, training)
    let round = SequentialRound(
      number: number, simulations: result.count, failed: result.failedCount, acceptance: proposal.acceptance,
      isResampled: proposal.isResampled, epochs: training.checkpoint.epochs, bestEpoch: training.checkpoint.bestEpoch)
    rounds.append(round)
    return round
  }

  /// Parameters of a round.
  private struct Proposal {
    /// Shape `[simulation, parameter]`, fixed ones in their places.
    var parameters: [Double]
    var acceptance: Double?
    var isResampled = false
  }

  private mutating func proposal(round: Int) throws -> Proposal {
    let (count, d) = (settings.simulations, space.count)
    guard let model else {
      nextCandidate = count
      return Proposal(parameters: (0..<count).flatMap { sampler.parameters(of: $0) })
    }
    var stream = RandomStream(seed: configuration.training.seed, simulation: round, purpose: .sequentialRound)
    let seed = stream.next()
    func all(_ values: [Double]) -> [Double] {
      (0..<count).flatMap { space.allParameters(values[$0 * d..<($0 + 1) * d]) }
    }
    switch settings.method {
    case .truncated:
      let region = try TruncatedPrior(
        model, observation: observation, quantile: settings.quantile, seed: seed, threads: threads)
      let draws = try region.draws(
        count, sampler: sampler, next: &nextCandidate, leastAcceptance: settings.leastAcceptance)
      return Proposal(
        parameters: all(draws.values),
        acceptance: draws.candidates > 0 ? Double(draws.accepted) / Double(draws.candidates) : nil,
        isResampled: draws.isResampled)
    case .automatic:
      // No draw is outside the prior, so there is nothing to reject.
      return Proposal(parameters: all(try model.draws(count, given: observation, seed: seed, threads: threads).values))
    }
  }

  /// How the pairs of all rounds are trained on.
  ///
  /// Truncated proposals need no other loss: the pairs are drawn from a mixture of the prior cut down to M_1, M_2 and so
  /// on, which inside all of these is the prior times a constant. As long as the posterior of the observation lies inside,
  /// the plain loss has its minimum there (Deistler, Gonçalves and Macke 2022, section 3.3 and appendix 6.2). Each round
  /// begins anew, with scalings of its own, as parameters come from an ever smaller region.
  ///
  /// The loss over atoms says nothing of how large a density is where no atoms are, so with it a round goes on with what
  /// the last one has learnt, under the scalings of the first.
  private func plan(round: Int) -> SequentialPlan {
    var plan = SequentialPlan(roundSizes: Array(repeating: settings.simulations, count: round + 1))
    if settings.method == .automatic, round > 0 {
      plan.initial = model
      plan.contrast = AtomicContrast(atoms: settings.atoms, isCombined: settings.isCombined)
    }
    return plan
  }
}

/// What a round came to.
public struct SequentialRound: Hashable, Sendable {
  /// From 0 on.
  public let number: Int
  /// Simulations that were made.
  public let simulations: Int
  /// Those of them that failed, or whose data are not finite; they are left out of the loss.
  public let failed: Int
  /// `tsnpe`: share of the prior in the region of the posterior; nil in the first round.
  public let acceptance: Double?
  /// `tsnpe`: whether that was so little that the posterior was resampled.
  public let isResampled: Bool
  /// What the epochs of the training came to.
  public let epochs: [TrainingEpoch]
  /// Number of the epoch whose parameters are kept, from 0 on.
  public let bestEpoch: Int?

  /// The lowest validation loss; of another kind in later rounds of `snpe-c`.
  public var validationLoss: Double? { bestEpoch.flatMap { epochs[$0].validationLoss } }
  /// Whether so many failed that the posterior is one of simulations that succeed.
  public var isConditional: Bool { Double(failed) > Self.highFailureShare * Double(simulations) }
  /// Share of simulations that fail from which on that is said.
  public static let highFailureShare = 0.3
}

/// How far a round is.
public enum SequentialProgress: Hashable, Sendable {
  /// Share of the round's simulations that are done.
  case simulating(Double)
  /// What the training tells.
  case training(TrainingProgress)
}

extension RandomPurpose {
  /// Seeds of rounds; the simulation is the number of the round.
  static let sequentialRound = RandomPurpose("sequential round")
}
