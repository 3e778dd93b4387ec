import EEGCore

extension EEGLABFile {
  /// Writes a recording, some 8 MiB at a time, so that it may be larger than memory.
  ///
  /// Voltages are written in microvolts, other signals in their own unit. Channels without a position whose labels name
  /// an electrode of the 10-05 system get its standard one. docs/eeglab.md lists what is not kept.
  ///
  /// - Parameters:
  ///   - recording: What to write; all its signals have one rate.
  ///   - path: Replaced when it exists, and only once the file is whole.
  ///   - precision: How samples are stored.
  ///   - progress: Called after every block with the part of the work that is done.
  /// - Throws: ``ArchiveError``, code `notStorable`, when the signals differ in rate or length, when there is no sample,
  ///   or for a time that is not finite; `HDF5Error`; `FileOutputError`; the source's own errors.
  public static func write(
    recording: Recording, to path: String, precision: Precision = .double, progress: ((Double) -> Void)? = nil
  ) throws {
    let signals = recording.signals
    try checkSampling(signals, path)
    let (rate, sampleCount) = (signals[0].rate, signals[0].sampleCount)
    let (events, outside) = try EEGLABEvent.events(of: recording, path: path)
    let electrodes = StandardElectrodes.positions(for: signals.map(\.label))
    let channels = zip(signals, electrodes).map { signal, electrode in
      EEGLABChannel(
        channel: Channel(
          name: signal.label, kind: signal.kind,
          position: signal.position ?? (signal.kind == .eeg ? electrode?.position : nil)),
        unit: signal.storedUnit)
    }
    let writer = try EEGLABWriter(
      creating: path, rate: rate, pointCount: sampleCount, trialCount: 1, times: nil, channels: channels,
      precision: precision)
    try EEGLABEvent.write(events, to: writer.eeg, with: writer.matlab)
    try writer.matlab.write(.empty, to: "epoch", in: writer.eeg)
    try EEGLABExtras.write(start: recording.start, annotations: outside, to: writer.eeg, with: writer.matlab)

    let scales = signals.map { signal in signal.voltsPerUnit.map { $0 * 1e6 } ?? 1 }
    let blockLength = max(1, (8 << 20) / (signals.count * MemoryLayout<Double>.stride))
    for first in stride(from: 0, to: sampleCount, by: blockLength) {
      let samples = first..<min(first + blockLength, sampleCount)
      let block = try concurrentMap(Array(signals.indices)) { try recording.physical(signal: $0, samples: samples) }
      try writer.write(
        interleaved(block.map { $0[...] }, scales: scales), at: [first, 0], count: [samples.count, signals.count])
      progress?(Double(samples.upperBound) / Double(sampleCount))
    }
    try writer.matlab.file.commit()
  }

  private static func checkSampling(_ signals: [Signal], _ path: String) throws {
    guard let first = signals.first, first.sampleCount > 0 else {
      throw ArchiveError(.notStorable, path: path, "a .set file needs samples, and the recording has none")
    }
    guard first.rate.isFinite, first.rate > 0 else {
      throw ArchiveError(
        .notStorable, path: path, "signal '\(first.label)' has a sampling rate of \(first.rate) Hz; leave it out")
    }
    if let other = signals.first(where: { $0.rate != first.rate || $0.sampleCount != first.sampleCount }) {
      throw ArchiveError(
        .notStorable, path: path,
        "a .set file has one rate, and signals '\(first.label)' (\(first.rate) Hz, \(first.sampleCount) samples) and "
          + "'\(other.label)' (\(other.rate) Hz, \(other.sampleCount) samples) differ; select signals of one rate")
    }
  }
}

extension Signal {
  /// The unit in which a `.set` file has the signal's samples.
  fileprivate var storedUnit: PhysicalUnit {
    if voltsPerUnit != nil { return .microvolts }
    // Digital values without a calibration are no volts, whatever the unit says.
    return unit.voltsPerUnit == nil ? unit : .none
  }
}

extension EEGLABEvent {
  /// The events of a recording, in order of latency: its annotations, and a `boundary` for each gap.
  ///
  /// - Returns: The events, and the annotations that lie before, between or after the segments.
  static func events(
    of recording: Recording, path: String
  ) throws -> (events: [EEGLABEvent], outside: [Annotation]) {
    let (rate, sampleCount) = (recording.signals[0].rate, recording.signals[0].sampleCount)
    let segments =
      recording.segments.isEmpty
      ? [Segment(onset: 0, duration: Double(sampleCount) / rate)] : recording.segments
    let index = SegmentIndex(segments: segments, rate: rate, sampleCount: sampleCount)
    guard segments.allSatisfy({ $0.onset.isFinite && $0.onset >= 0 }) else {
      throw ArchiveError(.notStorable, path: path, "a segment begins before the recording")
    }
    var events: [EEGLABEvent] = []
    var outside: [Annotation] = []
    var end = 0.0
    for (segment, range) in zip(segments, index.sampleRanges) {
      // Half a sample before the first sample after the gap, as EEGLAB has it.
      let gap = max(0, (segment.onset - end) * rate)
      if range.lowerBound > 0 || gap > 0 {
        events.append(EEGLABEvent(type: "boundary", latency: Double(range.lowerBound) + 0.5, duration: gap))
      }
      end = segment.onset + Double(range.count) / rate
    }
    for annotation in recording.annotations {
      guard annotation.onset.isFinite, annotation.duration?.isFinite ?? true else {
        throw ArchiveError(.notStorable, path: path, "the annotation '\(annotation.text)' has no finite time")
      }
      guard let position = index.position(of: annotation.onset) else {
        outside.append(annotation)
        continue
      }
      var duration = annotation.duration.map { $0 * rate }
      // A boundary's duration would be read as missing time.
      if isBoundary(annotation.text), duration != nil { duration = 0 }
      events.append(
        EEGLABEvent(
          type: annotation.text, latency: position + 1, duration: duration, channels: annotation.channels))
    }
    return (events.sorted { $0.latency < $1.latency }, outside)
  }
}

extension SegmentIndex {
  /// The place of an instant among the joined samples, with its fraction; nil when it lies in no segment.
  ///
  /// The end of the last segment is still a place: EEGLAB keeps events there.
  fileprivate func position(of time: Double) -> Double? {
    // Times are rounded products; a millionth of a sample is no difference.
    let tolerance = 1e-6
    for (number, range) in sampleRanges.enumerated() {
      let offset = (time - segments[number].onset) * rate
      let isLast = number == sampleRanges.count - 1
      let end = Double(range.count) + (isLast ? tolerance : -tolerance)
      if offset >= -tolerance, offset < end { return Double(range.lowerBound) + max(0, offset) }
    }
    return nil
  }
}
