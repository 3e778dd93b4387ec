import Foundation

extension FIRFilter {
  /// Filters one signal, each stretch for itself.
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
    try ContinuousFilter(self).filtered(samples, segments: segments, threads: threads)
  }
}

extension IIRFilter {
  /// Filters one signal forwards and backwards, each stretch for itself.
  ///
  /// Equal to `scipy.signal.sosfiltfilt` with its default padding, or, with padding `ringing`, to MNE-Python's
  /// `mne.filter.filter_data(method="iir")`: beyond the ends of a stretch the signal is continued by turning it about its
  /// end sample, and the filter begins as if the first of these samples had always been there.
  ///
  /// - Parameters:
  ///   - samples: One value a sample, any unit.
  ///   - segments: Stretches without a gap, as ranges of indices into `samples`, apart from each other; the whole signal
  ///     when nil. Samples outside are returned as they are.
  ///   - threads: Number of threads; the result does not depend on it.
  /// - Returns: As many values as `samples` has.
  /// - Throws: ``ERPError``, code `signalTooShort`, when a stretch is no longer than its continuation, and
  ///   `nonFiniteSamples` when a value is infinite or not a number.
  public func filtered(
    _ samples: [Double], segments: [Range<Int>]? = nil, threads: Int = ProcessInfo.processInfo.activeProcessorCount
  ) throws -> [Double] {
    try ContinuousFilter(self).filtered(samples, segments: segments, threads: threads)
  }
}
