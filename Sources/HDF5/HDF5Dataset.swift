import CHDF5

/// A dataset: an array of numbers or texts within a file.
///
/// Shape and type are known without reading a value.
public struct HDF5Dataset: HDF5Object {
  /// Where the dataset is.
  public let location: HDF5Location
  /// Extent of each axis; empty for a scalar.
  public let shape: [Int]
  /// Type of a stored element.
  public let type: HDF5DataType
  /// Extents of a chunk, or nil when the dataset is not chunked.
  public let chunkShape: [Int]?

  /// True when elements are stored as this machine holds them.
  let isNative: Bool
  /// How chunks are compressed, when this module can do it itself.
  let compression: Compression?
  /// False for virtual and external datasets, whose values lie in other files.
  let isWithinFile: Bool

  /// The filter pipeline (shuffle and) deflate.
  struct Compression: Hashable, Sendable {
    let grid: ChunkGrid
    let isShuffled: Bool
    let level: Int

    /// Bit of the shuffle filter in a chunk's filter mask.
    var shuffleBit: UInt32 { isShuffled ? 1 : 0 }
    /// Bit of the deflate filter in a chunk's filter mask.
    var deflateBit: UInt32 { isShuffled ? 2 : 1 }
  }

  /// Describes an open dataset; call it inside the lock.
  init(describing location: HDF5Location) throws {
    self.location = location
    let storedType = try location.check(H5Dget_type(location.id), .damaged, "has no type")
    defer { H5Tclose(storedType) }
    let space = try location.check(H5Dget_space(location.id), .damaged, "has no shape")
    defer { H5Sclose(space) }
    let properties = try location.check(H5Dget_create_plist(location.id), .damaged, "has no layout")
    defer { H5Pclose(properties) }
    shape = try location.shape(ofSpace: space)
    type = HDF5DataType(describing: storedType)
    isNative = type.nativeType.map { H5Tequal(storedType, $0) > 0 } ?? false
    let layout = H5Pget_layout(properties)
    isWithinFile = layout != H5D_VIRTUAL && H5Pget_external_count(properties) == 0
    if layout == H5D_CHUNKED {
      var extents = [hsize_t](repeating: 0, count: max(1, shape.count))
      let rank = H5Pget_chunk(properties, Int32(extents.count), &extents)
      let chunk = extents.compactMap { Int(exactly: $0) }
      guard rank == shape.count, chunk.count == shape.count, !chunk.contains(0) else {
        throw location.error(.damaged, "claims chunks of \(extents) for a shape of \(shape)")
      }
      chunkShape = chunk
      compression = Self.compression(properties, grid: ChunkGrid(shape: shape, chunk: chunk))
    } else {
      chunkShape = nil
      compression = nil
      try checkStorage(elementSize: H5Tget_size(storedType))
    }
  }

  /// Checks that a dataset in one piece, unless it was never written, has as many bytes as its shape needs.
  ///
  /// The library reads past the end of a piece that is too small.
  private func checkStorage(elementSize: Int) throws {
    guard isWithinFile, let count = elementCount(shape), count > 0 else { return }
    let (needed, overflow) = count.multipliedReportingOverflow(by: elementSize)
    let stored = H5Dget_storage_size(location.id)
    guard stored == 0 || (!overflow && stored >= hsize_t(needed)) else {
      throw location.error(.damaged, "claims a shape of \(shape), and has \(stored) bytes")
    }
  }

  /// The pipeline of a chunked dataset when it is exactly deflate, or shuffle and deflate.
  private static func compression(_ properties: hid_t, grid: ChunkGrid) -> Compression? {
    var options: UInt32 = 0
    // Nonzero when chunks that reach over the edge go unfiltered.
    guard H5Pget_chunk_opts(properties, &options) >= 0, options == 0 else { return nil }
    var filters: [H5Z_filter_t] = []
    var level: UInt32 = 0
    for index in 0..<max(0, H5Pget_nfilters(properties)) {
      var flags: UInt32 = 0
      var valueCount = 1
      var value: UInt32 = 0
      let filter = H5Pget_filter2(properties, UInt32(index), &flags, &valueCount, &value, 0, nil, nil)
      filters.append(filter)
      if filter == H5Z_FILTER_DEFLATE { level = value }
    }
    switch filters {
    case [H5Z_FILTER_DEFLATE]:
      return Compression(grid: grid, isShuffled: false, level: Int(min(max(level, 1), 9)))
    case [H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE]:
      return Compression(grid: grid, isShuffled: true, level: Int(min(max(level, 1), 9)))
    default: return nil
    }
  }

  /// Checks that a box lies within the dataset.
  func checkBox(_ start: [Int], _ count: [Int]) throws {
    guard start.count == shape.count, count.count == shape.count,
      shape.indices.allSatisfy({ axis in
        start[axis] >= 0 && count[axis] >= 0 && start[axis] <= shape[axis]
          && count[axis] <= shape[axis] - start[axis]
      })
    else {
      throw location.error(.wrongShape, "has shape \(shape); \(count) values from \(start) lie outside")
    }
  }

  /// Calls `body` with the memory and file spaces of a box; call it inside the lock.
  func withSpaces(_ start: [Int], _ count: [Int], _ body: (_ memory: hid_t, _ file: hid_t) throws -> Void) throws {
    if count == shape { return try body(hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT)) }
    let file = try location.check(H5Dget_space(location.id), .damaged, "has no shape")
    defer { H5Sclose(file) }
    try location.check(
      H5Sselect_hyperslab(file, H5S_SELECT_SET, start.map { hsize_t($0) }, nil, count.map { hsize_t($0) }, nil),
      .library, "\(count) values from \(start) cannot be selected")
    let memory = try location.makeSpace(count)
    defer { H5Sclose(memory) }
    try body(memory, file)
  }
}

extension HDF5Container {
  /// Opens a dataset by name or path.
  ///
  /// - Throws: ``HDF5Error``, codes `notFound`, `wrongType` when it is no dataset, and `damaged`.
  public func dataset(_ name: String) throws -> HDF5Dataset {
    try HDF5Library.locked {
      let id = try checkedName(name) { H5Dopen2(location.id, name, hid_t(H5P_DEFAULT)) }
      guard id >= 0 else { throw openingError(name, expected: .dataset) }
      return try HDF5Dataset(describing: child(name, id, closing: H5Dclose))
    }
  }

  /// Creates a dataset of numbers, with the groups on the way that are missing; unwritten values read as zero.
  ///
  /// - Parameters:
  ///   - name: Name or path.
  ///   - type: Type of an element.
  ///   - shape: Extent of each axis; empty for a scalar.
  ///   - storage: Layout in the file.
  /// - Throws: ``HDF5Error``, codes `alreadyExists`, `invalidText` and `cannotWrite`.
  public func createDataset<Number: HDF5Number>(
    _ name: String, of type: Number.Type, shape: [Int], storage: HDF5Storage = .automatic
  ) throws -> HDF5Dataset {
    try HDF5Library.locked {
      try createDataset(name, type: Number.nativeType, shape: shape) { properties in
        try setStorage(storage, shape: shape, elementSize: MemoryLayout<Number>.stride, properties)
      }
    }
  }

  /// Creates a dataset and writes all its numbers.
  ///
  /// - Parameters:
  ///   - values: As many as the shape holds, last axis fastest.
  ///   - name: Name or path.
  ///   - shape: One axis when nil; empty for a scalar.
  ///   - storage: Layout in the file.
  /// - Throws: As ``createDataset(_:of:shape:storage:)``.
  @discardableResult
  public func write<Number: HDF5Number>(
    _ values: [Number], to name: String, shape: [Int]? = nil, storage: HDF5Storage = .automatic
  ) throws -> HDF5Dataset {
    let dataset = try createDataset(name, of: Number.self, shape: shape ?? [values.count], storage: storage)
    try dataset.write(values)
    return dataset
  }

  /// Creates a dataset of variable-length UTF-8 texts and writes it.
  ///
  /// - Parameters:
  ///   - texts: As many as the shape holds, last axis fastest.
  ///   - name: Name or path.
  ///   - shape: One axis when nil; empty for a scalar.
  /// - Throws: ``HDF5Error``, codes `alreadyExists`, `invalidText` and `cannotWrite`.
  @discardableResult
  public func write(_ texts: [String], to name: String, shape: [Int]? = nil) throws -> HDF5Dataset {
    let shape = shape ?? [texts.count]
    precondition(elementCount(shape) == texts.count, "a shape of \(shape) does not hold \(texts.count) texts")
    return try HDF5Library.locked {
      let type = try HDF5Strings.variableType(location)
      defer { H5Tclose(type) }
      let fullName = location.fullName(name)
      return try HDF5Strings.withCStrings(texts, at: fullName, in: location) { pointers in
        let dataset = try createDataset(name, type: type, shape: shape) { _ in }
        if !texts.isEmpty {
          let all = hid_t(H5P_DEFAULT)
          try dataset.location.check(
            H5Dwrite(dataset.location.id, type, all, all, hid_t(H5P_DEFAULT), pointers), .cannotWrite,
            "cannot be written")
        }
        return dataset
      }
    }
  }

  /// Creates a dataset of any type; call it inside the lock.
  func createDataset(
    _ name: String, type: hid_t, shape: [Int], _ setProperties: (hid_t) throws -> Void
  ) throws -> HDF5Dataset {
    precondition(elementCount(shape) != nil && shape.allSatisfy { $0 >= 0 }, "a shape of \(shape) is impossible")
    let id = try checkedName(name) {
      let space = try location.makeSpace(shape)
      defer { H5Sclose(space) }
      let links = try newLinkProperties(for: name)
      defer { H5Pclose(links) }
      let properties = try location.check(H5Pcreate(chdf5_dataset_create()), .library, "no property list")
      defer { H5Pclose(properties) }
      H5Pset_obj_track_times(properties, false)
      try setProperties(properties)
      return H5Dcreate2(location.id, name, type, space, links, properties, hid_t(H5P_DEFAULT))
    }
    guard id >= 0 else { throw creationError(name) }
    return try HDF5Dataset(describing: child(name, id, closing: H5Dclose))
  }

  private func setStorage(_ storage: HDF5Storage, shape: [Int], elementSize: Int, _ properties: hid_t) throws {
    let bytes = (elementCount(shape) ?? 0).multipliedReportingOverflow(by: elementSize)
    // Neither scalars nor empty arrays can have chunks.
    guard !shape.isEmpty, bytes.overflow || bytes.partialValue > 0 else { return }
    var chunk: [Int]
    var level: Int?
    switch storage {
    case .contiguous: return
    case .automatic:
      guard bytes.overflow || bytes.partialValue > 1 << 20 else { return }
      chunk = ChunkGrid.defaultChunk(shape: shape, elementSize: elementSize)
    case .chunked(let wanted): chunk = wanted
    case .compressed(let wantedLevel, let wanted):
      precondition((1...9).contains(wantedLevel), "a compression level is 1...9")
      chunk = wanted ?? ChunkGrid.defaultChunk(shape: shape, elementSize: elementSize)
      level = wantedLevel
    }
    precondition(chunk.count == shape.count && chunk.allSatisfy { $0 > 0 }, "a chunk needs one extent an axis")
    // The library refuses chunks that are larger than the dataset.
    for axis in chunk.indices { chunk[axis] = min(chunk[axis], shape[axis]) }
    let extents = chunk.map { hsize_t($0) }
    try location.check(H5Pset_chunk(properties, Int32(chunk.count), extents), .cannotWrite, "chunks of \(chunk) fail")
    if let level {
      if elementSize > 1 { try location.check(H5Pset_shuffle(properties), .cannotWrite, "no shuffle filter") }
      try location.check(H5Pset_deflate(properties, UInt32(level)), .cannotWrite, "no deflate filter")
    }
  }
}
