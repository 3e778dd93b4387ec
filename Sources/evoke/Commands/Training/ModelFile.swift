import EEGArchive
import EvokeNumerics
import InverseModels
import Networks

/// A model and its file, and a run and its file.
struct ModelFile {
  let path: String
  let archive: WeightsArchive
  /// The configuration that is stored.
  let configuration: ModelConfiguration

  /// Reads a file.
  ///
  /// - Throws: The errors of the archive and of the model, with the file's name.
  init(_ path: String) throws {
    self.path = path
    archive = try WeightsArchive(reading: path)
    do { configuration = try ModelConfiguration(json: archive.configuration) } catch {
      throw InFile(path: path, error: error)
    }
  }

  /// The model.
  ///
  /// - Throws: ``InverseModelError`` or `NetworkError` in the file, if its parts contradict each other.
  func model() throws -> InverseModel {
    do {
      let preparation = try preparation()
      let scaling = try targetScaling()
      let names = archive.targets.flatMap { $0.name.split(separator: "*").map(String.init) }
      // Columns only matter to data, which look them up by name.
      let parameters = Set(names).sorted().map { Prior.Parameter($0) }
      let targets = try archive.targets.map { try TargetExpression($0.name, parameters: parameters) }
      var model = try InverseModel(
        configuration, targets: targets, scaling: scaling, preparation: preparation,
        description: archive.input.map { InputDescription(channels: $0.channels, times: $0.times, rate: $0.rate) })
      try model.parameters.load(
        Dictionary(archive.parameters.map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first }))
      return model
    } catch let error as InverseModelError {
      throw InFile(path: path, error: error)
    } catch let error as NetworkError {
      throw InFile(path: path, error: error)
    }
  }

  /// The state from which a run goes on; nil in a finished file.
  var checkpoint: TrainingCheckpoint? {
    archive.checkpoint.map { stored in
      var optimizer = OptimizerState(count: stored.values.count)
      (optimizer.first, optimizer.second, optimizer.step) = (stored.first, stored.second, stored.step)
      optimizer.average = stored.average
      let curve = archive.curve
      return TrainingCheckpoint(
        settings: TrainingSettings(), rowCount: stored.rowCount, values: stored.values, optimizer: optimizer,
        batch: stored.batch, lossSum: stored.lossSum,
        epochs: curve.trainingLoss.indices.map {
          TrainingEpoch(
            trainingLoss: curve.trainingLoss[$0], validationLoss: curve.validationLoss[$0],
            learningRate: curve.learningRate[$0])
        }, bestValues: archive.parameters.flatMap(\.values), bestEpoch: curve.bestEpoch)
    }
  }

  private func numbers(_ name: String, count: Int? = nil) throws(InverseModelError) -> [Double] {
    guard let array = archive.scaling(name), count == nil || array.values.count == count else {
      throw InverseModelError(
        code: .invalidSetting, message: "/scaling/\(name) is missing or has another length than it should")
    }
    return array.values
  }

  private func targetScaling() throws(InverseModelError) -> TargetScaling {
    let count = archive.targets.count
    let scaling = TargetScaling(
      minimum: try numbers("target_minimum", count: count), maximum: try numbers("target_maximum", count: count),
      mean: try numbers("target_mean", count: count), deviation: try numbers("target_deviation", count: count),
      isUnit: configuration.hasUnitTargets)
    guard (0..<count).allSatisfy({ scaling.scale($0) > 0 }) else {
      throw InverseModelError(code: .invalidSetting, message: "a target in /scaling has no range")
    }
    return scaling
  }

  private func preparation() throws(InverseModelError) -> InputPreparation {
    let shape = try numbers("input_shape", count: 2).map { Int(exactly: $0) ?? 0 }
    let decimation = Int(exactly: try numbers("decimation", count: 1)[0]) ?? 0
    let (map, components) = (archive.scaling("channel_map"), archive.scaling("components"))
    guard shape[0] > 0, shape[1] > 0, (1...shape[1]).contains(decimation),
      map.map({ $0.shape.count == 2 && $0.shape[1] == shape[0] && $0.shape[0] > 0 }) ?? true,
      components.map({ $0.shape.count == 2 && $0.shape[1] == shape[1] / decimation && $0.shape[0] > 0 }) ?? true
    else {
      throw InverseModelError(code: .invalidSetting, message: "the shapes in /scaling contradict each other")
    }
    let isRecurrent = if case .recurrent = configuration.network { true } else { false }
    return InputPreparation(
      channelMap: map?.values.map(Float.init) ?? [], decimation: decimation,
      factor: Float(try numbers("factor", count: 1)[0]), components: components?.values.map(Float.init) ?? [],
      isTimeFirst: isRecurrent, channels: shape[0], times: shape[1], preparedChannels: map?.shape[0] ?? shape[0],
      preparedTimes: components?.shape[0] ?? shape[1] / decimation)
  }
}

extension WeightsArchive {
  /// What is stored of a model.
  init(
    _ model: InverseModel, checkpoint: TrainingCheckpoint, isFinished: Bool, split: DataSplit, fingerprint: String,
    dataSettings: String
  ) throws {
    let (plan, targets) = (model.preparation, model.scaling)
    var scaling = [
      NamedArray(
        name: "input_shape", shape: [2], values: [Double(plan.channels), Double(plan.times)], axes: "axis"),
      NamedArray(name: "decimation", shape: [], values: [Double(plan.decimation)], axes: ""),
      NamedArray(name: "factor", shape: [], values: [Double(plan.factor)], unit: "1/V", axes: ""),
    ]
    for (name, values) in [
      ("minimum", targets.minimum), ("maximum", targets.maximum), ("mean", targets.mean),
      ("deviation", targets.deviation),
    ] {
      scaling.append(NamedArray(name: "target_\(name)", shape: [values.count], values: values, axes: "target"))
    }
    if !plan.components.isEmpty {
      scaling.append(
        NamedArray(
          name: "components", shape: [plan.preparedTimes, plan.components.count / plan.preparedTimes],
          values: plan.components.map(Double.init), axes: "component,time"))
    }
    if !plan.channelMap.isEmpty {
      scaling.append(
        NamedArray(
          name: "channel_map", shape: [plan.preparedChannels, plan.channels],
          values: plan.channelMap.map(Double.init), axes: "channel,channel"))
    }
    var curve = Curve()
    curve.trainingLoss = checkpoint.epochs.map(\.trainingLoss)
    curve.validationLoss = checkpoint.epochs.map { $0.validationLoss ?? .nan }
    curve.learningRate = checkpoint.epochs.map(\.learningRate)
    curve.bestEpoch = checkpoint.bestEpoch
    let state = checkpoint.optimizer
    self.init(
      configuration: try model.configuration.json(),
      targets: model.targets.map { Prior.Parameter($0.name, unit: $0.unit) },
      parameters: model.parameters.parameters.map {
        Parameter(name: $0.name, shape: $0.shape, values: model.parameters.values(of: $0))
      }, scaling: scaling.sorted { $0.name < $1.name },
      input: model.description.map { Input(channels: $0.channels, times: $0.times, rate: $0.rate) },
      data: Data(fingerprint: fingerprint, settings: dataSettings, split: split.parts.map(\.rawValue)), curve: curve,
      checkpoint: isFinished
        ? nil
        : Checkpoint(
          values: checkpoint.values, first: state.first, second: state.second, average: state.average,
          step: state.step, batch: checkpoint.batch, lossSum: checkpoint.lossSum, rowCount: checkpoint.rowCount))
  }
}
