import HDF5

// Datasets with the attributes `unit` and `axes` beside them, and reads that check the shape.

extension HDF5Container {
  /// Writes numbers with their unit and the names of their axes.
  func write<Number: HDF5Number>(
    _ values: [Number], to name: String, shape: [Int]? = nil, unit: String?, axes: String,
    storage: HDF5Storage = .automatic
  ) throws {
    let dataset = try write(values, to: name, shape: shape, storage: storage)
    if let unit { try dataset.setAttribute("unit", unit) }
    try dataset.setAttribute("axes", axes)
  }

  /// Writes texts with the name of their axis.
  func write(_ texts: [String], to name: String, axes: String) throws {
    try write(texts.map(\.storable), to: name).setAttribute("axes", axes)
  }

  /// Reads numbers along one axis; `count` of them when it is given.
  func readNumbers<Number: HDF5Number>(
    _ name: String, as type: Number.Type = Number.self, count: Int? = nil
  ) throws -> [Number] {
    let dataset = try dataset(name)
    try dataset.require(shape: [count ?? dataset.shape.first ?? 0])
    return try dataset.read(type).values
  }

  /// Reads texts along one axis; `count` of them when it is given.
  func readTexts(_ name: String, count: Int? = nil) throws -> [String] {
    let dataset = try dataset(name)
    try dataset.require(shape: [count ?? dataset.shape.first ?? 0])
    return try dataset.readTexts().values
  }

  /// Reads numbers of a given shape.
  func readArray<Number: HDF5Number>(
    _ name: String, as type: Number.Type = Number.self, shape: [Int]
  ) throws -> [Number] {
    let dataset = try dataset(name)
    try dataset.require(shape: shape)
    return try dataset.read(type).values
  }
}

extension HDF5Dataset {
  /// Throws unless the dataset has this shape.
  func require(shape wanted: [Int]) throws {
    guard shape == wanted else {
      throw ArchiveError(.wrongLayout, self, "has shape \(shape) where \(wanted) is wanted")
    }
  }
}
