import EvokeNumerics
import Foundation
import HDF5

/// Draws for one or several observations, from a file of any program.
public struct SampleSets: Hashable, Sendable {
  /// What the columns are: names and units of the file, or theta_0, theta_1 and so on.
  public let parameters: [Prior.Parameter]
  /// Whether the file says how the parameters are called.
  public let hasNames: Bool
  /// Number of observations; 1 for a dataset of two axes.
  public let observationCount: Int
  /// Draws of each observation.
  public let drawCount: Int
  /// Shape `[observation, draw, parameter]`, all finite.
  public let samples: [Double]

  /// Number of parameters.
  public var parameterCount: Int { parameters.count }

  /// Draws with their description; `samples` are of `observationCount` observations, with equally many draws each.
  public init(parameters: [Prior.Parameter], hasNames: Bool = true, observationCount: Int = 1, samples: [Double]) {
    let row = observationCount * parameters.count
    precondition(row > 0 && !samples.isEmpty && samples.count % row == 0, "samples are whole draws of all observations")
    (self.parameters, self.hasNames, self.observationCount) = (parameters, hasNames, observationCount)
    (drawCount, self.samples) = (samples.count / row, samples)
  }

  /// The draws of one observation, counted from 0: shape `[draw, parameter]`.
  public func draws(of observation: Int) -> ArraySlice<Double> {
    let size = drawCount * parameterCount
    return samples[(observation * size)..<((observation + 1) * size)]
  }

  /// The columns in another order.
  public func columns(_ columns: [Int]) -> SampleSets {
    let d = parameterCount
    return SampleSets(
      parameters: columns.map { parameters[$0] }, hasNames: hasNames, observationCount: observationCount,
      samples: (0..<(observationCount * drawCount)).flatMap { row in columns.map { samples[row * d + $0] } })
  }

  /// Reads an HDF5 file: `/samples`, or for a name such as `FILE:/path` that dataset.
  ///
  /// Two axes are `[draw, parameter]`, three `[observation, draw, parameter]`; the attribute `names` may name the
  /// parameters, and `units` say what they are measured in.
  ///
  /// - Throws: ``ArchiveError``, codes `missingObject`, `wrongLayout` for other axes, and `invalidValue` for values that
  ///   are not finite; `HDF5Error`.
  public init(reading name: String) throws {
    let (path, dataset) = Self.parts(of: name)
    self = try describingLayout {
      let file = try HDF5File(reading: path)
      guard file.kind(of: dataset) == .dataset else {
        throw ArchiveError(
          .missingObject, path: path, object: dataset,
          "there is no such dataset; \(try file.contents()). Name the one of the draws as \(path):/NAME")
      }
      return try SampleSets(file.dataset(dataset))
    }
  }

  /// Reads a dataset of draws.
  init(_ dataset: HDF5Dataset) throws {
    let shape = dataset.shape
    guard (2...3).contains(shape.count), !shape.contains(0) else {
      throw ArchiveError(
        .wrongLayout, dataset,
        "has shape \(shape) where draws, [draw, parameter] or [observation, draw, parameter], are wanted")
    }
    parameters = try SimulationsLayout.parameters(of: dataset, count: shape[shape.count - 1])
    hasNames = dataset.hasAttribute("names")
    (observationCount, drawCount) = (shape.count == 3 ? shape[0] : 1, shape[shape.count - 2])
    samples = try dataset.read(Double.self).values
    try dataset.requireFinite(samples)
  }

  /// File and dataset of `FILE:/path`; `/samples` where no dataset is named.
  private static func parts(of name: String) -> (path: String, dataset: String) {
    guard let colon = name.range(of: ":/", options: .backwards), colon.lowerBound > name.startIndex,
      !FileManager.default.fileExists(atPath: name)
    else { return (name, "/samples") }
    return (String(name[..<colon.lowerBound]), String(name[name.index(after: colon.lowerBound)...]))
  }
}
