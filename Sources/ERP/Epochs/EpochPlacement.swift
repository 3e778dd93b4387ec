import EEGCore

/// Where the epochs of a recording lie, and which events can have none.
struct EpochPlacement: Sendable {
  /// Joined number of the first sample of every epoch that fits, in ascending order.
  let starts: [Int]
  /// Samples of an epoch.
  let count: Int
  /// The event behind every epoch, as a place in `reasons`.
  let events: [Int]
  /// Why an event has no epoch; one entry an event, nil when it has one.
  let reasons: [DropReason?]

  /// Places an epoch around every event that leaves room for it.
  ///
  /// - Parameter events: In order of time.
  init(_ events: [Event], window: EpochWindow, index: SegmentIndex) {
    count = window.count
    reasons = events.map { Self.reason($0, window: window, index: index) }
    self.events = events.indices.filter { [reasons] in reasons[$0] == nil }
    starts = self.events.compactMap { events[$0].sample.map { $0 + window.first } }
  }

  /// Why the epoch of an event cannot be cut, or nil.
  private static func reason(_ event: Event, window: EpochWindow, index: SegmentIndex) -> DropReason? {
    guard let first = index.segments.first, let last = index.segments.last else { return .outsideRecording }
    guard let sample = event.sample, let segment = index.segment(ofSample: sample) else {
      return event.onset < first.onset || event.onset >= last.end - 0.5 / index.rate
        ? .outsideRecording : .segmentBoundary
    }
    let range = index.sampleRanges[segment]
    let start = sample + window.first
    if start < range.lowerBound { return range.lowerBound == 0 ? .outsideRecording : .segmentBoundary }
    if start + window.count > range.upperBound {
      return segment == index.segments.count - 1 ? .outsideRecording : .segmentBoundary
    }
    return nil
  }

  /// The epochs that share a sample with a range.
  func epochs(overlapping range: Range<Int>) -> Range<Int> {
    // Starts are sorted and all epochs equally long, so both ends can be searched for.
    let first = Self.partition(starts) { $0 + count > range.lowerBound }
    let end = Self.partition(starts) { $0 >= range.upperBound }
    return first..<max(first, end)
  }

  /// The first place whose value, and that of all places after it, meets a condition.
  private static func partition(_ values: [Int], where condition: (Int) -> Bool) -> Int {
    var (low, high) = (0, values.count)
    while low < high {
      let middle = (low + high) / 2
      if condition(values[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
