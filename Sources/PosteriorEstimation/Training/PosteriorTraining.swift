import EvokeNumerics
import InverseModels
import Networks

/// Trains a posterior on simulated pairs: splits them, finds the scalings on the training split, and goes from epoch to
/// epoch.
///
/// ```swift
/// var training = try PosteriorTraining(configuration, prior: prior, pairs: pairs)
/// while let progress = try training.advance() { … }
/// let model = training.model
/// ```
///
/// The model is amortised: it serves any observation. Source: Greenberg, Nonnenmacher and Macke 2019, "Automatic
/// posterior transformation for likelihood-free inference", with proposals equal to the prior.
public struct PosteriorTraining<Source: SimulatedPairs> {
  /// Which pairs are used, and how many are not and why.
  public let usable: UsablePairs
  /// Numbers of the pairs that are learnt from.
  public let trainingPairs: [Int]
  /// Numbers of the pairs that tell which epoch was best.
  public let validationPairs: [Int]
  private let initialModel: PosteriorModel
  private var run: TrainingRun<PosteriorNetwork, PreparedPairs<Source>>

  /// The configuration.
  public var configuration: PosteriorConfiguration { initialModel.configuration }
  /// The state after the last batch, from which a run can go on.
  public var checkpoint: TrainingCheckpoint { run.checkpoint }

  /// Prepares a run.
  ///
  /// - Parameters:
  ///   - configuration: What to train, and how.
  ///   - prior: What the parameters were drawn from.
  ///   - pairs: Parameters and data. Failed simulations and what is not finite are left out, see ``usable``.
  ///   - description: Channels and times of the data, where they are known.
  ///   - checkpoint: The state of a run of the same configuration and pairs, to go on from.
  ///   - threads: Threads that share the work; the result does not depend on them.
  ///   - progress: Told how much of the data is read, from 0 to 1.
  /// - Throws: ``PosteriorError``; `NetworkError`; what reading throws.
  public init(
    _ configuration: PosteriorConfiguration, prior: Prior, pairs: Source, description: InputDescription? = nil,
    checkpoint: TrainingCheckpoint? = nil, threads: Int = 1, progress: (Double) -> Void = { _ in }
  ) throws {
    try self.init(
      configuration, prior: prior, pairs: pairs, description: description, checkpoint: checkpoint, threads: threads,
      plan: SequentialPlan(roundSizes: [pairs.count]), progress: progress)
  }

  /// Prepares a run on the pairs of one or several rounds.
  init(
    _ configuration: PosteriorConfiguration, prior: Prior, pairs: Source, description: InputDescription? = nil,
    checkpoint: TrainingCheckpoint? = nil, threads: Int = 1, plan: SequentialPlan,
    progress: (Double) -> Void = { _ in }
  ) throws {
    try configuration.check()
    guard !configuration.training.exchangesNoise || pairs.hasDataWithoutNoise else {
      throw PosteriorError(
        code: .invalidSetting,
        message:
          "exchange_noise wants data without noise beside those with it, such as simulations of the levels 0 and the "
          + "one to train on; leave it out, or simulate so")
    }
    let space = try UnconstrainedSpace(prior)
    let usable = try UsablePairs(pairs, space: space, hasRecords: configuration.records != nil) { progress(0.4 * $0) }
    let split = try Self.split(usable, configuration, plan.roundSizes)
    let (training, validation) = (
      split.training.map { usable.numbers[$0] }, split.validation.map { usable.numbers[$0] }
    )
    let model =
      try plan.initial
      ?? PosteriorModel(
        configuration, space: space,
        preparation: DataPreparation(fitting: configuration, to: pairs, training: training, description: description),
        standardization: Self.standardization(usable, split.training, width: space.count), description: description)
    let (preparation, standardization) = (model.preparation, model.standardization)
    func targets(_ places: [Int]) -> [Float] {
      places.flatMap { plan.target(of: $0, usable, space: space, standardization: standardization) }
    }
    (self.usable, trainingPairs, validationPairs, initialModel) = (usable, training, validation, model)
    let variation = configuration.recordVariation
    let trainingRows = try PreparedPairs(
      pairs, preparation: preparation, pairs: training, targets: targets(split.training), variation: variation,
      exchangeSeed: configuration.training.exchangesNoise ? configuration.training.seed : nil
    ) { progress(0.4 + 0.5 * $0) }
    let validationRows = try PreparedPairs(
      pairs, preparation: preparation, pairs: validation, targets: targets(split.validation),
      variation: variation?.fixed
    ) { progress(0.9 + 0.1 * $0) }
    let settings = configuration.trainingSettings(rowCount: trainingRows.count)
    let network = PosteriorNetwork(
      embedding: model.network.embedding, density: model.network.density, contrast: plan.contrast)
    if var checkpoint {
      // More epochs may be asked for; all else is the same, or the caller has refused.
      checkpoint.settings = settings
      run = try TrainingRun(
        network, parameterCount: model.parameters.values.count, resuming: checkpoint, training: trainingRows,
        validation: validationRows, threads: threads)
    } else {
      run = try TrainingRun(
        network, parameters: model.parameters, settings: settings, training: trainingRows,
        validation: validationRows, threads: threads)
    }
  }

  /// Means and deviations of points.
  private static func standardization(_ usable: UsablePairs, _ places: [Int], width: Int) -> Standardization {
    var moments = RunningMoments(count: width)
    for place in places { moments.add(usable.points[place * width..<(place + 1) * width]) }
    return moments.independent
  }

  /// Places among the usable pairs, in ascending order; those of earlier rounds stay where they were.
  private static func split(
    _ usable: UsablePairs, _ configuration: PosteriorConfiguration, _ roundSizes: [Int]
  ) throws(PosteriorError) -> (training: [Int], validation: [Int]) {
    let count = usable.numbers.count
    var (training, validation, first, end) = ([Int](), [Int](), 0, 0)
    for (round, size) in roundSizes.enumerated() {
      end += size
      let next = usable.numbers[first...].firstIndex { $0 >= end } ?? count
      let share = Int((Double(next - first) * configuration.validationShare).rounded())
      var order = Array(first..<next)
      var stream = RandomStream(seed: configuration.training.seed, simulation: round, purpose: .pairSplit)
      stream.shuffle(&order)
      let chosen = min(max(round == 0 ? 1 : 0, share), order.count)
      training += order[chosen...].sorted()
      validation += order[..<chosen].sorted()
      first = next
    }
    guard training.count >= 2, !validation.isEmpty else {
      let left = usable.failedCount + usable.notFiniteCount
      throw PosteriorError(
        code: .tooFewPairs,
        message: "\(count) usable pairs are too few to train on"
          + (left > 0 ? ", and \(left) failed or are not finite" : "") + "; simulate at least a few hundred")
    }
    return (training, validation)
  }

  /// Makes one step, and behind the last one of an epoch the validation; nil when the run has ended.
  ///
  /// - Throws: `NetworkError`, code `lossNotFinite`, which leaves ``checkpoint`` as it was; what reading throws.
  public mutating func advance() throws -> TrainingProgress? { try run.advance() }

  /// The model with the parameters of the best epoch so far.
  public var model: PosteriorModel {
    var model = initialModel
    model.parameters.values = run.checkpoint.bestValues
    return model
  }
}

extension RandomPurpose {
  /// Which pairs are for training and for validation.
  static let pairSplit = RandomPurpose("pair split")
}
