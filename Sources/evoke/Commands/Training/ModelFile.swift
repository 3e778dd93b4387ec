import EEGArchive
import EvokeNumerics
import InverseModels
import Networks

/// A model and its file, and a run and its file.
struct ModelFile {
  let path: String
  let archive: WeightsArchive
  /// The configuration that is stored.
  var configuration: ModelConfiguration

  /// Takes a file that was read.
  ///
  /// - Throws: ``InverseModelError`` in the file.
  init(_ archive: WeightsArchive, path: String) throws {
    (self.path, self.archive) = (path, archive)
    do { configuration = try ModelConfiguration(json: archive.configuration) } catch {
      throw InFile(path: path, error: error)
    }
  }

  /// Reads a file.
  ///
  /// - Throws: The errors of the archive and of the model, with the file's name.
  init(_ path: String) throws { try self.init(WeightsArchive(reading: path), path: path) }

  /// The model.
  ///
  /// - Throws: ``InverseModelError`` or `NetworkError` in the file, if its parts contradict each other.
  func model() throws -> InverseModel {
    do {
      let preparation = try InputPreparation(reading: archive, isTimeFirst: configuration.network.isTimeFirst)
      let scaling = try targetScaling()
      let names = archive.targets.flatMap { $0.name.split(separator: "*").map(String.init) }
      // Columns only matter to data, which look them up by name.
      let parameters = Set(names).sorted().map { Prior.Parameter($0) }
      let targets = try archive.targets.map { try TargetExpression($0.name, parameters: parameters) }
      var model = try InverseModel(
        configuration, targets: targets, scaling: scaling, preparation: preparation,
        description: archive.input.map { InputDescription(channels: $0.channels, times: $0.times, rate: $0.rate) })
      try model.parameters.load(archive.parameterValues)
      return model
    } catch let error as InverseModelError {
      throw InFile(path: path, error: error)
    } catch let error as NetworkError {
      throw InFile(path: path, error: error)
    }
  }

  private func targetScaling() throws(InverseModelError) -> TargetScaling {
    let count = archive.targets.count
    let scaling = TargetScaling(
      minimum: try archive.scalingValues("target_minimum", count: count),
      maximum: try archive.scalingValues("target_maximum", count: count),
      mean: try archive.scalingValues("target_mean", count: count),
      deviation: try archive.scalingValues("target_deviation", count: count),
      isUnit: configuration.hasUnitTargets)
    guard (0..<count).allSatisfy({ scaling.scale($0) > 0 }) else {
      throw InverseModelError(code: .invalidSetting, message: "a target in /scaling has no range")
    }
    return scaling
  }
}

extension WeightsArchive {
  /// What is stored of a model.
  init(
    _ model: InverseModel, checkpoint: TrainingCheckpoint, isFinished: Bool, split: DataSplit, fingerprint: String,
    dataSettings: String
  ) throws {
    let targets = model.scaling
    let scaling = [
      ("minimum", targets.minimum), ("maximum", targets.maximum), ("mean", targets.mean),
      ("deviation", targets.deviation),
    ].map { name, values in
      NamedArray(name: "target_\(name)", shape: [values.count], values: values, axes: "target")
    }
    self.init(
      configuration: try model.configuration.json(),
      targets: model.targets.map { Prior.Parameter($0.name, unit: $0.unit) },
      parameters: Self.parameters(model.parameters),
      scaling: (model.preparation.arrays + scaling).sorted { $0.name < $1.name },
      input: model.description.map { Input(channels: $0.channels, times: $0.times, rate: $0.rate) },
      data: Data(fingerprint: fingerprint, settings: dataSettings, split: split.parts.map(\.rawValue)),
      curve: Curve(checkpoint), checkpoint: isFinished ? nil : Checkpoint(checkpoint))
  }
}
