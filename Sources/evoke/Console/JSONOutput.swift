import Foundation

/// Machine-readable results.
enum JSONOutput {
  /// Prints a value with sorted keys, so that the same result is the same bytes.
  static func print(_ value: some Encodable) throws {
    Console.print(String(decoding: try encoder(pretty: true).encode(value), as: UTF8.self))
  }

  /// One line of JSON, for attributes of archives.
  static func line(_ value: some Encodable) throws -> String {
    String(decoding: try encoder(pretty: false).encode(value), as: UTF8.self)
  }

  private static func encoder(pretty: Bool) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    return encoder
  }
}
