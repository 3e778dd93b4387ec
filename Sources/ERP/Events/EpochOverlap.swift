import EEGCore

/// How many epochs share samples of the recording with others.
///
/// Such epochs are not independent: an average is still their mean, but its standard error is too small or too large, and
/// responses to neighbouring events are mixed.
public struct EpochOverlap: Hashable, Sendable, Codable {
  /// Pairs within a condition.
  public struct Condition: Hashable, Sendable, Codable {
    /// Name of the condition.
    public var name: String
    /// Pairs of its epochs that share samples.
    public var pairs: Int
  }

  /// Pairs of epochs around different instants that share samples, whatever their conditions.
  public var pairs: Int
  /// Epochs that are part of such a pair.
  public var epochs: Int
  /// Pairs of epochs around the same instant: an event with several conditions, or several events at once.
  public var repeated: Int
  /// Pairs within each condition, of one instant or of two, in order of first appearance.
  public var conditions: [Condition]

  /// Counts.
  ///
  /// - Parameters:
  ///   - events: Of the kept epochs, in any order; those without a sample have no epoch and do not count.
  ///   - samplesPerEpoch: Samples of an epoch before decimation.
  public init(_ events: [Event], samplesPerEpoch: Int) {
    let samples = events.compactMap(\.sample).sorted()
    var (pairs, repeated, epochs) = (0, 0, 0)
    var (sameEnd, reachEnd, previous) = (0, 0, Int?.none)
    for (place, sample) in samples.enumerated() {
      while sameEnd < samples.count, samples[sameEnd] <= sample { sameEnd += 1 }
      while reachEnd < samples.count, samples[reachEnd] - sample < samplesPerEpoch { reachEnd += 1 }
      repeated += sameEnd - place - 1
      pairs += max(0, reachEnd - sameEnd)
      if let before = place > 0 ? samples[place - 1] : nil, before < sample { previous = before }
      let touchesPrevious = previous.map { sample - $0 < samplesPerEpoch } ?? false
      if touchesPrevious || reachEnd > sameEnd { epochs += 1 }
    }
    (self.pairs, self.epochs, self.repeated) = (pairs, epochs, repeated)

    var order: [String] = []
    var samplesOfCondition: [String: [Int]] = [:]
    for event in events {
      if samplesOfCondition[event.condition] == nil { order.append(event.condition) }
      samplesOfCondition[event.condition, default: []] += event.sample.map { [$0] } ?? []
    }
    conditions = order.map { name in
      let samples = samplesOfCondition[name, default: []].sorted()
      var (end, pairs) = (0, 0)
      for (place, sample) in samples.enumerated() {
        while end < samples.count, samples[end] - sample < samplesPerEpoch { end += 1 }
        pairs += max(0, end - place - 1)
      }
      return Condition(name: name, pairs: pairs)
    }
  }
}
