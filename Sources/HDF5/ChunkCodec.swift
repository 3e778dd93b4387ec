import CDeflate

/// HDF5's byte shuffle and deflate filters for one chunk at a time, by libdeflate.
///
/// libhdf5 runs its own filters one chunk at a time under its global lock, by zlib. The bytes are of the same formats:
/// a zlib stream (RFC 1950), and the shuffle of "HDF5 File Format Specification", filter 2, which puts the first bytes
/// of all elements in front of all second bytes and so on.
///
/// An instance belongs to one thread at a time: it holds libdeflate's state and a buffer of one chunk.
final class ChunkCodec {
  private let chunkSize: Int
  private let elementSize: Int
  private let isShuffled: Bool
  private let shuffled: UnsafeMutableRawBufferPointer
  private let compressor: OpaquePointer?
  private let decompressor: OpaquePointer?

  /// A codec that compresses when `level` (1...9) is given and decompresses when not.
  ///
  /// - Returns: Nil when memory is short.
  init?(chunkSize: Int, elementSize: Int, isShuffled: Bool, level: Int? = nil) {
    self.chunkSize = chunkSize
    self.elementSize = elementSize
    // The filter leaves single bytes alone.
    self.isShuffled = isShuffled && elementSize > 1
    compressor = level.flatMap { libdeflate_alloc_compressor(Int32($0)) }
    decompressor = level == nil ? libdeflate_alloc_decompressor() : nil
    shuffled = .allocate(byteCount: self.isShuffled ? chunkSize : 0, alignment: 64)
    if compressor == nil && decompressor == nil { return nil }
  }

  deinit {
    if let compressor { libdeflate_free_compressor(compressor) }
    if let decompressor { libdeflate_free_decompressor(decompressor) }
    shuffled.deallocate()
  }

  /// The stored form of one whole chunk.
  func encode(_ chunk: UnsafeRawBufferPointer) -> [UInt8] {
    precondition(chunk.count == chunkSize)
    var source = chunk
    if isShuffled {
      ByteShuffle.shuffle(chunk, into: shuffled, elementSize: elementSize)
      source = UnsafeRawBufferPointer(shuffled)
    }
    let bound = libdeflate_zlib_compress_bound(compressor, chunkSize)
    return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      count = libdeflate_zlib_compress(compressor, source.baseAddress, chunkSize, buffer.baseAddress, bound)
      // The bound is libdeflate's promise.
      precondition(count > 0, "a chunk exceeded its compression bound")
    }
  }

  /// Restores one whole chunk.
  ///
  /// - Parameters:
  ///   - stored: The bytes of the file.
  ///   - skippingDeflate: True when the chunk's filter mask says that it was not deflated.
  ///   - skippingShuffle: True when the chunk's filter mask says that it was not shuffled.
  ///   - chunk: As large as a chunk.
  /// - Returns: False when the bytes are no chunk of this size.
  func decode(
    _ stored: UnsafeRawBufferPointer, skippingDeflate: Bool, skippingShuffle: Bool,
    into chunk: UnsafeMutableRawBufferPointer
  ) -> Bool {
    precondition(chunk.count == chunkSize)
    let unshuffles = isShuffled && !skippingShuffle
    let inflated = unshuffles ? shuffled : chunk
    if skippingDeflate {
      guard stored.count == chunkSize else { return false }
      inflated.copyMemory(from: stored)
    } else {
      // Without a place for the actual size, anything but exactly one chunk is a failure.
      let status = libdeflate_zlib_decompress(
        decompressor, stored.baseAddress, stored.count, inflated.baseAddress, chunkSize, nil)
      guard status == LIBDEFLATE_SUCCESS else { return false }
    }
    if unshuffles {
      ByteShuffle.unshuffle(UnsafeRawBufferPointer(shuffled), into: chunk, elementSize: elementSize)
    }
    return true
  }
}

/// HDF5's shuffle filter.
enum ByteShuffle {
  /// Puts byte k of every element into plane k.
  static func shuffle(
    _ source: UnsafeRawBufferPointer, into planes: UnsafeMutableRawBufferPointer, elementSize: Int
  ) {
    precondition(source.count == planes.count && source.count % elementSize == 0)
    switch elementSize {
    case 2: split(source, UInt16.self, into: planes)
    case 4: split(source, UInt32.self, into: planes)
    default: split(source, UInt64.self, into: planes)
    }
  }

  /// Undoes ``shuffle(_:into:elementSize:)``.
  static func unshuffle(
    _ planes: UnsafeRawBufferPointer, into destination: UnsafeMutableRawBufferPointer, elementSize: Int
  ) {
    precondition(planes.count == destination.count && planes.count % elementSize == 0)
    switch elementSize {
    case 2: join(planes, UInt16.self, into: destination)
    case 4: join(planes, UInt32.self, into: destination)
    default: join(planes, UInt64.self, into: destination)
    }
  }

  // One plain loop a plane when splitting, and all planes in one loop when joining, is what LLVM turns into SIMD.

  private static func split<Word: FixedWidthInteger & UnsignedInteger>(
    _ source: UnsafeRawBufferPointer, _ type: Word.Type, into planes: UnsafeMutableRawBufferPointer
  ) {
    let count = source.count / MemoryLayout<Word>.size
    guard count > 0, let words = source.baseAddress?.assumingMemoryBound(to: Word.self),
      let bytes = planes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    else { return }
    precondition(Int(bitPattern: words) % MemoryLayout<Word>.alignment == 0)
    for plane in 0..<MemoryLayout<Word>.size {
      let target = bytes + plane * count
      let shift = Word(8 * plane)
      for index in 0..<count { target[index] = UInt8(truncatingIfNeeded: words[index] &>> shift) }
    }
  }

  private static func join<Word: FixedWidthInteger & UnsignedInteger>(
    _ planes: UnsafeRawBufferPointer, _ type: Word.Type, into destination: UnsafeMutableRawBufferPointer
  ) {
    let count = planes.count / MemoryLayout<Word>.size
    guard count > 0, let bytes = planes.baseAddress?.assumingMemoryBound(to: UInt8.self),
      let words = destination.baseAddress?.assumingMemoryBound(to: Word.self)
    else { return }
    precondition(Int(bitPattern: words) % MemoryLayout<Word>.alignment == 0)
    switch MemoryLayout<Word>.size {
    case 2:
      let low = bytes
      let high = bytes + count
      for index in 0..<count {
        words[index] = Word(truncatingIfNeeded: low[index]) | Word(truncatingIfNeeded: high[index]) &<< 8
      }
    case 4:
      let (b0, b1, b2, b3) = (bytes, bytes + count, bytes + 2 * count, bytes + 3 * count)
      for index in 0..<count {
        let low = Word(truncatingIfNeeded: b0[index]) | Word(truncatingIfNeeded: b1[index]) &<< 8
        let high = Word(truncatingIfNeeded: b2[index]) | Word(truncatingIfNeeded: b3[index]) &<< 8
        words[index] = low | high &<< 16
      }
    default:
      let (b0, b1, b2, b3) = (bytes, bytes + count, bytes + 2 * count, bytes + 3 * count)
      let (b4, b5, b6, b7) = (bytes + 4 * count, bytes + 5 * count, bytes + 6 * count, bytes + 7 * count)
      for index in 0..<count {
        let w0 = Word(truncatingIfNeeded: b0[index]) | Word(truncatingIfNeeded: b1[index]) &<< 8
        let w1 = Word(truncatingIfNeeded: b2[index]) | Word(truncatingIfNeeded: b3[index]) &<< 8
        let w2 = Word(truncatingIfNeeded: b4[index]) | Word(truncatingIfNeeded: b5[index]) &<< 8
        let w3 = Word(truncatingIfNeeded: b6[index]) | Word(truncatingIfNeeded: b7[index]) &<< 8
        words[index] = (w0 | w1 &<< 16) | (w2 | w3 &<< 16) &<< 32
      }
    }
  }
}
