/// A recording: its signals, what was noted during it, and a source for the samples.
///
/// This is where file formats and analysis meet: readers make one, and everything after them knows nothing else.
/// Copying is cheap; samples are read only when asked for.
public struct Recording: Sendable {
  /// Data signals in file order; annotation signals are not among them.
  public var signals: [Signal]
  /// Notes and events, in file order.
  public var annotations: [Annotation]
  /// Stretches without a gap, in order of time.
  public var segments: [Segment]
  /// Start on the recorder's clock, or nil when the file does not tell.
  public var start: StartTime?
  /// Local patient identification, private: never printed or logged unless asked for.
  public var patientIdentification: String
  /// Local recording identification, private as well: it may name people.
  public var recordingIdentification: String
  /// Where the samples come from.
  public let source: any SampleSource

  /// A recording; `source` must answer for every index of `signals`.
  public init(
    signals: [Signal], annotations: [Annotation] = [], segments: [Segment], start: StartTime? = nil,
    patientIdentification: String = "", recordingIdentification: String = "", source: any SampleSource
  ) {
    self.signals = signals
    self.annotations = annotations
    self.segments = segments
    self.start = start
    self.patientIdentification = patientIdentification
    self.recordingIdentification = recordingIdentification
    self.source = source
  }

  /// Seconds from the start to the end of the last segment, gaps included.
  public var duration: Double { segments.map(\.end).max() ?? 0 }

  /// Where the segments lie in the joined samples of a signal.
  public func segmentIndex(ofSignal signal: Int) -> SegmentIndex {
    SegmentIndex(segments: segments, rate: signals[signal].rate, sampleCount: signals[signal].sampleCount)
  }

  /// Stored integers of one signal.
  ///
  /// - Parameters:
  ///   - signal: Index into `signals`.
  ///   - samples: Joined sample numbers; all samples when nil.
  /// - Returns: Digital values, one a sample.
  /// - Throws: ``RecordingError``, codes `outOfRange` and `noDigitalSamples`; the source's own errors.
  public func digital(signal: Int, samples: Range<Int>? = nil) throws -> [Int32] {
    let range = try checked(samples, signal)
    var values = [Int32](repeating: 0, count: range.count)
    var span = values.mutableSpan
    try source.readDigital(signal: signal, from: range.lowerBound, into: &span)
    return values
  }

  /// Physical values of one signal in its own unit.
  ///
  /// - Parameters:
  ///   - signal: Index into `signals`.
  ///   - samples: Joined sample numbers; all samples when nil.
  /// - Throws: ``RecordingError``, code `outOfRange`; the source's own errors.
  public func physical(signal: Int, samples: Range<Int>? = nil) throws -> [Double] {
    let range = try checked(samples, signal)
    var values = [Double](repeating: 0, count: range.count)
    var span = values.mutableSpan
    try source.readPhysical(signal: signal, from: range.lowerBound, into: &span)
    return values
  }

  /// Values of one signal in volts.
  ///
  /// - Parameters:
  ///   - signal: Index into `signals`.
  ///   - samples: Joined sample numbers; all samples when nil.
  /// - Throws: ``RecordingError``, codes `outOfRange` and `notAVoltage`; the source's own errors.
  public func volts(signal: Int, samples: Range<Int>? = nil) throws -> [Double] {
    guard let scale = signals[signal].voltsPerUnit else {
      throw RecordingError(
        code: .notAVoltage,
        message: "signal '\(signals[signal].label)' has unit '\(signals[signal].unit)', which is not a voltage")
    }
    var values = try physical(signal: signal, samples: samples)
    for index in values.indices { values[index] *= scale }
    return values
  }

  private func checked(_ samples: Range<Int>?, _ signal: Int) throws -> Range<Int> {
    let all = 0..<signals[signal].sampleCount
    guard let samples else { return all }
    guard samples.lowerBound >= 0, samples.upperBound <= all.upperBound else {
      throw RecordingError(
        code: .outOfRange,
        message: "samples \(samples) asked of signal '\(signals[signal].label)', which has \(all.count)")
    }
    return samples
  }
}
