import EEGArchive
import EvokeNumerics
import InverseModels
import PosteriorEstimation

/// Observations that fit a posterior, and the posterior for their channels.
struct Observations {
  let data: ObservedData
  /// Shape `[observation, d]`, in the order of the posterior; nil where the file does not say.
  let truth: [Double]?
  let model: PosteriorModel

  /// Reads a file.
  ///
  /// - Parameter noiseLevel: The level of simulations; that of the training when nil, else the first one.
  /// - Throws: The errors of the archive; ``PosteriorError`` in the file, code `shapeDiffers`.
  init(_ path: String, for file: PosteriorFile, noiseLevel: Double?) throws {
    let trained = file.archive.data.noiseLevel
    let read: ObservationFile
    if noiseLevel == nil, let trained, let same = try? ObservationFile(reading: path, noiseLevel: trained) {
      read = same
    } else {
      read = try ObservationFile(reading: path, noiseLevel: noiseLevel)
    }
    var model = try file.model()
    do {
      if let input = read.input, model.description != nil {
        model = try model.adapted(
          to: InputDescription(channels: input.channels, times: input.times, rate: input.rate))
      }
      let shape = model.preparation.shape
      if read.data.dataShape == shape || read.data.dataShape == [] && shape == [1] {
        data = read.data
        truth = Self.truth(read, model.space.parameters, path)
      } else if read.data.shape == shape {
        // One observation without an axis for it.
        data = ObservedData(shape: [1] + shape, values: read.data.values)
        truth = nil
      } else {
        throw PosteriorError(
          code: .shapeDiffers,
          message: "/x has the shape \(read.data.shape), and the posterior was trained on data of the shape \(shape); "
            + "give observations [observation, \(shape.map(String.init).joined(separator: ", "))]")
      }
    } catch let error as PosteriorError {
      throw InFile(path: path, error: error)
    }
    self.model = model
  }

  private init(data: ObservedData, truth: [Double]?, model: PosteriorModel) {
    (self.data, self.truth, self.model) = (data, truth, model)
  }

  /// The first observations.
  func first(_ count: Int) -> Observations {
    guard count < data.count else { return self }
    return Observations(
      data: data.rows(Array(0..<count)), truth: truth.map { Array($0[..<(count * model.space.count)]) }, model: model)
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
