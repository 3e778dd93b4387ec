import AtomicFiles
import EEGCore

/// Writes a recording as EDF, EDF+, BDF or BDF+.
///
/// Digital samples pass through unchanged wherever the format can hold them with their limits, so that a converted file
/// has the same samples. Everything streams: memory holds a few megabytes of samples, whatever the recording's length.
/// The file gets its name only when it is whole and, unless that is switched off, was read again and found equal.
public struct EDFWriter {
  private let recording: Recording
  private let path: String
  private let options: EDFWritingOptions
  private let variant: EDFVariant
  private let index: [SegmentIndex]
  private let layout: RecordLayout
  private let quantizers: [SampleQuantizer]
  private let annotations: AnnotationEncoder?
  private let header: HeaderEncoder
  private var notes: [String] = []

  /// Writes a recording.
  ///
  /// - Parameters:
  ///   - recording: What to write.
  ///   - path: Replaced when it exists, and only once the new file is whole.
  ///   - options: Kind of file, record duration, verification.
  ///   - progress: Told the part of the work that is done.
  /// - Returns: What was written, and what had to change on the way.
  /// - Throws: ``EDFWritingError``; `FileOutputError`; the source's own errors. The target is then as it was.
  @discardableResult
  public static func write(
    _ recording: Recording, to path: String, options: EDFWritingOptions = EDFWritingOptions(),
    progress: ((Double) -> Void)? = nil
  ) throws -> EDFWritingReport {
    let output = try AtomicFile(path: path)
    // Floating-point samples are looked at before they are written.
    let scan = recording.signals.contains { !$0.encoding.isDigital } ? 0.3 : 0
    let written = options.verifies ? scan + (1 - scan) * 0.4 : 1
    let writer = try EDFWriter(recording, path: path, options: options) { progress?(scan * $0) }
    try writer.writeFile(output.temporaryPath) { progress?(scan + (written - scan) * $0) }
    var verification = EDFWritingReport.Verification.none
    if options.verifies {
      let check = ReadBack(recording: recording, quantizers: writer.quantizers, target: path)
      verification = try check.verify(output.temporaryPath, variant: writer.variant) {
        progress?(written + (1 - written) * $0)
      }
    }
    try output.commit()
    return EDFWritingReport(
      variant: writer.variant, recordCount: writer.layout.recordCount, recordDuration: writer.layout.recordDuration,
      notes: writer.notes, verification: verification)
  }

  private init(
    _ recording: Recording, path: String, options: EDFWritingOptions, progress: (Double) -> Void
  ) throws {
    self.recording = recording
    self.path = path
    self.options = options
    let variant = options.variant ?? Self.variant(for: recording, isBDF: options.isBDF)
    self.variant = variant
    try Self.check(recording, variant, path)
    let index = recording.signals.indices.map(recording.segmentIndex)
    self.index = index
    let width = variant.bytesPerSample
    let counts = recording.segments.indices.map { segment in index.map { $0.sampleRanges[segment].count } }
    guard
      let layout = RecordLayout(
        counts: counts, durations: recording.segments.map(\.duration), rates: recording.signals.map(\.rate),
        bytesPerSample: width, fixed: options.recordDuration)
    else {
      throw EDFWritingError(
        .noRecordDuration, path: path,
        options.recordDuration.map { "a record of \($0) s does not hold whole samples of every signal" }
          ?? "no record duration of eight characters holds whole samples of every signal; leave signals out, or resample"
      )
    }
    self.layout = layout
    let isBDF = variant.isBDF
    quantizers = try SampleQuantizer.all(for: recording, isBDF: isBDF, path: path, progress: progress)
    annotations = try variant.isPlus ? Self.annotations(recording, layout, width, path) : nil
    header = Self.header(recording, variant, layout, quantizers, annotations)
    notes = Self.notes(recording, header, layout, quantizers)
  }

  /// The plainest kind that holds the recording.
  private static func variant(for recording: Recording, isBDF: Bool) -> EDFVariant {
    let isDiscontinuous = recording.segments.count > 1 || (recording.segments.first.map { $0.onset != 0 } ?? false)
    if isDiscontinuous { return isBDF ? .bdfPlusD : .edfPlusD }
    let needsPlus =
      !recording.annotations.isEmpty || (recording.start?.nanosecond ?? 0) > 0 || recording.signals.isEmpty
    return needsPlus ? (isBDF ? .bdfPlusC : .edfPlusC) : (isBDF ? .bdf : .edf)
  }

  private static func check(_ recording: Recording, _ variant: EDFVariant, _ path: String) throws {
    func refuse(_ message: String) -> EDFWritingError { EDFWritingError(.notRepresentable, path: path, message) }
    if recording.signals.count > 9998 {
      throw refuse("\(recording.signals.count) signals; the header has room for 9998")
    }
    if !variant.isDiscontinuous, recording.segments.count > 1 {
      throw refuse("the recording has \(recording.segments.count) segments with gaps; only EDF+D and BDF+D hold gaps")
    }
    if !variant.isPlus, !recording.annotations.isEmpty {
      throw refuse(
        "plain \(variant.rawValue) holds no annotations, and the recording has \(recording.annotations.count)")
    }
    if let first = recording.segments.first, first.onset != 0 {
      throw refuse("the first segment begins at \(first.onset) s; the first record of a file begins at 0")
    }
    if let start = recording.start, !(1985...2084).contains(start.year) {
      throw refuse("the start, \(start.iso8601), has a year outside 1985 to 2084, which the header cannot hold")
    }
    if recording.signals.isEmpty, recording.segments.contains(where: { $0.duration > 0 }), !variant.isPlus {
      throw refuse("a recording without signals needs EDF+")
    }
  }

  private static func annotations(
    _ recording: Recording, _ layout: RecordLayout, _ width: Int, _ path: String
  ) throws -> AnnotationEncoder {
    var onsets: [Double] = []
    for (segment, records) in zip(recording.segments, layout.recordsPerSegment) {
      onsets += (0..<records).map { segment.onset + Double($0) * layout.recordDuration }
    }
    if onsets.isEmpty { onsets = [Double](repeating: 0, count: layout.recordCount) }
    return try AnnotationEncoder(
      recording.annotations, recordOnsets: onsets, startOffset: recording.start?.nanosecond ?? 0, width: width,
      path: path)
  }

  private static func header(
    _ recording: Recording, _ variant: EDFVariant, _ layout: RecordLayout, _ quantizers: [SampleQuantizer],
    _ annotations: AnnotationEncoder?
  ) -> HeaderEncoder {
    var signals = recording.signals.indices.map { index in
      let (signal, quantizer) = (recording.signals[index], quantizers[index])
      // Samples without a scale have no unit either: a unit would give them one.
      let isRaw = signal.encoding.isDigital && signal.calibration.isRaw
      return HeaderEncoder.SignalFields(
        label: HeaderText.ascii(signal.label), transducer: HeaderText.ascii(signal.transducer),
        unit: isRaw ? "" : HeaderText.ascii(quantizer.unit.text), physicalMinimum: quantizer.physicalMinimum,
        physicalMaximum: quantizer.physicalMaximum, digitalMinimum: quantizer.digitalMinimum,
        digitalMaximum: quantizer.digitalMaximum, prefilter: HeaderText.ascii(signal.prefilter),
        samplesPerRecord: layout.samplesPerRecord[index])
    }
    if let annotations {
      let span = variant.isBDF ? -8_388_608...8_388_607 : -32_768...32_767
      signals.append(
        HeaderEncoder.SignalFields(
          label: variant.isBDF ? "BDF Annotations" : "EDF Annotations", physicalMinimum: "-1", physicalMaximum: "1",
          digitalMinimum: span.lowerBound, digitalMaximum: span.upperBound,
          samplesPerRecord: annotations.bytesPerRecord / variant.bytesPerSample))
    }
    let patient = HeaderText.ascii(recording.patientIdentification)
    let identification = HeaderText.ascii(recording.recordingIdentification)
    return HeaderEncoder(
      variant: variant, patient: variant.isPlus ? IdentificationFields.patient(patient) : patient,
      recording: variant.isPlus
        ? IdentificationFields.recording(identification, start: recording.start) : identification,
      start: recording.start, recordCount: layout.recordCount, recordDuration: layout.recordDurationText,
      signals: signals)
  }

  private static func notes(
    _ recording: Recording, _ header: HeaderEncoder, _ layout: RecordLayout, _ quantizers: [SampleQuantizer]
  ) -> [String] {
    var notes: [String] = []
    for (index, signal) in recording.signals.enumerated() {
      let fields = header.signals[index]
      if fields.label.utf8.count > 16 || fields.label != signal.label {
        notes.append("label '\(signal.label)' is written as '\(fields.label.prefix(16))'")
      }
      if signal.transducer.utf8.count > 80 || signal.prefilter.utf8.count > 80 {
        notes.append("the transducer or filter text of '\(signal.label)' is cut at 80 characters")
      }
      if signal.encoding.isDigital, signal.calibration.isRaw, !signal.unit.text.isEmpty {
        notes.append("'\(signal.label)' has no usable scale; its digital values are written without a unit")
      }
    }
    notes += roundingNotes(recording, quantizers)
    if header.patient.utf8.count > 80 || header.recording.utf8.count > 80 {
      notes.append("an identification field is cut at 80 characters")
    }
    if recording.start == nil { notes.append("the unknown start is written as 01.01.85 00.00.00") }
    if layout.paddedSegments > 0 {
      notes.append(
        "the last record is filled up with each signal's last value: \(layout.recordDurationText) s records "
          + "do not divide the recording")
    }
    return notes
  }

  /// One line a unit: the smallest and the largest step that samples are rounded to.
  private static func roundingNotes(_ recording: Recording, _ quantizers: [SampleQuantizer]) -> [String] {
    let rounded = recording.signals.indices.filter { !quantizers[$0].passesThrough }
    return Dictionary(grouping: rounded) { quantizers[$0].unit }.values
      .sorted { $0[0] < $1[0] }
      .compactMap { signals in
        let steps = signals.compactMap { quantizers[$0].calibration.map { Float(abs($0.gain)) } }
        guard let smallest = steps.min(), let largest = steps.max() else { return nil }
        let names = signals.count == 1 ? "'\(recording.signals[signals[0]].label)' is" : "\(signals.count) signals are"
        let range = smallest == largest ? "\(smallest)" : "\(smallest) to \(largest)"
        return "\(names) rounded to steps of \(range) \(quantizers[signals[0]].unit)"
      }
  }

  private func writeFile(_ temporaryPath: String, progress: (Double) -> Void) throws {
    let stream = try OutputStream(temporaryPath, reportedAs: path)
    try stream.write(header.encoded())
    let encoder = RecordEncoder(
      recording: recording, index: index, layout: layout, quantizers: quantizers, annotations: annotations,
      bytesPerSample: variant.bytesPerSample)
    try encoder.encode(into: stream, progress: progress)
    try stream.close()
  }
}
