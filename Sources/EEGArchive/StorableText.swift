import Foundation

extension String {
  /// The text as HDF5 can hold it: a NUL character, which ends a text there, becomes U+2400 SYMBOL FOR NULL.
  ///
  /// Only header fields of damaged recordings contain one, and no reader gives it a meaning.
  var storable: String {
    utf8.contains(0) ? String(String.UnicodeScalarView(unicodeScalars.map { $0 == "\0" ? "\u{2400}" : $0 })) : self
  }

  /// The name of a link: percent-encoded where HDF5 has rules.
  ///
  /// `/` separates names in HDF5, a NUL ends them, and `.` alone means the group itself. `%` is encoded so that the
  /// code stays unambiguous, and an empty name is written as `%`.
  var linkName: String {
    if isEmpty { return "%" }
    if self == "." { return "%2E" }
    var name = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "%": name += "%25"
      case "/": name += "%2F"
      case "\0": name += "%00"
      default: name.unicodeScalars.append(scalar)
      }
    }
    return name
  }
}

/// Link names for a list of names, each different from the others: one that occurs again gets a trailing `%`.
func linkNames(_ names: [String]) -> [String] {
  var used: Set<String> = []
  return names.map { name in
    var link = name.linkName
    while !used.insert(link).inserted { link += "%" }
    return link
  }
}

/// Texts and small structures as JSON, one document a text.
enum JSONText {
  static func encode(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// Nil when the text is not JSON of this type.
  static func decode<Value: Decodable>(_ text: String, as type: Value.Type) -> Value? {
    try? JSONDecoder().decode(type, from: Data(text.utf8))
  }
}
