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
    let near = SimilarNames(labels, normalized: StandardElectrodes.normalized).near(name).map { "'\($0)'" }
    let all = labels.prefix(10).map { "'\($0)'" }.joined(separator: ", ") + (labels.count > 10 ? ", ..." : "")
    let hint = near.isEmpty ? "the signals are \(all)" : "did you mean \(near.joined(separator: ", "))?"
    return ChannelNameError(isAmbiguous: false, message: "there is no signal '\(name)'; \(hint)")
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
