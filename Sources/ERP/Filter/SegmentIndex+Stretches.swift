import EEGCore

extension SegmentIndex {
  /// Stretches of samples that were recorded without interruption, which a filter may run over.
  ///
  /// Besides the gaps of the file these end where MNE-Python notes an interruption: at `BAD_ACQ_SKIP`, which marks
  /// samples that only fill a gap, and at `EDGE boundary`, where two recordings were joined. Compare
  /// `skip_by_annotation` of `mne.io.Raw.filter`.
  ///
  /// - Parameters:
  ///   - badSpans: Marks of bad data, of which only skips count.
  ///   - annotations: Where edges are looked for.
  /// - Returns: Joined sample numbers, in order.
  func stretches(without badSpans: [Annotation], splitBy annotations: [Annotation]) -> [Range<Int>] {
    let skips = badSpans.filter { $0.text.lowercased().hasPrefix("bad_acq_skip") }
    let edges = annotations.filter { $0.text.lowercased().hasPrefix("edge boundary") }
    var stretches = sampleRanges
    for interruption in skips + edges {
      guard let (segment, first) = locate(interruption.onset) else { continue }
      let end = sampleRanges[segment].upperBound
      let length = ((interruption.duration ?? 0) * rate).rounded(.toNearestOrEven)
      let next = length < Double(end - first) ? first + Int(length) : end
      stretches = stretches.flatMap { stretch in
        [stretch.clamped(to: 0..<first), stretch.clamped(to: next..<max(next, stretch.upperBound))]
      }
    }
    return stretches.filter { !$0.isEmpty }
  }
}
