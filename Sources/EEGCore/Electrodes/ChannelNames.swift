/// Finds signals by the names that people type.
public struct ChannelNames: Sendable {
  private let labels: [String]

  /// Looks among the labels of a recording.
  public init(_ labels: [String]) { self.labels = labels }

  /// The place of the one label that a name means.
  ///
  /// A label that equals the name wins; otherwise letter case, trailing dots, the prefix `EEG` and a common reference
  /// do not count.
  ///
  /// - Throws: ``ChannelNameError``; for an unknown name with labels like it.
  public func index(of name: String) throws(ChannelNameError) -> Int {
    let exact = labels.indices.filter { labels[$0] == name }
    let key = StandardElectrodes.normalized(name)
    let matches = exact.isEmpty ? labels.indices.filter { StandardElectrodes.normalized(labels[$0]) == key } : exact
    guard let match = matches.first else { throw unknown(name) }
    guard matches.count == 1 else {
      let numbers = matches.map { "\($0 + 1) ('\(labels[$0])')" }.joined(separator: ", ")
      throw ChannelNameError(
        isAmbiguous: true,
        message: "'\(name)' may mean any of the signals \(numbers); leave out the channel list, or rename them first")
    }
    return match
  }

  private func unknown(_ name: String) -> ChannelNameError {
    let key = Array(StandardElectrodes.normalized(name))
    let near =
      labels.map { (label: $0, distance: Self.editDistance(key, Array(StandardElectrodes.normalized($0)))) }
      .filter { $0.distance <= max(1, key.count / 2) }
      .sorted { $0.distance < $1.distance }
      .prefix(5).map { "'\($0.label)'" }
    let all = labels.prefix(10).map { "'\($0)'" }.joined(separator: ", ") + (labels.count > 10 ? ", ..." : "")
    let hint = near.isEmpty ? "the signals are \(all)" : "did you mean \(near.joined(separator: ", "))?"
    return ChannelNameError(isAmbiguous: false, message: "there is no signal '\(name)'; \(hint)")
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

/// A name that means no signal, or several.
public struct ChannelNameError: Error, Hashable, Sendable, CustomStringConvertible {
  /// True when several signals go by the name, false when none does.
  public let isAmbiguous: Bool
  /// What is wrong and what to do.
  public let message: String

  /// The message.
  public var description: String { message }
}
