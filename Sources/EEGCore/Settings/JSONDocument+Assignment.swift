import Foundation

extension JSONDocument {
  /// Replaces a value by its name: a path with dots (`network.width`), or the last part of one that is clear.
  ///
  /// - Parameters:
  ///   - text: JSON, or a text.
  ///   - name: Its name.
  ///   - fixed: Keys of the document that cannot be set.
  /// - Throws: ``SettingError`` for an unknown or unclear name.
  package mutating func assign(_ text: String, to name: String, fixed: Set<String> = []) throws(SettingError) {
    let leaves = leafPaths.filter { !($0.count == 1 && fixed.contains($0[0])) }
    let matches = leaves.ending(in: name)
    guard matches.count == 1 else {
      let known = leaves.map { $0.joined(separator: ".") }
      let near = SimilarNames(known).near(name)
      throw SettingError(
        message: matches.count > 1
          ? "the setting '\(name)' may be any of \(matches.map { $0.joined(separator: ".") }.joined(separator: ", "))"
          : "there is no setting '\(name)' of this model; "
            + (near.isEmpty
              ? "there are \(known.joined(separator: ", "))" : "did you mean \(near.joined(separator: ", "))?"))
    }
    replace(matches[0][...], with: (try? JSONDocument(json: Data(text.utf8))) ?? .text(text))
  }

  private mutating func replace(_ path: ArraySlice<String>, with value: JSONDocument) {
    guard let key = path.first, case .object(var values) = self else {
      self = value
      return
    }
    values[key]?.replace(path.dropFirst(), with: value)
    self = .object(values)
  }

  /// Adds a value to an object that is there, unless it has one.
  package mutating func insert(_ value: JSONDocument, at path: ArraySlice<String>) {
    guard let key = path.first, case .object(var values) = self else { return }
    if path.count == 1 {
      values[key] = values[key] ?? value
    } else {
      values[key]?.insert(value, at: path.dropFirst())
    }
    self = .object(values)
  }
}
