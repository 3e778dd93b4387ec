import EEGArchive
import EEGCore
import EvokeNumerics
import Foundation
import InverseModels
import Networks
import PosteriorEstimation

/// A posterior and its file, and a run and its file.
struct PosteriorFile {
  let path: String
  let archive: WeightsArchive
  /// The configuration that is stored.
  let configuration: PosteriorConfiguration
  /// Of a posterior that is for one observation; nil for any observation.
  let sequential: SequentialOrigin?

  /// Whether an archive of weights holds a posterior, and not a network that estimates.
  static func isPosterior(_ archive: WeightsArchive) -> Bool {
    let settings = try? JSONDocument(json: Data(archive.configuration.utf8))
    return settings?["model"]?.textValue == PosteriorConfiguration.modelName
  }

  /// Takes a file that was read.
  ///
  /// - Throws: ``PosteriorError`` in the file.
  init(_ archive: WeightsArchive, path: String) throws {
    (self.path, self.archive) = (path, archive)
    sequential = SequentialOrigin(configuration: archive.configuration)
    do { configuration = try PosteriorConfiguration(json: archive.configuration) } catch {
      throw InFile(path: path, error: error)
    }
  }

  /// Reads a file.
  ///
  /// - Throws: The errors of the archive and of the model, with the file's name; another model is a
  ///   ``PosteriorError``, too.
  init(_ path: String) throws { try self.init(WeightsArchive(reading: path), path: path) }

  /// What the model is, such as `snpe, nsf, embedding identity`.
  var name: String { configuration.name }

  /// The prior.
  ///
  /// - Throws: ``PosteriorError``, `NumericsError`.
  private func prior() throws -> Prior {
    guard let prior = archive.prior else {
      throw PosteriorError(code: .invalidSetting, message: "there is no /prior beside the weights; take another file")
    }
    return try Prior(prior.parameters, group: prior.group)
  }

  /// The model.
  ///
  /// - Throws: ``PosteriorError``, `NetworkError` or `NumericsError` in the file, if its parts contradict each other.
  func model() throws -> PosteriorModel {
    do {
      let space = try UnconstrainedSpace(prior())
      var model = try PosteriorModel(
        configuration, space: space, preparation: preparation(),
        standardization: standardization("parameter", count: space.count),
        description: archive.input.map { InputDescription(channels: $0.channels, times: $0.times, rate: $0.rate) })
      try model.parameters.load(archive.parameterValues)
      return model
    } catch {
      throw InFile(path: path, error: error)
    }
  }

  /// What the training looked like; nil in older files.
  ///
  /// - Throws: ``PosteriorError`` or `DiagnosticError` in the file, if its parts contradict each other.
  func typicality(for model: PosteriorModel) throws -> Typicality? {
    guard let stored = archive.typicality else { return nil }
    do {
      let typicality = try Typicality(stored)
      guard typicality.distances.dimensions == model.network.outputCount else {
        throw PosteriorError(
          code: .shapeDiffers,
          message: "/typicality is of contexts of \(typicality.distances.dimensions) values, and the network makes "
            + "\(model.network.outputCount); take another file")
      }
      return typicality
    } catch {
      throw InFile(path: path, error: error)
    }
  }

  private func standardization(_ name: String, count: Int? = nil) throws -> Standardization {
    let mean = try archive.scalingValues("\(name)_mean", count: count)
    let deviation = try archive.scalingValues("\(name)_deviation", count: mean.count)
    guard deviation.allSatisfy({ $0 > 0 }) else {
      throw PosteriorError(
        code: .invalidSetting, message: "/scaling/\(name)_deviation is not above 0 everywhere; take another file")
    }
    return Standardization(mean: mean, deviation: deviation)
  }

  /// Records of an observation, at most; nil where data have none.
  var records: Int? {
    guard configuration.records != nil, let shape = try? archive.scalingValues("data_shape") else { return nil }
    return shape.first.flatMap { Int(exactly: $0) }
  }

  /// Records that a file may speak of, at most.
  private static let largestRecordCount = 1 << 24

  private func preparation() throws -> DataPreparation {
    let shape = try archive.scalingValues("data_shape").map { Int(exactly: $0) ?? 0 }
    // Networks have weights for what they see, but for some halvings of time: a larger shape is damaged.
    let most = 64 * archive.parameterCount
    let hasRecords = configuration.records != nil
    // Any number of records has the same weights.
    let record = DataPreparation.recordShape(of: shape, hasRecords: hasRecords)
    guard !hasRecords || shape.first.map({ (1...Self.largestRecordCount).contains($0) }) == true,
      record.allSatisfy({ (1...most).contains($0) }), record.reduce(1, { $0 > most ? $0 : $0 * $1 }) <= most
    else {
      throw PosteriorError(code: .invalidSetting, message: "/scaling/data_shape is no shape; take another file")
    }
    switch configuration.embedding {
    case .model(let settings):
      let plan = try InputPreparation(reading: archive, isTimeFirst: settings.network.isTimeFirst)
      return DataPreparation(shape: shape, steps: .potentials(plan), isTimeFirst: false, hasRecords: hasRecords)
    case .identity, .fullyConnected, .convolution:
      let scaling =
        configuration.scaling == .none
        ? nil : try standardization("data", count: record.reduce(1, *))
      let isTimeFirst = if case .convolution = configuration.embedding { true } else { false }
      return DataPreparation(
        shape: shape, steps: .scaled(scaling), isTimeFirst: isTimeFirst, hasRecords: hasRecords)
    }
  }
}

extension PosteriorConfiguration {
  /// What the model is, for people.
  var name: String {
    "\(Self.modelName), \(density.kind.rawValue), embedding \(embedding.kind.rawValue)"
      + (records == nil ? "" : " of each record")
      + (ensemble > 1 ? ", ensemble of \(ensemble)" : "")
  }
}

extension WeightsArchive {
  /// What is stored of a posterior.
  ///
  /// - Parameters:
  ///   - typicality: What it looked like; nil where nobody knows.
  ///   - data: What was trained on.
  init(
    _ model: PosteriorModel, checkpoint: TrainingCheckpoint, isFinished: Bool,
    typicality: PosteriorEstimation.Typicality?,
    data: Data
  ) throws {
    func arrays(_ scaling: Standardization, _ name: String, axes: String) -> [NamedArray] {
      [("mean", scaling.mean), ("deviation", scaling.deviation)].map { property, values in
        NamedArray(name: "\(name)_\(property)", shape: [values.count], values: values, axes: axes)
      }
    }
    let (preparation, space) = (model.preparation, model.space)
    var scaling = arrays(model.standardization, "parameter", axes: "parameter")
    scaling.append(
      NamedArray(
        name: "data_shape", shape: [preparation.shape.count], values: preparation.shape.map(Double.init), axes: "axis"))
    switch preparation.steps {
    case .potentials(let plan): scaling += plan.arrays
    case .scaled(let data?): scaling += arrays(data, "data", axes: "value")
    case .scaled(nil): break
    }
    self.init(
      configuration: try model.configuration.json(), targets: space.parameters,
      parameters: Self.parameters(model.parameters), scaling: scaling.sorted { $0.name < $1.name },
      input: model.description.map { Input(channels: $0.channels, times: $0.times, rate: $0.rate) },
      prior: StoredPrior(parameters: space.prior.parameters, group: space.prior.group),
      typicality: typicality.map(Typicality.init), data: data,
      curve: Curve(checkpoint), checkpoint: isFinished ? nil : Checkpoint(checkpoint))
  }
}
