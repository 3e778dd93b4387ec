/// Conversion of stored samples, little-endian 16 or 24 bits, to what callers want.
///
/// Every function reads `count * bytesPerSample` bytes at `source` and writes `count` values at `destination`; callers
/// have checked both.
enum SampleDecoding {
  /// Float32 physical values, `digital * gain + offset`.
  static func float32(
    _ source: UnsafeRawPointer, bytesPerSample: Int, count: Int, gain: Float, offset: Float,
    into destination: UnsafeMutablePointer<Float>
  ) {
    if bytesPerSample == 2 {
      float32From16(source, count, gain, offset, destination)
    } else {
      float32From24(source, count, gain, offset, destination)
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

  private static func float32From16(
    _ source: UnsafeRawPointer, _ count: Int, _ gain: Float, _ offset: Float,
    _ destination: UnsafeMutablePointer<Float>
  ) {
    let gains = SIMD16<Float>(repeating: gain)
    let offsets = SIMD16<Float>(repeating: offset)
    var index = 0
    while index &+ 16 <= count {
      let words = source.loadUnaligned(fromByteOffset: 2 &* index, as: SIMD16<Int16>.self)
      let values = SIMD16<Float>(SIMD16<Int32>(truncatingIfNeeded: words)) * gains + offsets
      UnsafeMutableRawPointer(destination + index).storeBytes(of: values, as: SIMD16<Float>.self)
      index &+= 16
    }
    while index < count {
      destination[index] = Float(int16(source, index)) * gain + offset
      index &+= 1
    }
  }

  private static func float32From24(
    _ source: UnsafeRawPointer, _ count: Int, _ gain: Float, _ offset: Float,
    _ destination: UnsafeMutablePointer<Float>
  ) {
    let gains = SIMD4<Float>(repeating: gain)
    let offsets = SIMD4<Float>(repeating: offset)
    var index = 0
    // A 16-byte load for four samples stays inside the record while two more samples follow.
    while index &+ 6 <= count {
      let bytes = source.loadUnaligned(fromByteOffset: 3 &* index, as: SIMD16<UInt8>.self)
      let spread = SIMD16<UInt8>(
        0, bytes[0], bytes[1], bytes[2], 0, bytes[3], bytes[4], bytes[5], 0, bytes[6], bytes[7], bytes[8], 0, bytes[9],
        bytes[10], bytes[11])
      let words = unsafeBitCast(spread, to: SIMD4<Int32>.self) &>> SIMD4<Int32>(repeating: 8)
      UnsafeMutableRawPointer(destination + index).storeBytes(
        of: SIMD4<Float>(words) * gains + offsets, as: SIMD4<Float>.self)
      index &+= 4
    }
    forEach24(source + 3 &* index, count &- index) { destination[index &+ $0] = Float($1) * gain + offset }
  }
}
