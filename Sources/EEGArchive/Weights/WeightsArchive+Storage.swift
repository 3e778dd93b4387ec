import EEGCore
import EvokeNumerics
import HDF5

extension WeightsArchive {
  /// Writes the archive; an existing file is replaced once all is written.
  ///
  /// - Throws: `HDF5Error`; `FileOutputError`.
  public func write(to path: String) throws {
    let file = try ArchiveKind.weights.create(path, settings: configuration)
    try file.write([configuration.storable], to: "config", shape: [])
    let state = try file.createGroup("state")
    // Names in the order of the network: HDF5 lists them sorted.
    try state.setAttribute("names", parameters.map(\.name))
    for parameter in parameters { try state.write(parameter.values, to: parameter.name, shape: parameter.shape) }
    let scaling = try file.createGroup("scaling")
    for array in self.scaling {
      try scaling.write(array.values, to: array.name, shape: array.shape, unit: array.unit, axes: array.axes)
    }
    try file.write(targets.map(\.name), to: "targets/name", axes: "target")
    try file.write(targets.map(\.unit), to: "targets/unit", axes: "target")
    if let input {
      try ChannelTable(channels: input.channels, times: input.times, rate: input.rate).write(to: file)
    }
    if let prior {
      try PriorArchive.write(prior.group, to: file)
      let group = try file.group("prior")
      try group.setAttribute("names", prior.parameters.map(\.name.storable))
      try group.setAttribute("units", prior.parameters.map(\.unit.storable))
    }
    if let typicality { try typicality.write(to: file.createGroup("typicality")) }
    try file.write(data.split, to: "data/split", unit: nil, axes: "simulation")
    let group = try file.group("data")
    try group.setAttribute("fingerprint", data.fingerprint)
    try group.setAttribute("settings", data.settings.storable)
    if let level = data.noiseLevel { try group.setAttribute("noise_level", level) }
    try file.write(curve.trainingLoss, to: "curve/training_loss", unit: nil, axes: "epoch")
    try file.write(curve.validationLoss, to: "curve/validation_loss", unit: nil, axes: "epoch")
    try file.write(curve.learningRate, to: "curve/learning_rate", unit: nil, axes: "epoch")
    try file.group("curve").setAttribute("best_epoch", curve.bestEpoch ?? -1)
    if let checkpoint { try checkpoint.write(to: file.createGroup("checkpoint")) }
    try file.commit()
  }

  /// Reads an archive, finished or not.
  ///
  /// - Throws: ``ArchiveError``; `HDF5Error`.
  public init(reading path: String) throws {
    self = try describingLayout {
      let file = try ArchiveKind.weights.open(path)
      let config = try file.dataset("config").readTexts().values
      let names = try file.group("state").attributeTexts("names").values
      let state = try file.group("state")
      let parameters = try names.map { name in
        let dataset = try state.dataset(name)
        let stored = try dataset.read(Float.self)
        guard stored.values.allSatisfy(\.isFinite) else {
          throw ArchiveError(.invalidValue, dataset, "holds values that are not finite; take another file")
        }
        return Parameter(name: name, shape: stored.shape, values: stored.values)
      }
      let targetNames = try file.readTexts("targets/name")
      let units = try file.readTexts("targets/unit", count: targetNames.count)
      guard let configuration = config.first, !parameters.isEmpty, !targetNames.isEmpty else {
        throw ArchiveError(.missingObject, path: path, object: "/state", "there is no network, or nothing it estimates")
      }
      let data = try file.group("data")
      return WeightsArchive(
        configuration: configuration, targets: zip(targetNames, units).map { Prior.Parameter($0, unit: $1) },
        parameters: parameters, scaling: try Self.scaling(in: file.group("scaling")),
        input: file.exists("times_s")
          ? { Input(channels: $0.channels, times: $0.times, rate: $0.rate) }(try ChannelTable(reading: file)) : nil,
        prior: file.exists("prior") ? try StoredPrior(reading: file) : nil,
        typicality: file.exists("typicality") ? try Typicality(reading: file.group("typicality")) : nil,
        data: Data(
          fingerprint: try data.attributeText("fingerprint"), settings: try data.attributeText("settings"),
          split: try file.readNumbers("data/split"),
          noiseLevel: data.hasAttribute("noise_level") ? try data.attribute("noise_level") : nil),
        curve: try Curve(reading: file.group("curve")),
        checkpoint: file.exists("checkpoint") ? try Checkpoint(reading: file.group("checkpoint")) : nil)
    }
    guard checkpoint.map({ $0.values.count == parameterCount }) ?? true else {
      throw ArchiveError(
        .invalidValue, path: path, object: "/checkpoint/values", "are not as many as there are in /state")
    }
  }

  private static func scaling(in group: HDF5Group) throws -> [NamedArray] {
    try group.links().map { name in
      let dataset = try group.dataset(name)
      let stored = try dataset.read(Double.self)
      guard stored.values.allSatisfy(\.isFinite) else {
        throw ArchiveError(.invalidValue, dataset, "holds values that are not finite; take another file")
      }
      return NamedArray(
        name: name, shape: stored.shape, values: stored.values,
        unit: dataset.hasAttribute("unit") ? try dataset.attributeText("unit") : nil,
        axes: try dataset.attributeText("axes"))
    }
  }
}

extension WeightsArchive.StoredPrior {
  fileprivate init(reading file: HDF5File) throws {
    let group = try file.group("prior")
    let names = try group.attributeTexts("names").values
    let units = try group.attributeTexts("units").values
    guard names.count == units.count else {
      throw ArchiveError(.wrongLayout, group, attribute: "units", "are not as many as there are names")
    }
    parameters = zip(names, units).map { Prior.Parameter($0, unit: $1) }
    self.group = try PriorArchive.read(of: parameters, from: file)
  }
}

extension WeightsArchive.Typicality {
  fileprivate func write(to group: HDF5Group) throws {
    let d = mean.count
    let v = deviation.count { $0 > 0 }
    try group.write(mean, to: "mean", unit: nil, axes: "value")
    try group.write(deviation, to: "deviation", unit: nil, axes: "value")
    try group.write(factor, to: "factor", shape: [v, v], unit: nil, axes: "varying_value,varying_value")
    try group.setAttribute("shrinkage", shrinkage)
    try group.write(heldOutDistances, to: "held_out_distances", unit: nil, axes: "pair")
    try group.write(
      heldOutContexts, to: "held_out_contexts", shape: [heldOutContexts.count / max(1, d), d], unit: nil,
      axes: "pair,value")
  }

  fileprivate init(reading group: HDF5Group) throws {
    mean = try group.readNumbers("mean")
    deviation = try group.readNumbers("deviation", count: mean.count)
    let v = deviation.count { $0 > 0 }
    factor = try group.readArray("factor", shape: [v, v])
    shrinkage = try group.attribute("shrinkage")
    heldOutDistances = try group.readNumbers("held_out_distances")
    let contexts = try group.dataset("held_out_contexts")
    try contexts.require(shape: [contexts.shape.first ?? 0, mean.count])
    heldOutContexts = try contexts.read(Float.self).values
    // A value that never varied in training makes a distance infinite.
    guard (mean + deviation + factor + [shrinkage]).allSatisfy(\.isFinite), deviation.allSatisfy({ $0 >= 0 }),
      heldOutDistances.allSatisfy({ $0 >= 0 }), heldOutContexts.allSatisfy(\.isFinite), !heldOutContexts.isEmpty
    else { throw ArchiveError(.invalidValue, group, "holds values that no contexts have; take another file") }
  }
}

extension WeightsArchive.Curve {
  fileprivate init(reading group: HDF5Group) throws {
    trainingLoss = try group.readNumbers("training_loss")
    validationLoss = try group.readNumbers("validation_loss", count: trainingLoss.count)
    learningRate = try group.readNumbers("learning_rate", count: trainingLoss.count)
    let best: Int = try group.attribute("best_epoch")
    bestEpoch = best < 0 ? nil : best
    guard best < trainingLoss.count else {
      throw ArchiveError(
        .invalidValue, group, attribute: "best_epoch", "is \(best), and there are \(trainingLoss.count) epochs")
    }
  }
}

extension WeightsArchive.Checkpoint {
  fileprivate func write(to group: HDF5Group) throws {
    try group.write(values, to: "values", unit: nil, axes: "parameter")
    try group.write(first, to: "gradient_mean", unit: nil, axes: "parameter")
    try group.write(second, to: "gradient_square", unit: nil, axes: "parameter")
    if !average.isEmpty { try group.write(average, to: "average", unit: nil, axes: "parameter") }
    try group.setAttribute("step", step)
    try group.setAttribute("batch", batch)
    try group.setAttribute("loss_sum", lossSum)
    try group.setAttribute("rows", rowCount)
  }

  fileprivate init(reading group: HDF5Group) throws {
    values = try group.readNumbers("values")
    first = try group.readNumbers("gradient_mean", count: values.count)
    second = try group.readNumbers("gradient_square", count: values.count)
    average = try group.exists("average") ? group.readNumbers("average", count: values.count) : []
    step = try group.attribute("step")
    batch = try group.attribute("batch")
    lossSum = try group.attribute("loss_sum")
    rowCount = try group.attribute("rows")
    guard step >= 0, batch >= 0, rowCount > 0, (values + first + second + average).allSatisfy(\.isFinite) else {
      throw ArchiveError(.invalidValue, group, "holds a state that no run can have; begin anew without --resume")
    }
  }
}
