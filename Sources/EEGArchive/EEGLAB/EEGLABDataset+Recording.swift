import EEGCore

extension EEGLABDataset {
  /// The recording; samples stay in the file.
  func recording() throws -> Recording {
    let samples = try storedSamples()
    let timeline = try Timeline(events: EEGLABEvent.read(reader), rate: rate, sampleCount: pointCount, reader)
    let signals = channels.map { channel in
      Signal(
        label: channel.channel.name, kind: channel.channel.kind, unit: channel.unit, rate: rate,
        sampleCount: pointCount, encoding: samples.encoding, calibration: .identity,
        position: channel.channel.position)
    }
    return Recording(
      signals: signals, annotations: try timeline.annotations + EEGLABExtras.readAnnotations(reader),
      segments: timeline.segments, start: try EEGLABExtras.readStart(reader),
      source: EEGLABSamples(samples, rows: pointCount, columns: channels.count))
  }
}

/// Segments and annotations as the events tell them.
private struct Timeline {
  let segments: [Segment]
  let annotations: [Annotation]

  /// Cuts the data at `boundary` events.
  ///
  /// A boundary has a latency half a sample before the first sample after the gap, or of that sample, and the gap's
  /// length as its duration. Where it gives none the gap's length is unknown, and the segments adjoin. A boundary in
  /// front of the data moves the first segment, and is an annotation when it has no duration.
  init(events: [EEGLABEvent], rate: Double, sampleCount: Int, _ reader: MATLABReader) throws {
    var gaps: [Int: Double] = [0: 0]
    var notes: [EEGLABEvent] = []
    for event in events {
      let first = Int((event.latency - 1).rounded(.up))
      let gap = event.duration ?? 0
      if event.isBoundary, (1..<sampleCount).contains(first) || (first <= 0 && gap > 0) {
        gaps[max(0, first), default: 0] += gap
      } else {
        notes.append(event)
      }
    }
    let cuts = gaps.sorted { $0.key < $1.key }
    let starts = cuts.map(\.key)
    var segments: [Segment] = []
    for (number, cut) in cuts.enumerated() {
      let end = number + 1 < cuts.count ? starts[number + 1] : sampleCount
      let onset = (segments.last?.end ?? 0) + cut.value / rate
      guard onset * max(1, rate) < 0x1p53 else {
        throw reader.error(.invalidValue, "event", "a gap of \(cut.value) samples is not possible")
      }
      segments.append(Segment(onset: onset, duration: Double(end - cut.key) / rate))
    }
    self.segments = segments
    annotations = notes.map { event in
      let position = event.latency - 1
      let number = max(0, starts.partitioningIndex { Double($0) > position } - 1)
      return Annotation(
        onset: segments[number].onset + (position - Double(starts[number])) / rate,
        duration: event.duration.map { $0 / rate }, text: event.type, channels: event.channels)
    }
  }
}

extension Array {
  /// The first index whose element, and all after it, satisfy the condition; by bisection.
  fileprivate func partitioningIndex(_ isAfter: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
