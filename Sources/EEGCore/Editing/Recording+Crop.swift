extension Recording {
  /// A stretch of time of the recording, as a recording of its own.
  ///
  /// The cut falls where every signal has a sample, so that their times stay true: the start moves to the last such
  /// instant before it, the end to the first after it; with rates that are whole numbers that is at most a second.
  /// Annotations that overlap the stretch are kept; what of them lies outside is cut off.
  ///
  /// - Parameter time: Seconds from the start of the recording.
  /// - Throws: ``RecordingError``, code `outOfRange`, when nothing of the recording lies inside.
  public func cropped(to time: Range<Double>) throws -> Recording {
    var pieces: [(onset: Double, duration: Double)] = []
    for segment in segments {
      let lower = max(time.lowerBound, segment.onset)
      let upper = min(time.upperBound, segment.end)
      guard lower < upper else { continue }
      let first = lower > segment.onset ? boundary(lower - segment.onset, in: segment, up: false) : 0
      let last = upper < segment.end ? boundary(upper - segment.onset, in: segment, up: true) : segment.duration
      pieces.append((segment.onset + first, last - first))
    }
    guard let start = pieces.first?.onset, let end = pieces.last.map({ $0.onset + $0.duration }) else {
      throw RecordingError(
        code: .outOfRange,
        message: "nothing of the recording lies between \(time.lowerBound) s and \(time.upperBound) s; it ends at "
          + "\(duration) s")
    }
    let offsets = signals.indices.map { signal in
      let index = segmentIndex(ofSignal: signal)
      return index.locate(start)?.sample ?? index.samples(in: start..<end).lowerBound
    }
    var cropped = self
    cropped.segments = pieces.map { Segment(onset: $0.onset - start, duration: $0.duration) }
    for signal in signals.indices {
      let rate = signals[signal].rate
      cropped.signals[signal].sampleCount = pieces.reduce(0) { $0 + Int(($1.duration * rate).rounded()) }
    }
    cropped.start = self.start?.advanced(byNanoseconds: Int((start * 1e9).rounded()))
    cropped.annotations = annotations.compactMap { Self.clip($0, start: start, end: end) }
    return Recording(
      signals: cropped.signals, annotations: cropped.annotations, segments: cropped.segments, start: cropped.start,
      patientIdentification: patientIdentification, recordingIdentification: recordingIdentification,
      source: MappedSamples(source: source, signals: Array(signals.indices), offsets: offsets))
  }

  /// The instant nearest to `time`, before or after it, at which every signal has a sample; seconds from the segment.
  private func boundary(_ time: Double, in segment: Segment, up: Bool) -> Double {
    let rates = signals.map(\.rate).filter { $0 > 0 }
    guard let slowest = rates.min() else { return time }
    var step = (time * slowest + (up ? -1e-6 : 1e-6)).rounded(up ? .up : .down)
    // The ends of the segment are boundaries, so the search ends there.
    while step > 0, step / slowest < segment.duration {
      let instant = step / slowest
      if rates.allSatisfy({ abs(instant * $0 - (instant * $0).rounded()) < 1e-6 }) { return instant }
      step += up ? 1 : -1
    }
    return up ? segment.duration : 0
  }

  private static func clip(_ annotation: Annotation, start: Double, end: Double) -> Annotation? {
    let annotationEnd = annotation.onset + (annotation.duration ?? 0)
    guard annotation.onset < end, annotationEnd >= start, annotation.onset >= start || annotationEnd > start else {
      return nil
    }
    var clipped = annotation
    clipped.onset = max(annotation.onset, start) - start
    // Nanoseconds: what the formats hold, without the noise of the difference.
    clipped.onset = (clipped.onset * 1e9).rounded() / 1e9
    if annotation.duration != nil {
      clipped.duration = ((min(annotationEnd, end) - max(annotation.onset, start)) * 1e9).rounded() / 1e9
    }
    return clipped
  }
}
