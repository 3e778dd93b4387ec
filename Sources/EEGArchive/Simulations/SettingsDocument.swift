import Foundation

/// The settings of an archive as JSON, to be compared key by key.
enum SettingsDocument: Hashable, Codable {
  case null
  case flag(Bool)
  case integer(Int64)
  /// Beyond `Int64`: seeds.
  case large(UInt64)
  case number(Double)
  case text(String)
  case list([SettingsDocument])
  case object([String: SettingsDocument])

  /// The document, or a text of it all when it is no JSON.
  init(_ json: String) { self = JSONText.decode(json, as: SettingsDocument.self) ?? .text(json) }

  init(from decoder: any Decoder) throws {
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
    } else if let list = try? value.decode([SettingsDocument].self) {
      self = .list(list)
    } else {
      self = .object(try value.decode([String: SettingsDocument].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
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

  /// The document without what tells one shard of a job from another: the key `shard` at its top.
  var withoutShard: SettingsDocument {
    guard case .object(var object) = self else { return self }
    object["shard"] = nil
    return .object(object)
  }

  /// The first key, in sorted order, whose values differ, with both values as JSON; nil when all are equal.
  func firstDifference(from other: SettingsDocument, at path: String = "") -> SettingsDifference? {
    guard self != other else { return nil }
    switch (self, other) {
    case (.object(let mine), .object(let others)):
      for key in Set(mine.keys).union(others.keys).sorted() {
        let place = path.isEmpty ? key : "\(path).\(key)"
        guard let value = mine[key], let another = others[key] else {
          return SettingsDifference(place, mine[key]?.text ?? "absent", others[key]?.text ?? "absent")
        }
        if let difference = value.firstDifference(from: another, at: place) { return difference }
      }
    case (.list(let mine), .list(let others)) where mine.count == others.count:
      for index in mine.indices {
        if let difference = mine[index].firstDifference(from: others[index], at: "\(path)[\(index)]") {
          return difference
        }
      }
    default: break
    }
    return SettingsDifference(path.isEmpty ? "settings" : path, text, other.text)
  }

  /// JSON, cut where it is long.
  private var text: String {
    guard let json = try? JSONText.encode(self) else { return "?" }
    return json.count > 80 ? json.prefix(77) + "..." : json
  }
}

/// A setting that two files do not share.
struct SettingsDifference: Hashable {
  let name: String
  let first: String
  let second: String

  init(_ name: String, _ first: String, _ second: String) {
    (self.name, self.first, self.second) = (name, first, second)
  }
}
