import Foundation

extension FIRFilter {
  /// Filters one signal without delay, each stretch for itself.
  ///
  /// Equal to MNE-Python's `mne.filter.filter_data` with its defaults, up to rounding: beyond the ends of a stretch the
  /// signal is continued by turning it about its end sample, for at most the length of the filter, and then by zeros.
  /// The last bit may differ between processors with and without fused multiply-add.
  ///
  /// - Parameters:
  ///   - samples: One value a sample, any unit.
  ///   - segments: Stretches without a gap, as ranges of indices into `samples`, apart from each other; the whole signal
  ///     when nil. Samples outside are returned as they are.
  ///   - threads: Number of threads; the result does not depend on it.
  /// - Returns: As many values as `samples` has.
  /// - Throws: ``ERPError``, code `signalTooShort`, when no stretch is as long as the filter, and `nonFiniteSamples`
  ///   when a value is infinite or not a number.
  public func filtered(
    _ samples: [Double], segments: [Range<Int>]? = nil, threads: Int = ProcessInfo.processInfo.activeProcessorCount
  ) throws -> [Double] {
    let segments = segments ?? [samples.indices]
    for segment in segments {
      precondition(samples.indices.contains(segment), "segments must lie inside the samples")
    }
    let filter = try SegmentFilter(self, segments: segments)
    guard samples.allSatisfy(\.isFinite) else {
      throw ERPError(
        code: .nonFiniteSamples, message: "the signal holds values that are infinite or not numbers; cut them out first")
    }
    var result = samples
    try result.withUnsafeMutableBufferPointer { buffer in
      let target = DisjointWriter(buffer)
      try filter.run(
        signalCount: 1, wanted: { _ in true }, threads: threads,
        read: { _, first, destination in
          for index in 0..<destination.count { destination[index] = samples[first + index] }
        },
        write: { _, first, values in target.write(values, at: first) })
    }
    return result
  }
}
