import EEGCore
import EvokeNumerics
import Networks

/// Trains a model on simulations: splits them, finds the scalings on the training split, and goes from epoch to epoch.
///
/// ```swift
/// var training = try ModelTraining(configuration, data: simulations, description: input)
/// while let progress = try training.advance() { … }
/// let model = training.model
/// ```
public struct ModelTraining<Source: LabelledData> {
  /// Which simulation is for what.
  public let split: DataSplit
  /// The configuration.
  public var configuration: ModelConfiguration { initialModel.configuration }
  private let initialModel: InverseModel
  private var run: TrainingRun<InverseNetwork, SimulationRows<Source>>

  /// The state after the last batch, from which a run can go on.
  public var checkpoint: TrainingCheckpoint { run.checkpoint }

  /// Prepares a run.
  ///
  /// - Parameters:
  ///   - configuration: What to train, and how.
  ///   - data: Simulations.
  ///   - description: Channels and times of the data, where they are known.
  ///   - constants: Parameters that are fixed in the data, for products.
  ///   - initial: A trained model to go on from; its sizes, targets and scalings are kept.
  ///   - checkpoint: The state of a run of the same configuration and data, to go on from.
  ///   - threads: Threads that share the work; the result does not depend on them.
  ///   - progress: Told how much of the data is read, from 0 to 1.
  /// - Throws: ``InverseModelError``; `NetworkError`; what reading throws.
  public init(
    _ configuration: ModelConfiguration, data: Source, description: InputDescription?,
    constants: [String: Double] = [:], initial: InverseModel? = nil, checkpoint: TrainingCheckpoint? = nil,
    threads: Int = 1, progress: (Double) -> Void = { _ in }
  ) throws {
    try configuration.check()
    split = try DataSplit(
      isGood: data.isGood(), validationShare: configuration.validationShare, testShare: configuration.testShare,
      seed: configuration.training.seed)
    let (training, validation) = (split.simulations(of: .training), split.simulations(of: .validation))
    let levels = try configuration.levels(in: data)
    let targets = try configuration.targetExpressions(data.parameters, constants: constants)
    let theta = try data.theta()
    let width = data.parameters.count
    func values(_ simulations: [Int]) -> [[Double]] {
      simulations.map { simulation in
        targets.map { $0.value(theta[simulation * width..<(simulation + 1) * width]) }
      }
    }
    let trainingTargets = values(training)
    if let initial {
      guard initial.targets.map(\.name) == targets.map(\.name) else {
        throw InverseModelError(
          code: .dataDiffer,
          message: "the weights are for \(initial.targets.map(\.name).joined(separator: ",")), and the targets are "
            + "\(targets.map(\.name).joined(separator: ",")); give --targets as they were, or train anew")
      }
      initialModel = try Self.restarted(initial, configuration, targets, description)
    } else {
      let scaling = try TargetScaling(
        trainingTargets, names: targets.map(\.name), isUnit: configuration.hasUnitTargets)
      let preparation = try InputPreparation(
        fitting: configuration, to: data, description: description, simulations: training, levels: levels)
      initialModel = try InverseModel(
        configuration, targets: targets, scaling: scaling, preparation: preparation, description: description)
    }
    let model = initialModel
    func scaled(_ rows: [[Double]]) -> [Float] {
      rows.flatMap { row in row.indices.map { model.scaling.scaled(row[$0], $0) } }
    }
    let parts = (Double(training.count), Double(validation.count))
    let share = parts.0 / (parts.0 + parts.1)
    let trainingRows = try SimulationRows(
      data, preparation: model.preparation, simulations: training, targets: scaled(trainingTargets), levels: levels,
      exchange: configuration.cleanLevel(in: data).map { ($0, configuration.training.seed) },
      progress: { progress($0 * share) })
    let validationRows = try SimulationRows(
      data, preparation: model.preparation, simulations: validation, targets: scaled(values(validation)),
      levels: levels, progress: { progress(share + $0 * (1 - share)) })
    let settings = configuration.training.settings(rowCount: trainingRows.count)
    if var checkpoint {
      // More epochs may be asked for; all else is the same, or the caller has refused.
      checkpoint.settings = settings
      run = try TrainingRun(
        model.network, parameterCount: model.parameters.values.count, resuming: checkpoint, training: trainingRows,
        validation: validationRows, threads: threads)
    } else {
      run = try TrainingRun(
        model.network, parameters: model.parameters, settings: settings, training: trainingRows,
        validation: validationRows, threads: threads)
    }
  }

  /// A trained model for new data, with the training of a new configuration.
  private static func restarted(
    _ initial: InverseModel, _ configuration: ModelConfiguration, _ targets: [TargetExpression],
    _ description: InputDescription?
  ) throws(InverseModelError) -> InverseModel {
    guard initial.configuration.model == configuration.model, initial.configuration.network == configuration.network,
      initial.configuration.hasUncertainty == configuration.hasUncertainty
    else {
      throw InverseModelError(
        code: .invalidSetting, message: "the weights are of a network of other sizes; leave its settings as they were")
    }
    let model = if let description { try initial.adapted(to: description) } else { initial }
    var result = try InverseModel(
      configuration, targets: targets, scaling: model.scaling, preparation: model.preparation,
      description: model.description)
    result.parameters.values = model.parameters.values
    return result
  }

  /// Makes one step, and behind the last one of an epoch the validation; nil when the run has ended.
  ///
  /// - Throws: `NetworkError`, code `lossNotFinite`, which leaves ``checkpoint`` as it was; what reading throws.
  public mutating func advance() throws -> TrainingProgress? { try run.advance() }

  /// The model with the parameters of the best epoch so far.
  public var model: InverseModel {
    var model = initialModel
    model.parameters.values = run.checkpoint.bestValues
    return model
  }
}

extension ModelConfiguration {
  /// The levels of noise that are trained on, by number.
  ///
  /// - Throws: ``InverseModelError``, code `invalidSetting`.
  func levels(in data: some LabelledData) throws(InverseModelError) -> [Int] {
    var levels: [Int] = []
    for factor in noiseLevels { levels.append(try data.level(factor)) }
    return levels.isEmpty ? [0] : levels
  }

  /// The number of the level without noise, if simulations shall get each other's noise.
  ///
  /// - Throws: ``InverseModelError``, code `invalidSetting`, if it is needed and not there.
  func cleanLevel(in data: some LabelledData) throws(InverseModelError) -> Int? {
    guard training.exchangesNoise else { return nil }
    guard let place = data.noiseLevels.firstIndex(of: 0) else {
      throw InverseModelError(
        code: .invalidSetting,
        message:
          "exchange_noise wants potentials without noise beside those with it; simulate with --noise-level 0 and "
          + "the level to train on, and give the latter to train with --noise-level")
    }
    return place
  }

  /// The targets, all parameters if none is named.
  func targetExpressions(
    _ parameters: [Prior.Parameter], constants: [String: Double]
  ) throws(InverseModelError) -> [TargetExpression] {
    var expressions: [TargetExpression] = []
    for name in targets.isEmpty ? parameters.map(\.name) : targets {
      expressions.append(try TargetExpression(name, parameters: parameters, constants: constants))
    }
    guard Set(expressions.map(\.name)).count == expressions.count else {
      throw InverseModelError(code: .unknownTarget, message: "a target is there twice; give each once")
    }
    return expressions
  }
}
