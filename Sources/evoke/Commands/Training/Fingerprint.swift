import Foundation

/// A code of bytes, to tell other data from these: FNV-1a of 64 bits.
///
/// It is no proof against intent.
struct Fingerprint {
  private var code: UInt64 = 0xCBF2_9CE4_8422_2325

  /// Takes further bytes.
  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    for byte in bytes { code = (code ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }

  /// Takes the bytes of numbers.
  mutating func add<Number: BitwiseCopyable>(_ values: [Number]) { values.withUnsafeBytes { add($0) } }

  /// Takes a text.
  mutating func add(_ text: String) { add(Array(text.utf8)) }

  /// The code, 16 hexadecimal digits.
  var text: String { String(format: "%016llx", code) }
}
