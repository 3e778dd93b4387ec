import EEGCore

/// What was found in dropped epochs, counted.
struct ArtifactTally: Hashable, Sendable {
  /// A detector with its limit, or another reason.
  struct Rule: Hashable, Sendable {
    /// In words.
    let text: String
    /// Nil for a reason that is no artifact.
    let detector: ArtifactDetector?
    /// Epochs in which it found something.
    let count: Int
  }

  /// The most frequent first, equally frequent ones in the order of the alphabet.
  let rules: [Rule]
  /// The channels that were found, by the same order of the epochs they are behind.
  let channels: [String]
  private let entries: [DropLogEntry]
  private let epochsOfChannels: [String: [Int]]

  /// Counts every epoch once for every rule and once for every channel.
  init(_ entries: [DropLogEntry]) {
    var counts: [String: (detector: ArtifactDetector?, count: Int)] = [:]
    var found: [String: [Int]] = [:]
    for (epoch, entry) in entries.enumerated() {
      for reason in Set(entry.reasons.map { Kind($0) }) {
        counts[reason.text, default: (reason.detector, 0)].count += 1
      }
      for channel in Set(entry.reasons.flatMap(\.parts.channels)) { found[channel, default: []].append(epoch) }
    }
    rules = counts.map { Rule(text: $0.key, detector: $0.value.detector, count: $0.value.count) }
      .sorted { ($1.count, $0.text) < ($0.count, $1.text) }
    channels = found.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map(\.key)
    self.entries = entries
    epochsOfChannels = found
  }

  /// The epochs in which a channel was found, by their places among the entries.
  func epochs(with channel: String) -> [Int] { epochsOfChannels[channel] ?? [] }

  /// The first detector that found a channel in an epoch.
  func detector(of epoch: Int, in channel: String) -> ArtifactDetector? {
    findings(epoch).first { $0.channels.contains { $0.channel == channel } }?.detector
  }

  /// Every detector that found something in an epoch, once, in the order of the reasons; nil for other reasons.
  func detectors(of epoch: Int) -> [ArtifactDetector?] {
    var result: [ArtifactDetector?] = []
    for reason in entries[epoch].reasons.map({ Kind($0) }) where !result.contains(reason.detector) {
      result.append(reason.detector)
    }
    return result.isEmpty ? [nil] : result
  }

  /// What was found in an epoch.
  func findings(_ epoch: Int) -> [ArtifactFinding] {
    entries[epoch].reasons.compactMap { reason in
      guard case .artifact(let finding) = reason else { return nil }
      return finding
    }
  }

  private struct Kind: Hashable {
    let text: String
    let detector: ArtifactDetector?

    init(_ reason: DropReason) {
      text = reason.parts.kind
      guard case .artifact(let finding) = reason else {
        detector = nil
        return
      }
      detector = finding.detector
    }
  }
}

extension ConditionColours {
  /// What was kept, beside coloured artifacts.
  static let keptGrey = "#8c8c8c"

  /// The colour of what a detector found, the same in every figure; nil for other reasons.
  static func colour(of detector: ArtifactDetector?) -> String {
    switch detector {
    case .peakToPeak: "#d55e00"
    case .step: "#0072b2"
    case .absolute: "#cc79a7"
    case .movingPeakToPeak: "#e69f00"
    case .derivative: "#009e73"
    case .blink: "#56b4e9"
    case .flat, nil: "#000000"
    }
  }
}
