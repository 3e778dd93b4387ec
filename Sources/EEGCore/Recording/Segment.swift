/// A stretch of time without a gap.
///
/// A contiguous recording has one; EDF+D files may have many.
public struct Segment: Hashable, Sendable {
  /// Seconds from the start of the recording.
  public var onset: Double
  /// Seconds.
  public var duration: Double

  /// A segment; both times in seconds.
  public init(onset: Double, duration: Double) {
    self.onset = onset
    self.duration = duration
  }

  /// Seconds from the start of the recording to the first instant after the segment.
  public var end: Double { onset + duration }
}

/// Where each segment's samples of one rate lie in the joined sample stream.
public struct SegmentIndex: Hashable, Sendable {
  /// The segments, in order of time.
  public let segments: [Segment]
  /// Sampling rate [Hz].
  public let rate: Double
  /// Joined sample numbers of each segment.
  public let sampleRanges: [Range<Int>]

  /// Lays the segments end to end; a segment has `round(duration * rate)` samples.
  public init(segments: [Segment], rate: Double, sampleCount: Int) {
    self.segments = segments
    self.rate = rate
    var ranges: [Range<Int>] = []
    var first = 0
    for segment in segments {
      // Rounding cannot push the last segment past the samples that are there.
      let length = min(max(0, (segment.duration * rate).rounded()), Double(sampleCount - first))
      ranges.append(first..<(first + Int(length)))
      first += Int(length)
    }
    sampleRanges = ranges
  }

  /// The segment that holds an instant, and the joined number of the sample nearest to it.
  ///
  /// Rounds half to even, as MNE-Python's `events_from_annotations` does.
  ///
  /// - Parameter time: Seconds from the start of the recording.
  /// - Returns: Nil when the instant, or the sample it rounds to, lies in no segment.
  public func locate(_ time: Double) -> (segment: Int, sample: Int)? {
    for (number, segment) in segments.enumerated() {
      let range = sampleRanges[number]
      let offset = ((time - segment.onset) * rate).rounded(.toNearestOrEven)
      guard offset >= 0, offset < Double(range.count) else { continue }
      return (number, range.lowerBound + Int(offset))
    }
    return nil
  }

  /// Seconds from the start of the recording of a joined sample number, or nil when there is no such sample.
  public func time(ofSample sample: Int) -> Double? {
    for (number, range) in sampleRanges.enumerated() where range.contains(sample) {
      return segments[number].onset + Double(sample - range.lowerBound) / rate
    }
    return nil
  }

  /// Joined numbers of the samples at instants inside a stretch of time.
  ///
  /// - Parameter time: Seconds from the start of the recording; the end is not included.
  public func samples(in time: Range<Double>) -> Range<Int> {
    var result: Range<Int>?
    for (number, segment) in segments.enumerated() {
      let range = sampleRanges[number]
      // A sample's instant is a rounded product; a millionth of a sample is no difference.
      func index(_ instant: Double) -> Int {
        let offset = ((instant - segment.onset) * rate - 1e-6).rounded(.up)
        return range.lowerBound + Int(min(max(0, offset), Double(range.count)))
      }
      let part = index(time.lowerBound)..<index(time.upperBound)
      guard !part.isEmpty else { continue }
      result = result.map { min($0.lowerBound, part.lowerBound)..<max($0.upperBound, part.upperBound) } ?? part
    }
    return result ?? 0..<0
  }

  /// The segment that holds a joined sample number.
  public func segment(ofSample sample: Int) -> Int? {
    sampleRanges.firstIndex { $0.contains(sample) }
  }
}
