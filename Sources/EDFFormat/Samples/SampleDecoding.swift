import CKernels

/// Conversion of stored samples, little-endian 16 or 24 bits, to what callers want.
///
/// Every function reads `count * bytesPerSample` bytes at `source` and writes `count` values at `destination`; callers
/// have checked both.
enum SampleDecoding {
  /// Float32 physical values, `digital * gain + offset`, written past the caches.
  ///
  /// Bulk reads are bound by memory: see the kernels' header. `ck_finish_decoding` belongs after the last call.
  static func float32(
    _ source: UnsafeRawPointer, bytesPerSample: Int, count: Int, gain: Float, offset: Float,
    into destination: UnsafeMutablePointer<Float>
  ) {
    let bytes = source.assumingMemoryBound(to: UInt8.self)
    if bytesPerSample == 2 {
      ck_decode_int16(bytes, destination, count, gain, offset)
    } else {
      ck_decode_int24(bytes, destination, count, gain, offset)
    }
  }

  /// Float64 physical values, `(digital + digitalOffset) * gain`.
  static func float64(
    _ source: UnsafeRawPointer, bytesPerSample: Int, count: Int, gain: Double, digitalOffset: Double,
    into destination: UnsafeMutablePointer<Double>
  ) {
    if bytesPerSample == 2 {
      for index in 0..<count {
        destination[index] = (Double(int16(source, index)) + digitalOffset) * gain
      }
    } else {
      forEach24(source, count) { destination[$0] = (Double($1) + digitalOffset) * gain }
    }
  }

  /// Digital values.
  static func int32(
    _ source: UnsafeRawPointer, bytesPerSample: Int, count: Int, into destination: UnsafeMutablePointer<Int32>
  ) {
    if bytesPerSample == 2 {
      for index in 0..<count { destination[index] = Int32(int16(source, index)) }
    } else {
      forEach24(source, count) { destination[$0] = $1 }
    }
  }

  @inline(__always)
  private static func int16(_ source: UnsafeRawPointer, _ index: Int) -> Int16 {
    Int16(littleEndian: source.loadUnaligned(fromByteOffset: 2 &* index, as: Int16.self))
  }

  /// Sign-extended 24-bit values; all but the last are read by four-byte loads at a stride of three.
  @inline(__always)
  private static func forEach24(_ source: UnsafeRawPointer, _ count: Int, _ body: (Int, Int32) -> Void) {
    guard count > 0 else { return }
    for index in 0..<(count &- 1) {
      let word = Int32(littleEndian: source.loadUnaligned(fromByteOffset: 3 &* index, as: Int32.self))
      body(index, (word &<< 8) &>> 8)
    }
    let last = source + 3 &* (count &- 1)
    let low = UInt32(last.load(as: UInt8.self)) | UInt32(last.load(fromByteOffset: 1, as: UInt8.self)) << 8
    body(count &- 1, Int32(last.load(fromByteOffset: 2, as: Int8.self)) << 16 | Int32(bitPattern: low))
  }
}
