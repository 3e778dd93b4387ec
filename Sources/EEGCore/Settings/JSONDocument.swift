import Foundation

/// Any JSON value: settings as they stand in a file, before or without knowing what they mean.
package enum JSONDocument: Hashable, Codable, Sendable {
  case null
  case flag(Bool)
  case integer(Int64)
  /// Beyond `Int64`: seeds.
  case large(UInt64)
  case number(Double)
  case text(String)
  case list([JSONDocument])
  case object([String: JSONDocument])

  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let flag = try? value.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? value.decode(Int64.self) {
      self = .integer(number)
    } else if let number = try? value.decode(UInt64.self) {
      self = .large(number)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let list = try? value.decode([JSONDocument].self) {
      self = .list(list)
    } else {
      self = .object(try value.decode([String: JSONDocument].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .null: try value.encodeNil()
    case .flag(let flag): try value.encode(flag)
    case .integer(let number): try value.encode(number)
    case .large(let number): try value.encode(number)
    case .number(let number): try value.encode(number)
    case .text(let text): try value.encode(text)
    case .list(let list): try value.encode(list)
    case .object(let object): try value.encode(object)
    }
  }

  /// The document of a text.
  ///
  /// - Throws: `DecodingError` when it is no JSON.
  package init(json: Data) throws { self = try JSONDecoder().decode(JSONDocument.self, from: json) }

  /// The document that a value is encoded as.
  ///
  /// - Throws: `EncodingError`.
  package init(of value: some Encodable) throws { self = try JSONDocument(json: JSONEncoder().encode(value)) }

  /// The value that the document stands for.
  ///
  /// - Throws: `DecodingError`, and what the type throws.
  package func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let json = try JSONEncoder().encode(self)
    do { return try JSONDecoder().decode(type, from: json) } catch DecodingError.dataCorrupted(let context)
      where context.codingPath.isEmpty
    {
      // Foundation takes a number that does not fit its type for wrong JSON, and does not say where it was.
      guard case .object = self else { throw DecodingError.dataCorrupted(context) }
      throw DecodingError.dataCorrupted(
        .init(codingPath: [], debugDescription: "a number is not whole, or beyond what it can be"))
    }
  }

  /// The value of a key; nil where there is none.
  package subscript(key: String) -> JSONDocument? {
    if case .object(let object) = self { object[key] } else { nil }
  }

  /// The value as a text; nil for anything else.
  package var textValue: String? { if case .text(let text) = self { text } else { nil } }

  /// The value as a number; nil for anything else.
  package var numberValue: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .large(let number): Double(number)
    case .number(let number): number
    default: nil
    }
  }

  /// Paths of all values that are no objects, in alphabetical order.
  package var leafPaths: [[String]] { leafPaths(below: []) }

  private func leafPaths(below path: [String]) -> [[String]] {
    guard case .object(let values) = self else { return [path] }
    return values.sorted { $0.key < $1.key }.flatMap { $0.value.leafPaths(below: path + [$0.key]) }
  }
}

extension [[String]] {
  /// The paths that a name means: itself with dots, or the last parts of it.
  package func ending(in name: String) -> [[String]] {
    let wanted = name.split(separator: ".").map(String.init)
    return wanted.isEmpty ? [] : filter { $0.suffix(wanted.count) == wanted[...] }
  }
}
