import CHDF5
import Dispatch
import Foundation
import Synchronization

/// One chunk of a compressed dataset in its stored form.
public struct HDF5EncodedChunk: Sendable {
  let origin: [Int]
  let bytes: [UInt8]

  /// Number of bytes that it takes in the file.
  public var byteCount: Int { bytes.count }
}

extension HDF5Dataset {
  /// Writes all numbers, as many as the shape holds.
  ///
  /// - Throws: ``HDF5Error``, codes `wrongType` when the dataset is not of this type, and `cannotWrite`.
  public func write<Number: HDF5Number>(_ values: [Number]) throws {
    try write(values.span, at: shape.map { _ in 0 }, count: shape)
  }

  /// Writes a box of numbers.
  ///
  /// In a compressed dataset a box that begins and ends on chunk boundaries, or on the dataset's edge, is compressed
  /// on all processors; any other box goes through the library's slower filter.
  ///
  /// - Parameters:
  ///   - values: As many as the box holds, last axis fastest.
  ///   - start: First element on each axis.
  ///   - count: Number of elements on each axis.
  /// - Throws: ``HDF5Error``, codes `wrongType` when the dataset is not of this type, `wrongShape` and `cannotWrite`.
  public func write<Number: HDF5Number>(_ values: Span<Number>, at start: [Int], count: [Int]) throws {
    try checkBox(start, count)
    try checkStored(as: Number.self)
    precondition(elementCount(count) == values.count, "\(values.count) values do not fill a box of \(count)")
    guard values.count > 0 else { return }
    try values.withUnsafeBufferPointer { buffer in
      if let compression, compression.grid.isAligned(start, count) {
        return try writeChunks(UnsafeRawBufferPointer(buffer), Number.self, compression, start, count)
      }
      try HDF5Library.locked {
        try withSpaces(start, count) { memory, file in
          try location.check(
            H5Dwrite(location.id, Number.nativeType, memory, file, hid_t(H5P_DEFAULT), buffer.baseAddress),
            .cannotWrite, "cannot be written; is the disk full?")
        }
      }
    }
  }

  /// Compresses one chunk without touching the file, so that many threads can do it for many datasets at once.
  ///
  /// - Parameters:
  ///   - values: The elements of the chunk that lie within the dataset, last axis fastest.
  ///   - origin: First element of the chunk on each axis.
  /// - Returns: What ``write(_:)-(HDF5EncodedChunk)`` takes.
  /// - Throws: ``HDF5Error``, codes `wrongType` and `tooLarge`.
  public func encodeChunk<Number: HDF5Number>(_ values: Span<Number>, at origin: [Int]) throws -> HDF5EncodedChunk {
    guard let compression else { preconditionFailure("only compressed datasets have encoded chunks") }
    try checkStored(as: Number.self)
    let grid = compression.grid
    let part = grid.overlap(ofChunkAt: origin, with: origin, grid.chunk)
    precondition(elementCount(part.count) == values.count, "\(values.count) values are no chunk at \(origin)")
    let codec = try makeCodec(Number.self, compression)
    return values.withUnsafeBufferPointer { buffer in
      encode(
        UnsafeRawBufferPointer(buffer), Number.self, grid, codec, origin,
        box: DenseBox(extents: part.count, start: part.count.map { _ in 0 }))
    }
  }

  /// Writes a chunk that ``encodeChunk(_:at:)`` of this dataset made.
  ///
  /// - Throws: ``HDF5Error``, code `cannotWrite`.
  public func write(_ chunk: HDF5EncodedChunk) throws {
    try HDF5Library.locked {
      _ = try location.check(
        H5Dwrite_chunk(
          location.id, hid_t(H5P_DEFAULT), 0, chunk.origin.map { hsize_t($0) }, chunk.bytes.count, chunk.bytes),
        .cannotWrite, "the chunk at \(chunk.origin) cannot be written; is the disk full?")
    }
  }

  private func checkStored<Number: HDF5Number>(as type: Number.Type) throws {
    guard isNative, Number.hdf5Type == self.type else {
      throw location.error(.wrongType, "holds \(self.type); \(Number.hdf5Type) values cannot be written to it")
    }
  }

  private func makeCodec<Number: HDF5Number>(_ type: Number.Type, _ compression: Compression) throws -> ChunkCodec {
    let elementSize = MemoryLayout<Number>.stride
    guard
      let size = elementCount(compression.grid.chunk),
      let codec = ChunkCodec(
        chunkSize: size * elementSize, elementSize: elementSize, isShuffled: compression.isShuffled,
        level: compression.level)
    else { throw location.error(.tooLarge, "no memory to compress chunks") }
    return codec
  }

  /// Compresses a batch of chunks on all processors, then writes them in order, so that equal content makes equal
  /// files; the batch bounds the memory.
  private func writeChunks<Number: HDF5Number>(
    _ source: UnsafeRawBufferPointer, _ type: Number.Type, _ compression: Compression, _ start: [Int], _ count: [Int]
  ) throws {
    // Threads only read from it.
    nonisolated(unsafe) let values = source
    let grid = compression.grid
    let origins = grid.chunkOrigins(touching: start, count)
    let workers = min(origins.count, ProcessInfo.processInfo.activeProcessorCount)
    let batch = 8 * workers
    for first in stride(from: 0, to: origins.count, by: batch) {
      let numbers = first..<min(first + batch, origins.count)
      let encoded = Mutex([HDF5EncodedChunk?](repeating: nil, count: numbers.count))
      let failure = Mutex<(any Error)?>(nil)
      let next = Atomic(first)
      DispatchQueue.concurrentPerform(iterations: workers) { _ in
        do {
          let codec = try makeCodec(type, compression)
          while true {
            let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard number < numbers.upperBound else { return }
            let origin = origins[number]
            let box = DenseBox(extents: count, start: origin.indices.map { origin[$0] - start[$0] })
            let chunk = encode(values, type, grid, codec, origin, box: box)
            encoded.withLock { $0[number - first] = chunk }
          }
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
      if let error = failure.withLock({ $0 }) { throw error }
      for chunk in encoded.withLock({ $0 }) {
        if let chunk { try write(chunk) }
      }
    }
  }

  /// The stored form of the chunk at `origin`, whose elements lie in `box` of `source`.
  private func encode<Number: HDF5Number>(
    _ source: UnsafeRawBufferPointer, _ type: Number.Type, _ grid: ChunkGrid, _ codec: ChunkCodec, _ origin: [Int],
    box: DenseBox
  ) -> HDF5EncodedChunk {
    let elementSize = MemoryLayout<Number>.stride
    let chunkSize = grid.chunk.reduce(elementSize, *)
    let part = grid.overlap(ofChunkAt: origin, with: origin, grid.chunk).count
    if part == grid.chunk, box.isContiguous(part) {
      let first = box.offset * elementSize
      return HDF5EncodedChunk(
        origin: origin, bytes: codec.encode(UnsafeRawBufferPointer(rebasing: source[first..<(first + chunkSize)])))
    }
    // Chunks at the edge are stored whole; what lies outside is zero.
    var whole = [Number](repeating: Number(), count: chunkSize / elementSize)
    let bytes = whole.withUnsafeMutableBytes { chunk in
      if let to = chunk.baseAddress, let from = source.baseAddress {
        DenseBox.copy(
          part, elementSize: elementSize, from: from, box, to: to,
          DenseBox(extents: grid.chunk, start: part.map { _ in 0 }))
      }
      return codec.encode(UnsafeRawBufferPointer(chunk))
    }
    return HDF5EncodedChunk(origin: origin, bytes: bytes)
  }
}
