import EEGCore
import Foundation

// The settings of archives, compared key by key.

extension JSONDocument {
  /// The settings of an archive, or a text of it all when they are no JSON.
  init(settings: String) { self = (try? JSONDocument(json: Data(settings.utf8))) ?? .text(settings) }

  /// The document without what tells one shard of a job from another: the key `shard` at its top.
  var withoutShard: JSONDocument {
    guard case .object(var object) = self else { return self }
    object["shard"] = nil
    return .object(object)
  }

  /// The first key, in sorted order, whose values differ, with both values as JSON; nil when all are equal.
  func firstDifference(from other: JSONDocument, at path: String = "") -> SettingsDifference? {
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
