import EEGArchive
import EvokeNumerics
import InverseModels
import PosteriorEstimation

/// Observations that fit a posterior, and the posterior for their channels.
struct Observations {
  let data: ObservedData
  /// What the posterior is asked about: the data, with room for as many records as it knows.
  let values: [Float]
  /// Shape `[observation, d]`, in the order of the posterior; nil where the file does not say.
  let truth: [Double]?
  let model: PosteriorModel

  /// Reads a file.
  ///
  /// - Parameter noiseLevel: The level of simulations; that of the training when nil, else the first one.
  /// - Throws: The errors of the archive; ``PosteriorError`` in the file, code `shapeDiffers`.
  init(_ path: String, for file: PosteriorFile, noiseLevel: Double?) throws {
    let trained = file.archive.data.noiseLevel
    let hasRecords = file.configuration.records != nil
    let read: ObservationFile
    if noiseLevel == nil, let trained,
      let same = try? ObservationFile(reading: path, noiseLevel: trained, allowsNaN: hasRecords)
    {
      read = same
    } else {
      read = try ObservationFile(reading: path, noiseLevel: noiseLevel, allowsNaN: hasRecords)
    }
    var model = try file.model()
    do {
      if let input = read.input, model.description != nil {
        model = try model.adapted(
          to: InputDescription(channels: input.channels, times: input.times, rate: input.rate))
      }
      (data, values) = try Self.fitting(read.data, model.preparation)
      truth = data.count == read.count ? Self.truth(read, model.space.parameters, path) : nil
    } catch {
      throw InFile(path: path, error: error)
    }
    self.model = model
  }

  private init(data: ObservedData, values: [Float], truth: [Double]?, model: PosteriorModel) {
    (self.data, self.values, self.truth, self.model) = (data, values, truth, model)
  }

  /// Observations of the shape that a posterior was trained on, and their values with room for all records.
  ///
  /// One observation needs no axis for it.
  private static func fitting(
    _ data: ObservedData, _ preparation: DataPreparation
  ) throws(PosteriorError) -> (ObservedData, [Float]) {
    let shape = preparation.shape
    func fits(_ found: [Int]) -> Bool {
      guard let records = preparation.records else { return found == shape || found == [] && shape == [1] }
      return found.count == shape.count && found.dropFirst() == shape.dropFirst() && found[0] <= records
    }
    let alone = ObservedData(shape: [1] + data.shape, values: data.values)
    for candidate in [data, alone] where fits(candidate.dataShape) {
      guard let records = preparation.records else { return (candidate, candidate.floats) }
      return (candidate, candidate.padded(toRecords: records).floats)
    }
    var wanted = shape.map(String.init)
    if let records = preparation.records {
      if data.dataShape.count == shape.count, data.dataShape.dropFirst() == shape.dropFirst() {
        throw PosteriorError(
          code: .shapeDiffers,
          message:
            "/x has \(data.dataShape[0]) records an observation, and the posterior was trained on at most \(records); "
            + "give so many, or train on pairs of more")
      }
      wanted[0] = "record, at most \(records)"
    }
    throw PosteriorError(
      code: .shapeDiffers,
      message: "/x has the shape \(data.shape), and the posterior was trained on data of the shape \(shape); "
        + "give observations [observation, \(wanted.joined(separator: ", "))]")
  }

  /// The first observations.
  func first(_ count: Int) -> Observations {
    guard count < data.count else { return self }
    return Observations(
      data: data.rows(Array(0..<count)), values: Array(values[..<(count * model.preparation.valueCount)]),
      truth: truth.map { Array($0[..<(count * model.space.count)]) }, model: model)
  }

  /// True parameters by name, or by place where the file has no names.
  private static func truth(_ file: ObservationFile, _ wanted: [Prior.Parameter], _ path: String) -> [Double]? {
    guard let theta = file.theta, let named = file.parameters else { return nil }
    var columns = wanted.compactMap { parameter in named.firstIndex { $0.name == parameter.name } }
    if columns.count < wanted.count, named.count == wanted.count,
      named.enumerated().allSatisfy({ $0.element.name == "theta_\($0.offset)" })
    {
      columns = Array(wanted.indices)
    }
    guard columns.count == wanted.count else {
      Console.note("\(path): /theta names other parameters than the posterior, and is not taken for the truth")
      return nil
    }
    return (0..<file.count).flatMap { row in columns.map { theta[row * named.count + $0] } }
  }
}
