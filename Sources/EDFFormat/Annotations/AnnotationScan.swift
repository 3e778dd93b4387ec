import EEGCore

/// Everything that the annotation signals of a file say: annotations, and when each record began.
struct AnnotationScan: Sendable {
  var annotations: [Annotation] = []
  var segments: [Segment] = []
  /// What the first record's own onset adds to the start time [ns].
  var startOffset = 0
  var deviations: [EDFDeviation] = []
}

/// Reads the annotation signals of all records.
struct AnnotationScanner {
  private let header: EDFHeader
  private let file: MappedFile
  private var log = DeviationLog()
  /// The record's own onset [ns], as written; nil where it is missing.
  private var recordOnsets: [Int?] = []
  private var found: [(onset: Int, duration: Int?, text: String)] = []

  init(header: EDFHeader, file: MappedFile) {
    self.header = header
    self.file = file
  }

  /// - Throws: ``EDFError``, code `fileChanged`.
  mutating func scan() throws -> AnnotationScan {
    // Only the discontinuous and the annotated need a look at every record.
    if !header.annotationSignals.isEmpty {
      recordOnsets.reserveCapacity(header.recordCount)
      try forEachRecord { scanner, record, recordOffset in scanner.scanRecord(record, at: recordOffset) }
    }
    var result = AnnotationScan()
    let start = recordOnsets.first.flatMap { $0 } ?? 0
    checkStart(start)
    result.startOffset = start
    result.segments = segments(start: start)
    let labels = Set(header.dataSignals.map { header.signals[$0].label })
    result.annotations = found.map { annotation(from: $0, start: start, labels: labels) }
    result.deviations = log.deviations
    return result
  }

  private mutating func forEachRecord(_ body: (inout Self, Int, Int) -> Void) throws {
    let block = max(1, (16 << 20) / max(1, header.recordLength))
    var first = 0
    while first < header.recordCount {
      let end = min(header.recordCount, first + block)
      let bytes =
        (header.headerLength + first * header.recordLength)..<(header.headerLength + end * header.recordLength)
      try file.check(bytes)
      for record in first..<end { body(&self, record, header.headerLength + record * header.recordLength) }
      file.release(bytes)
      first = end
    }
  }

  private mutating func scanRecord(_ record: Int, at recordOffset: Int) {
    for (order, index) in header.annotationSignals.enumerated() {
      let signal = header.signals[index]
      let start = recordOffset + signal.offsetInRecord
      let bytes = file.bytes(start..<(start + signal.samplesPerRecord * header.variant.bytesPerSample))
      let parser = AnnotationListParser(bytes)
      for problem in parser.problems {
        log.addCounted(
          .annotationList, field: "annotation list", at: start + problem.offset,
          "in record \(record + 1), \(problem.message)")
      }
      var lists = parser.lists[...]
      if order == 0 { takeTimekeeping(&lists, record: record, at: start) }
      for list in lists {
        for text in list.texts where !text.isEmpty { add(list, text, at: start + list.offset) }
      }
    }
  }

  /// The first list of a record's first annotation signal has an empty first text and gives the record's onset.
  private mutating func takeTimekeeping(
    _ lists: inout ArraySlice<TimestampedAnnotationList>, record: Int, at offset: Int
  ) {
    guard let first = lists.first, let text = first.texts.first, text.isEmpty else {
      recordOnsets.append(nil)
      if header.variant.isPlus {
        log.addCounted(
          .timekeeping, field: "record onset", at: offset,
          "record \(record + 1) does not begin with its own onset; it is taken to follow the record before it")
      }
      return
    }
    recordOnsets.append(first.onset)
  }

  private mutating func add(_ list: TimestampedAnnotationList, _ bytes: ArraySlice<UInt8>, at offset: Int) {
    let decoded = TextDecoding.decode(bytes)
    if decoded.encoding == .latin1 {
      log.addCounted(
        .annotationEncoding, field: "annotation text", at: offset, "is not UTF-8; read as latin-1")
    }
    found.append((list.onset, list.duration, decoded.text))
  }

  private func annotation(
    from found: (onset: Int, duration: Int?, text: String), start: Int, labels: Set<String>
  ) -> Annotation {
    var text = found.text
    var channels: [String] = []
    // `text@@label`: an annotation of one signal (edfplus.info, additional specifications), when there is such a signal.
    if let mark = text.ranges(of: "@@").last {
      let label = text[mark.upperBound...].trimmingBlanks()
      if labels.contains(label) {
        channels = [label]
        text = String(text[..<mark.lowerBound])
      }
    }
    return Annotation(
      onset: Self.seconds(found.onset - start), duration: found.duration.map(Self.seconds), text: text,
      channels: channels)
  }

  private mutating func checkStart(_ start: Int) {
    guard header.variant.isPlus, !(0..<1_000_000_000).contains(start) else { return }
    log.add(
      .firstRecordOnset, field: "record onset", at: header.headerLength,
      "the first record begins \(Self.seconds(start)) s after the start time; the start time is moved there")
  }

  /// Joins records that follow each other into segments.
  private mutating func segments(start: Int) -> [Segment] {
    let duration = header.recordDuration
    guard header.recordCount > 0, duration > 0 else { return [] }
    guard !recordOnsets.isEmpty else { return [Segment(onset: 0, duration: duration * Double(header.recordCount))] }
    // Half a sample of the fastest signal: less cannot be a gap.
    let fastest = header.dataSignals.map { header.signals[$0].samplesPerRecord }.max() ?? 1
    let tolerance = duration / Double(max(1, fastest)) / 2
    var segments: [Segment] = []
    var first = 0
    var segmentOnset = 0.0
    for record in 0..<header.recordCount {
      guard record > 0, let written = recordOnsets[record] else { continue }
      let onset = Self.seconds(written - start)
      let expected = segmentOnset + Double(record - first) * duration
      guard abs(onset - expected) > tolerance else { continue }
      let place = header.headerLength + record * header.recordLength
      guard header.variant.isDiscontinuous else {
        log.addCounted(
          .continuousRecords, field: "record onset", at: place,
          "record \(record + 1) begins at \(onset) s, not at \(expected) s; the header says that there are no gaps, and "
            + "samples are taken to follow each other")
        continue
      }
      if onset < expected {
        log.addCounted(
          .orderedRecords, field: "record onset", at: place,
          "record \(record + 1) begins at \(onset) s, before the end of the record before it at \(expected) s; times "
            + "are kept as written")
      }
      segments.append(Segment(onset: segmentOnset, duration: Double(record - first) * duration))
      first = record
      segmentOnset = onset
    }
    segments.append(Segment(onset: segmentOnset, duration: Double(header.recordCount - first) * duration))
    return segments
  }

  /// Nanoseconds as the nearest double of seconds.
  private static func seconds(_ nanoseconds: Int) -> Double { Double(nanoseconds) / 1e9 }
}
