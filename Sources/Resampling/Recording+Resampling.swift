import EEGCore

extension Recording {
  /// The recording with every signal at one rate; samples are computed as they are read, so it may exceed memory.
  ///
  /// Each segment is resampled for itself by libsoxr's best linear-phase filter: up to 0.91 of the lower Nyquist
  /// frequency nothing changes by more than a part in 10^8, nothing folds back from above it, and the first sample of a
  /// segment keeps its time. Beyond its ends a segment is continued by turning it about its last sample. Trigger codes
  /// are not filtered: every sample takes the code that begins in its time, or the nearest. Signals that have the rate
  /// already keep their stored samples; all others become floating-point ones.
  ///
  /// - Parameter rate: Sampling rate [Hz].
  /// - Throws: ``RecordingError``, code `outOfRange`, when the rate is no positive number, or no segment is as long as
  ///   one sample.
  public func resampled(to rate: Double) throws -> Recording {
    guard rate.isFinite, rate > 0, rate * max(1, duration) < 0x1p53 else {
      throw RecordingError(code: .outOfRange, message: "\(rate) Hz is no rate to resample to; give hertz above 0")
    }
    // Whole samples only: half a sample more would reach into the gap behind a segment.
    let counts = segments.map { Int(($0.duration * rate + 1e-6).rounded(.down)) }
    let kept = segments.indices.filter { counts[$0] > 0 }
    guard !kept.isEmpty else {
      throw RecordingError(
        code: .outOfRange, message: "no stretch of the recording is as long as a sample at \(rate) Hz")
    }
    let plans = signals.indices.map { signal in
      let description = signals[signal]
      let index = segmentIndex(ofSignal: signal)
      return ResamplingPlan(
        signal: signal, inputRate: description.rate, outputRate: rate,
        method: description.rate == rate ? .none : description.kind == .status ? .codes : .filter,
        calibration: description.encoding.isDigital ? description.calibration : nil,
        stretches: kept.map { .init(input: index.sampleRanges[$0], outputCount: counts[$0]) })
    }
    var resampled = Recording(
      signals: signals, annotations: annotations, segments: segments, start: start,
      patientIdentification: patientIdentification, recordingIdentification: recordingIdentification,
      source: ResampledSamples(source: source, plans: plans))
    resampled.segments = kept.map { Segment(onset: segments[$0].onset, duration: Double(counts[$0]) / rate) }
    for (signal, plan) in plans.enumerated() {
      resampled.signals[signal].rate = rate
      resampled.signals[signal].sampleCount = plan.outputCount
      guard plan.method == .filter else { continue }
      resampled.signals[signal].encoding = signals[signal].encoding.resampled
      resampled.signals[signal].calibration = .identity
    }
    return resampled
  }
}

extension SampleEncoding {
  /// What holds filtered samples of this encoding: 24 bits have their place in a float32, 32 bits have not.
  fileprivate var resampled: SampleEncoding {
    switch self {
    case .int16, .int24, .float32: .float32
    case .int32, .float64: .float64
    }
  }
}
