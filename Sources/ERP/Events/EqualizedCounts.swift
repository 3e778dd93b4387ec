import EEGCore

/// How epochs are chosen when all conditions are to have as many.
public enum EqualizationMethod: Hashable, Sendable, Codable {
  /// Those whose times are nearest to the times of the condition with the fewest; slow changes of the recording, such as
  /// tiredness, then weigh alike in all of them. MNE-Python's `mintime`.
  case minimalTimeDifference
  /// The first ones.
  case truncate
  /// Any, drawn with a seed; the draws are not MNE-Python's.
  case random(seed: UInt64)
}

/// Chooses epochs so that all conditions have as many as the one with the fewest.
public enum EqualizedCounts {
  /// Chooses events.
  ///
  /// `minimalTimeDifference` takes away one event after the other, each time the one without which the sum of all time
  /// differences is smallest; of equal ones the first. Source: MNE-Python 1.13, `Epochs.equalize_event_counts`, whose
  /// choice is the same for the same order of conditions.
  ///
  /// - Parameter samples: Sample numbers of the events of every condition, ascending.
  /// - Returns: For every condition the places in its list that are kept, ascending.
  public static func choose(_ samples: [[Int]], method: EqualizationMethod = .minimalTimeDifference) -> [[Int]] {
    guard let shortest = samples.min(by: { $0.count < $1.count }) else { return [] }
    switch method {
    case .minimalTimeDifference: return samples.map { nearest($0, to: shortest) }
    case .truncate: return samples.map { _ in Array(shortest.indices) }
    case .random(let seed):
      var generator = SeededGenerator(seed: seed)
      return samples.map { events in
        Array(Array(events.indices).shuffled(using: &generator).prefix(shortest.count)).sorted()
      }
    }
  }

  private static func nearest(_ events: [Int], to shorter: [Int]) -> [Int] {
    guard shorter.count > 1 else {
      guard let only = shorter.first else { return [] }
      return events.indices.min { abs(events[$0] - only) < abs(events[$1] - only) }.map { [$0] } ?? []
    }
    var kept = Array(events.indices)
    /// Twice the difference at a place that both lists have, once that from the last event beyond.
    func cost(_ event: Int, at place: Int) -> Int {
      place < shorter.count ? 2 * abs(events[event] - shorter[place]) : abs(events[event] - shorter[shorter.count - 1])
    }
    while kept.count > shorter.count {
      // Without event k, those after it move up a place: the sum up to k in place, and from there on one place before.
      var total = kept.indices.dropFirst().reduce(0) { $0 + cost(kept[$1], at: $1 - 1) }
      var (best, least) = (0, total)
      for place in 1..<kept.count {
        total += cost(kept[place - 1], at: place - 1) - cost(kept[place], at: place - 1)
        if total < least { (best, least) = (place, total) }
      }
      kept.remove(at: best)
    }
    return kept
  }
}

extension Epochs {
  /// The epochs with as many in every condition; those that are left out stand in the drop log as `equalized`.
  ///
  /// - Parameter conditions: Which conditions are made equal; others keep their epochs. All when nil.
  /// - Throws: ``ERPError``, code `unknownCondition`, for a condition without an epoch.
  public func equalized(
    _ method: EqualizationMethod = .minimalTimeDifference, conditions wanted: [String]? = nil
  ) throws(ERPError) -> Epochs {
    let present = conditions
    for condition in wanted ?? [] where !present.contains(condition) {
      throw ERPError(
        code: .unknownCondition,
        message: "condition '\(condition)' has no epoch to make the others equal to; leave it out")
    }
    let places = (wanted ?? present).map { condition in events.indices.filter { events[$0].condition == condition } }
    // Epochs of other programs may lack sample numbers; then microseconds tell as much.
    let hasSamples = events.allSatisfy { $0.sample != nil }
    let times = events.map { (hasSamples ? $0.sample : Int(exactly: ($0.onset * 1e6).rounded())) ?? 0 }
    let chosen = EqualizedCounts.choose(places.map { $0.map { times[$0] } }, method: method)
    var isKept = [Bool](repeating: true, count: events.count)
    for (places, chosen) in zip(places, chosen) {
      for place in places { isKept[place] = false }
      for place in chosen { isKept[places[place]] = true }
    }

    var result = self
    let kept = events.indices.filter { isKept[$0] }
    result.events = kept.map { events[$0] }
    result.values = kept.flatMap { values[($0 * epochSize)..<(($0 + 1) * epochSize)] }
    // Epochs stand in the order of their entries.
    let entries = dropLog.indices.filter { dropLog[$0].isKept }
    for (place, entry) in zip(events.indices, entries) where !isKept[place] {
      result.dropLog[entry].reasons = [.equalized]
    }
    return result
  }
}
