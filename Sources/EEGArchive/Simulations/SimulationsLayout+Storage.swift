import EEGCore
import EvokeNumerics
import HDF5

/// What `/ok` says of a simulation.
public enum SimulationStatus: UInt8, Hashable, Sendable {
  /// Its values left the numbers that have a meaning; it is kept.
  case failed = 0
  /// All is well.
  case good = 1
  /// Not there yet, in a file that is not finished.
  case missing = 255
}

extension SimulationsLayout {
  /// Writes all that is no row of a simulation.
  func writeFrame(to file: HDF5File) throws {
    try file.setAttribute("total", total)
    try file.setAttribute("first", numbers.lowerBound)
    try file.setAttribute("instruction_set", instructionSet.storable)
    try file.setAttribute("arithmetic", arithmetic.storable)
    try table.write(to: file)
    try PriorArchive.write(prior, to: file)
    try file.write([seed], to: "seed", shape: [])
    for extra in extras {
      try file.write(extra.values, to: extra.name, shape: extra.shape, unit: extra.unit, axes: extra.axes)
    }
  }

  /// Writes what stands beside an array.
  func describe(_ array: SimulationsArray, _ dataset: HDF5Dataset) throws {
    if let unit = array.unit { try dataset.setAttribute("unit", unit) }
    try dataset.setAttribute("axes", array.axes)
    switch array.content {
    case .theta:
      try dataset.setAttribute("names", parameters.map(\.name.storable))
      try dataset.setAttribute("units", parameters.map(\.unit.storable))
    case .x(let level): try dataset.setAttribute("noise_level", noiseLevels[level])
    case .source, .status, .number: break
    }
  }

  /// Makes the arrays: the numbers of the simulations, the status `missing`, and room for the rest.
  func reserveArrays(in file: HDF5File) throws {
    for array in arrays {
      let shape = [count] + array.rowShape
      let dataset =
        switch array.content {
        case .number: try file.write(numbers.map { UInt32($0) }, to: array.name, storage: .contiguous)
        case .status:
          try file.write(
            [UInt8](repeating: SimulationStatus.missing.rawValue, count: count), to: array.name, storage: .contiguous)
        case .theta: try file.reserveDataset(array.name, of: Double.self, shape: shape)
        case .x, .source: try file.reserveDataset(array.name, of: Float.self, shape: shape)
        }
      try describe(array, dataset)
    }
  }

  /// Reads the layout of a file that this module wrote.
  init(reading file: HDF5File) throws {
    let table = try ChannelTable(reading: file)
    let theta = try file.dataset("theta")
    let parameters = try Self.parameters(of: theta)
    let first: Int = try file.attribute("first")
    let total: Int = try file.attribute("total")
    let count = theta.shape[0]
    guard first >= 0, count > 0, total <= Int(UInt32.max), first <= total, count <= total - first else {
      throw ArchiveError(
        .invalidValue, file, attribute: "first", "simulations from \(first), \(count) of them, are not part of \(total)"
      )
    }
    let levels = Self.levelNames(in: file)
    let source = file.exists("source") ? try file.dataset("source") : nil
    self.init(
      parameters: parameters, prior: try PriorArchive.read(of: parameters, from: file), channels: table.channels,
      times: table.times, rate: table.rate,
      noiseLevels: try levels.map { try file.dataset($0).attribute("noise_level") },
      columnCount: try source.map { try $0.requiredExtent(axis: 1, of: 3) }, numbers: first..<(first + count),
      total: total, seed: try file.readArray("seed", shape: [])[0], settings: try file.attributeText("evoke_settings"),
      instructionSet: try file.attributeText("instruction_set"), arithmetic: try file.attributeText("arithmetic"),
      extras: try Self.extras(in: file))
    guard !channels.isEmpty, !times.isEmpty, !levels.isEmpty, columnCount != 0 else {
      throw ArchiveError(.missingObject, path: file.location.path, object: "/x", "there are no potentials")
    }
    for array in arrays { try file.dataset(array.name).require(shape: [count] + array.rowShape) }
    // All of them follow from the first; a file that was put together otherwise shows at the ends.
    let numbers = try file.dataset("simulation")
    for row in [0, count - 1] {
      let number = try numbers.read(UInt32.self, from: [row], count: [1]).values[0]
      guard Int(number) == first + row else {
        throw ArchiveError(.invalidValue, numbers, "is \(number) in row \(row), and not \(first + row)")
      }
    }
  }

  /// Names of `/x`, `/x_1` and so on, as many as there are.
  static func levelNames(in file: HDF5File) -> [String] {
    var names: [String] = []
    while file.exists(xName(names.count)) { names.append(xName(names.count)) }
    return names
  }

  /// Names and units of the columns of `/theta`; a file without them has theta_0, theta_1 and so on.
  static func parameters(of theta: HDF5Dataset) throws -> [Prior.Parameter] {
    try parameters(of: theta, count: theta.requiredExtent(axis: 1, of: 2))
  }

  /// Names and units of a dataset whose last axis has `count` parameters.
  static func parameters(of theta: HDF5Dataset, count: Int) throws -> [Prior.Parameter] {
    func texts(_ attribute: String) throws -> [String]? {
      guard theta.hasAttribute(attribute) else { return nil }
      let texts = try theta.attributeTexts(attribute).values
      guard texts.count == count else {
        throw ArchiveError(
          .wrongLayout, theta, attribute: attribute, "holds \(texts.count) texts for \(count) parameters")
      }
      return texts
    }
    let names = try texts("names")
    let units = try texts("units")
    return (0..<count).map { Prior.Parameter(names?[$0] ?? "theta_\($0)", unit: units?[$0] ?? "") }
  }

  /// All datasets that are not of the layout.
  private static func extras(in file: HDF5File) throws -> [NamedArray] {
    var found: [NamedArray] = []
    func search(_ container: some HDF5Container, prefix: String, depth: Int) throws {
      for link in try container.links() {
        let name = prefix + link
        guard !isReserved(name) else { continue }
        switch container.kind(of: link) {
        // A damaged file may contain itself.
        case .group where depth < 8: try search(container.group(link), prefix: name + "/", depth: depth + 1)
        case .dataset:
          let dataset = try container.dataset(link)
          let values = try dataset.read(Double.self)
          found.append(
            NamedArray(
              name: name, shape: values.shape, values: values.values,
              unit: dataset.hasAttribute("unit") ? try dataset.attributeText("unit") : nil,
              axes: try dataset.attributeText("axes")))
        default: throw ArchiveError(.wrongLayout, container, "'\(link)' is neither a group nor a dataset")
        }
      }
    }
    try search(file, prefix: "", depth: 0)
    return found
  }
}

extension HDF5Dataset {
  /// One extent, once it is sure that there are so many axes.
  fileprivate func requiredExtent(axis: Int, of rank: Int) throws -> Int {
    guard shape.count == rank else {
      throw ArchiveError(.wrongLayout, self, "has shape \(shape) where \(rank) axes are wanted")
    }
    return shape[axis]
  }
}
