import CHDF5
import Dispatch
import Foundation
import Synchronization

extension HDF5Dataset {
  /// Reads all numbers.
  ///
  /// - Throws: ``HDF5Error``: `wrongType` when a stored value might not be one of `Number` (see ``type``), `damaged`,
  ///   `tooLarge`.
  public func read<Number: HDF5Number>(_ type: Number.Type = Number.self) throws -> HDF5Array<Number> {
    try read(type, from: shape.map { _ in 0 }, count: shape)
  }

  /// Reads a box of numbers.
  ///
  /// - Parameters:
  ///   - type: Type to read as.
  ///   - start: First element on each axis.
  ///   - count: Number of elements on each axis, which is the shape of the result.
  /// - Throws: ``HDF5Error``: `wrongShape` when the box lies outside, and as ``read(_:)``.
  public func read<Number: HDF5Number>(
    _ type: Number.Type = Number.self, from start: [Int], count: [Int]
  ) throws -> HDF5Array<Number> {
    try checkBox(start, count)
    try checkType(type)
    let bytes = try location.checkedSize(
      of: count, elementSize: MemoryLayout<Number>.stride, isBounded: isWithinFile)
    let total = bytes / MemoryLayout<Number>.stride
    let values = try [Number](unsafeUninitializedCapacity: total) { buffer, initialized in
      try readBox(type, start, count, into: UnsafeMutableRawBufferPointer(buffer))
      initialized = total
    }
    return HDF5Array(shape: count, values: values)
  }

  /// Reads a box of numbers into memory that the caller holds.
  ///
  /// - Parameters:
  ///   - destination: Filled completely; holds as many elements as the box.
  ///   - start: First element on each axis.
  ///   - count: Number of elements on each axis.
  /// - Throws: ``HDF5Error``: `wrongShape` when the box lies outside, `wrongType`, `damaged`.
  public func read<Number: HDF5Number>(
    into destination: inout MutableSpan<Number>, from start: [Int], count: [Int]
  ) throws {
    try checkBox(start, count)
    try checkType(Number.self)
    precondition(elementCount(count) == destination.count, "the destination needs one place an element")
    try destination.withUnsafeMutableBufferPointer { buffer in
      try readBox(Number.self, start, count, into: UnsafeMutableRawBufferPointer(buffer))
    }
  }

  /// Reads all texts, of fixed or variable length; bytes that are not UTF-8 become U+FFFD.
  ///
  /// - Throws: ``HDF5Error``, codes `wrongType` when the dataset holds no text, `damaged` and `tooLarge`.
  public func readTexts() throws -> HDF5Array<String> {
    try HDF5Library.locked {
      let storedType = try location.check(H5Dget_type(location.id), .damaged, "has no type")
      defer { H5Tclose(storedType) }
      let space = try location.check(H5Dget_space(location.id), .damaged, "has no shape")
      defer { H5Sclose(space) }
      let all = hid_t(H5P_DEFAULT)
      let texts = try HDF5Strings.read(
        location.id, type: storedType, space: space, shape: shape, isWithinFile: isWithinFile, in: location,
        at: location.name
      ) { H5Dread(location.id, $0, all, all, hid_t(H5P_DEFAULT), $1) }
      return HDF5Array(shape: shape, values: texts)
    }
  }

  private func checkType<Number: HDF5Number>(_ wanted: Number.Type) throws {
    guard Number.canRead(type) else {
      throw location.error(.wrongType, "holds \(type), which cannot be read as \(Number.hdf5Type) without loss")
    }
  }

  private func readBox<Number: HDF5Number>(
    _ type: Number.Type, _ start: [Int], _ count: [Int], into buffer: UnsafeMutableRawBufferPointer
  ) throws {
    guard let base = buffer.baseAddress, buffer.count > 0 else { return }
    if let compression, isNative, type.hdf5Type == self.type,
      case let origins = compression.grid.chunkOrigins(touching: start, count),
      isWorthInflating(origins.count, of: compression, elements: buffer.count / MemoryLayout<Number>.stride)
    {
      return try readChunks(type, compression, origins, start, count, into: base)
    }
    try HDF5Library.locked {
      try withSpaces(start, count) { memory, file in
        try location.check(
          H5Dread(location.id, Number.nativeType, memory, file, hid_t(H5P_DEFAULT), base), .damaged,
          "its values cannot be read")
      }
    }
  }

  /// True when a request needs at least a quarter of what is inflated for it.
  ///
  /// Small windows go through the library, whose cache of chunks serves the next window too.
  private func isWorthInflating(_ chunks: Int, of compression: Compression, elements: Int) -> Bool {
    guard let size = elementCount(compression.grid.chunk) else { return false }
    return Double(elements) * 4 >= Double(chunks) * Double(size)
  }

  /// Reads chunks one by one under the lock, and inflates them on all processors outside it.
  private func readChunks<Number: HDF5Number>(
    _ type: Number.Type, _ compression: Compression, _ origins: [[Int]], _ start: [Int], _ count: [Int],
    into base: UnsafeMutableRawPointer
  ) throws {
    // Chunks fill disjoint parts of the destination, so threads never write to the same place.
    nonisolated(unsafe) let destination = base
    let grid = compression.grid
    let elementSize = MemoryLayout<Number>.stride
    let chunkSize = try location.checkedSize(of: grid.chunk, elementSize: elementSize)
    let next = Atomic(0)
    let failure = Mutex<(any Error)?>(nil)
    let workers = min(origins.count, ProcessInfo.processInfo.activeProcessorCount)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      guard
        let codec = ChunkCodec(chunkSize: chunkSize, elementSize: elementSize, isShuffled: compression.isShuffled)
      else { return failure.withLock { $0 = location.error(.tooLarge, "no memory to inflate chunks") } }
      let whole = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkSize, alignment: 64)
      defer { whole.deallocate() }
      while failure.withLock({ $0 == nil }) {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard number < origins.count else { return }
        do {
          let origin = origins[number]
          let part = grid.overlap(ofChunkAt: origin, with: start, count)
          let target = DenseBox(extents: count, start: part.start.indices.map { part.start[$0] - start[$0] })
          if part.count == grid.chunk, target.isContiguous(part.count) {
            let place = UnsafeMutableRawBufferPointer(
              start: destination + target.offset * elementSize, count: chunkSize)
            try readChunk(type, origin, compression, codec, into: place)
          } else if let chunk = whole.baseAddress {
            try readChunk(type, origin, compression, codec, into: whole)
            let source = DenseBox(
              extents: grid.chunk, start: part.start.indices.map { part.start[$0] - origin[$0] })
            DenseBox.copy(
              part.count, elementSize: elementSize, from: chunk, source, to: destination, target)
          }
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// Reads and inflates one whole chunk; a chunk that was never written holds the fill value.
  private func readChunk<Number: HDF5Number>(
    _ type: Number.Type, _ origin: [Int], _ compression: Compression, _ codec: ChunkCodec,
    into chunk: UnsafeMutableRawBufferPointer
  ) throws {
    let offset = origin.map { hsize_t($0) }
    var mask: UInt32 = 0
    let stored: [UInt8]? = try HDF5Library.locked {
      var address = haddr_t()
      var size: hsize_t = 0
      try location.check(
        H5Dget_chunk_info_by_coord(location.id, offset, &mask, &address, &size), .damaged,
        "the chunk at \(origin) cannot be found")
      guard size > 0, address != chdf5_undefined_address() else { return nil }
      guard let length = Int(exactly: size) else {
        throw location.error(.damaged, "the chunk at \(origin) claims \(size) bytes")
      }
      let bytes = try location.checkedSize(of: [length], elementSize: 1)
      return try [UInt8](unsafeUninitializedCapacity: bytes) { buffer, initialized in
        try location.check(
          H5Dread_chunk(location.id, hid_t(H5P_DEFAULT), offset, &mask, buffer.baseAddress), .damaged,
          "the chunk at \(origin) cannot be read")
        initialized = bytes
      }
    }
    guard let stored else {
      let fill = try fillValue(type)
      chunk.bindMemory(to: Number.self).update(repeating: fill)
      return
    }
    let isWhole = stored.withUnsafeBytes {
      codec.decode(
        $0, skippingDeflate: mask & compression.deflateBit != 0, skippingShuffle: mask & compression.shuffleBit != 0,
        into: chunk)
    }
    guard isWhole else { throw location.error(.damaged, "the chunk at \(origin) cannot be decompressed") }
  }

  /// What unwritten elements read as.
  private func fillValue<Number: HDF5Number>(_ type: Number.Type) throws -> Number {
    try HDF5Library.locked {
      let properties = try location.check(H5Dget_create_plist(location.id), .damaged, "has no layout")
      defer { H5Pclose(properties) }
      var status = H5D_FILL_VALUE_UNDEFINED
      var value = Number()
      guard H5Pfill_value_defined(properties, &status) >= 0, status != H5D_FILL_VALUE_UNDEFINED else { return value }
      try location.check(
        H5Pget_fill_value(properties, Number.nativeType, &value), .damaged, "its fill value cannot be read")
      return value
    }
  }
}
