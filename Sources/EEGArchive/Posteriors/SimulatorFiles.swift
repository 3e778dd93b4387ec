import EvokeNumerics
import HDF5

/// The files through which a program of any language simulates: parameters that it reads, and data that it writes.
public enum SimulatorFiles {
  /// What a program wrote.
  public struct Output: Hashable, Sendable {
    /// Extents of the data of one simulation; empty for a single number each.
    public let dataShape: [Int]
    /// Shape `[simulation] + dataShape`; may hold values that are not finite.
    public let values: [Float]
    /// Whether simulations succeeded: 1 in `/ok`, all where there is none.
    public let isGood: [Bool]
  }

  /// Writes parameters: `/theta` [simulation, parameter] with `names` and `units`, and beside it `seed` and the number
  /// of the first simulation, `first`.
  ///
  /// - Parameters:
  ///   - theta: Shape `[simulation, parameter]`.
  ///   - parameters: Names and units.
  ///   - first: Number of the first simulation among all of a run.
  ///   - seed: Of the run.
  /// - Throws: `HDF5Error`; `FileOutputError`.
  public static func writeParameters(
    _ theta: [Double], of parameters: [Prior.Parameter], first: Int, seed: UInt64, to path: String
  ) throws {
    let d = parameters.count
    precondition(d > 0 && theta.count % d == 0, "theta has whole rows")
    let file = try HDF5File(creating: path)
    try file.write(
      theta, to: "theta", shape: [theta.count / d, d], unit: nil, axes: "simulation,parameter")
    let dataset = try file.dataset("theta")
    try dataset.setAttribute("names", parameters.map(\.name.storable))
    try dataset.setAttribute("units", parameters.map(\.unit.storable))
    for object in [file, dataset] as [any HDF5Object] {
      try object.setAttribute("seed", seed)
      try object.setAttribute("first", first)
    }
    try file.commit()
  }

  /// Reads data: `/x` [simulation, …] of numbers of any type and, where it is there, `/ok` [simulation].
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - count: Simulations that it has to have.
  /// - Throws: ``ArchiveError``, codes `missingObject` and `wrongLayout`; `HDF5Error`.
  public static func readData(_ path: String, count: Int) throws -> Output {
    try describingLayout {
      let file = try HDF5File(reading: path)
      guard file.kind(of: "x") == .dataset else {
        throw ArchiveError(
          .missingObject, path: path, object: "/x", "there are no data, /x [simulation, …]; \(try file.contents())")
      }
      let x = try file.dataset("x")
      guard x.shape.first == count, !x.shape.contains(0) else {
        throw ArchiveError(
          .wrongLayout, x, "has shape \(x.shape) where \(count) rows, one for each of /theta, are wanted")
      }
      let values = try ObservedData(reading: x, as: x.shape).floats
      var isGood = [Bool](repeating: true, count: count)
      if file.exists("ok") {
        let ok = try file.dataset("ok")
        try ok.require(shape: [count])
        isGood = try ObservedData(reading: ok, as: [count]).floats.map { $0 == 1 }
      }
      return Output(dataShape: Array(x.shape.dropFirst()), values: values, isGood: isGood)
    }
  }

  /// Reads a prior with the names of its parameters: `/prior` of any archive, or of a file of another program.
  ///
  /// - Parameter path: `/prior` with the attribute `kind`; names are the attribute `names` of it or of `/theta`, where
  ///   there is one, else theta_0, theta_1 and so on.
  /// - Throws: ``ArchiveError``; `HDF5Error`.
  public static func readPrior(_ path: String) throws -> WeightsArchive.StoredPrior {
    try describingLayout {
      let file = try HDF5File(reading: path)
      guard file.kind(of: "prior") == .group else {
        throw ArchiveError(
          .missingObject, path: path, object: "/prior",
          "there is no prior, a group with the attribute kind; \(try file.contents())")
      }
      let group = try file.group("prior")
      let parameters: [Prior.Parameter]
      if group.hasAttribute("names") {
        let names = try group.attributeTexts("names").values
        let units = group.hasAttribute("units") ? try group.attributeTexts("units").values : names.map { _ in "" }
        guard names.count == units.count else {
          throw ArchiveError(.wrongLayout, group, attribute: "units", "are not as many as there are names")
        }
        parameters = zip(names, units).map { Prior.Parameter($0, unit: $1) }
      } else if file.kind(of: "theta") == .dataset {
        parameters = try SimulationsLayout.parameters(of: file.dataset("theta"))
      } else {
        parameters = (0..<(try PriorArchive.count(in: file))).map { Prior.Parameter("theta_\($0)") }
      }
      return WeightsArchive.StoredPrior(
        parameters: parameters, group: try PriorArchive.read(of: parameters, from: file))
    }
  }

  /// Writes pairs as another program would, to be trained on or looked at: `/theta`, `/x`, `/ok` and `/prior`.
  ///
  /// - Parameters:
  ///   - theta: Shape `[simulation, parameter]`.
  ///   - x: Shape `[simulation] + shape`.
  ///   - shape: Of the data of one simulation.
  ///   - isGood: Which simulations succeeded.
  ///   - prior: Of the parameters, with their names.
  ///   - proposal: JSON of what the parameters were drawn from, if that was not the prior: an attribute of `/theta`.
  /// - Throws: `HDF5Error`; `FileOutputError`.
  public static func writePairs(
    theta: [Double], x: [Float], shape: [Int], isGood: [Bool], prior: WeightsArchive.StoredPrior, proposal: String,
    to path: String
  ) throws {
    let (count, d) = (isGood.count, prior.parameters.count)
    precondition(theta.count == count * d && x.count == count * shape.reduce(1, *), "every pair has its numbers")
    let file = try HDF5File(creating: path)
    try file.write(theta, to: "theta", shape: [count, d], unit: nil, axes: "simulation,parameter")
    let dataset = try file.dataset("theta")
    try dataset.setAttribute("names", prior.parameters.map(\.name.storable))
    try dataset.setAttribute("units", prior.parameters.map(\.unit.storable))
    try dataset.setAttribute("proposal", proposal.storable)
    let axes = shape.indices.map { shape.count == 1 ? "value" : "axis_\($0)" }
    try file.write(x, to: "x", shape: [count] + shape, unit: nil, axes: (["simulation"] + axes).joined(separator: ","))
    try file.write(isGood.map { $0 ? UInt8(1) : 0 }, to: "ok", unit: nil, axes: "simulation")
    try PriorArchive.write(prior.group, to: file)
    try file.commit()
  }
}

extension PriorArchive {
  /// Parameters of a prior that nothing names.
  static func count(in container: some HDF5Container, name: String = "prior") throws -> Int {
    try count(of: read(container.group(name), depth: 0))
  }

  private static func count(of prior: PriorGroup) -> Int {
    switch prior {
    case .box(let lower, _): lower.count
    case .normal(let mean, _): mean.count
    case .logNormal(let location, _): location.count
    case .truncatedNormal(let mean, _, _, _): mean.count
    case .independent(let parts): parts.reduce(0) { $0 + count(of: $1) }
    }
  }
}
