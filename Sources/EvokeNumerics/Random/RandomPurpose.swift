/// What random numbers are for: streams of different purposes never share a number.
public struct RandomPurpose: Hashable, Sendable {
  /// The word of the counter that stands for the purpose.
  public let code: UInt32

  /// A purpose by its name, at most 64 bytes of UTF-8: its code is the name's CRC-32, Python's `zlib.crc32(name)`.
  public init(_ name: StaticString) {
    precondition(name.utf8CodeUnitCount <= 64, "a purpose has a short name")
    code = name.withUTF8Buffer { bytes in
      var remainder = UInt32.max
      for byte in bytes {
        remainder ^= UInt32(byte)
        for _ in 0..<8 { remainder = remainder & 1 == 0 ? remainder >> 1 : remainder >> 1 ^ 0xEDB8_8320 }
      }
      return ~remainder
    }
  }

  /// Draws from a prior.
  public static let parameters = RandomPurpose("parameters")
  /// Scrambling of low-discrepancy sequences.
  public static let scrambling = RandomPurpose("scrambling")
}
