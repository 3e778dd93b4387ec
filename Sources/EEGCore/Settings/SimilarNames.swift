/// Finds names that may have been meant by one that does not exist.
package struct SimilarNames {
  private let names: [String]
  private let normalized: (String) -> String

  /// Looks among names.
  ///
  /// - Parameters:
  ///   - names: Those that exist.
  ///   - normalized: What is compared of a name.
  package init(_ names: [String], normalized: @escaping (String) -> String = { $0.lowercased() }) {
    (self.names, self.normalized) = (names, normalized)
  }

  /// At most five names that differ in no more than half of the characters, the nearest first; of names with dots the
  /// last part may be meant.
  package func near(_ name: String) -> [String] {
    let key = Array(normalized(name))
    return names.map { candidate in
      let whole = Self.editDistance(key, Array(normalized(candidate)))
      let last = candidate.split(separator: ".").last.map { Self.editDistance(key, Array(normalized(String($0)))) }
      return (name: candidate, distance: min(whole, last ?? whole))
    }
    .filter { $0.distance <= max(1, key.count / 2) }
    .sorted { $0.distance < $1.distance }
    .prefix(5).map(\.name)
  }

  /// Levenshtein's distance: how many characters must be put in, taken out or changed.
  private static func editDistance(_ first: [Character], _ second: [Character]) -> Int {
    var previous = Array(0...second.count)
    for (row, character) in first.enumerated() {
      var current = [row + 1]
      for (column, other) in second.enumerated() {
        let changed = previous[column] + (character == other ? 0 : 1)
        current.append(min(changed, previous[column + 1] + 1, current[column] + 1))
      }
      previous = current
    }
    return previous[second.count]
  }
}
