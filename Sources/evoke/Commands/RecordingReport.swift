import EEGCore
import Foundation

/// What `info` says of a recording; the JSON keys are those that scripts rely on.
struct RecordingReport: Encodable {
  let path: String
  let format: String
  let start: String?
  let duration: Double
  let signals: [SignalReport]
  let annotationCount: Int
  let annotationList: [AnnotationReport]?
  let segments: [SegmentReport]
  let warnings: [String]
  let patient: String?
  let recordingIdentification: String?
  private let conditionCounts: [(text: String, count: Int)]
  private let statusLine: String?

  struct SegmentReport: Encodable {
    let onset_s: Double
    let duration_s: Double
  }

  struct AnnotationReport: Encodable {
    let annotation: Annotation

    enum CodingKeys: String, CodingKey { case onset_s, duration_s, text, channels }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(annotation.onset, forKey: .onset_s)
      // An absent duration is null, not a missing key.
      try container.encode(annotation.duration, forKey: .duration_s)
      try container.encode(annotation.text, forKey: .text)
      try container.encode(annotation.channels, forKey: .channels)
    }
  }

  enum CodingKeys: String, CodingKey {
    case path, format, start, duration_s, signals, annotations, annotation_list, segments, warnings, patient
    case recording_identification
  }

  /// - Throws: The source's error when statistics are asked for and samples cannot be read.
  init(path: String, file: RecordingFile, listsAnnotations: Bool, statistics: Bool, showsPrivate: Bool) throws {
    let recording = file.recording
    self.path = path
    format = file.format
    start = recording.start?.iso8601
    duration = recording.duration
    let progress = ProgressBar("reading \((path as NSString).lastPathComponent)")
    defer { progress.finish() }
    signals = try recording.signals.indices.map { index in
      progress.update(Double(index) / Double(recording.signals.count))
      return SignalReport(
        signal: recording.signals[index], statistics: statistics ? try SignalStatistics(of: index, in: recording) : nil)
    }
    annotationCount = recording.annotations.count
    annotationList = listsAnnotations ? recording.annotations.map(AnnotationReport.init) : nil
    segments = recording.segments.map { SegmentReport(onset_s: $0.onset, duration_s: $0.duration) }
    warnings = file.warnings
    patient = showsPrivate ? recording.patientIdentification : nil
    recordingIdentification = showsPrivate ? recording.recordingIdentification : nil
    conditionCounts = Formatting.counts(recording.annotations.map(\.text))
    statusLine = try Self.statusLine(recording)
  }

  /// What the recorder's own bits say at the first sample of a BioSemi Status signal.
  private static func statusLine(_ recording: Recording) throws -> String? {
    guard
      let status = recording.signals.firstIndex(where: { $0.kind == .status && $0.encoding == .int24 }),
      let first = try recording.digital(signal: status, samples: 0..<min(1, recording.signals[status].sampleCount))
        .first
    else { return nil }
    return "\(recording.signals[status].label) at the start: \(BioSemiStatus(digital: first).summary)"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(path, forKey: .path)
    try container.encode(format, forKey: .format)
    try container.encode(start, forKey: .start)
    try container.encode(duration, forKey: .duration_s)
    try container.encode(signals, forKey: .signals)
    try container.encode(annotationCount, forKey: .annotations)
    try container.encodeIfPresent(annotationList, forKey: .annotation_list)
    try container.encode(segments, forKey: .segments)
    try container.encode(warnings, forKey: .warnings)
    try container.encodeIfPresent(patient, forKey: .patient)
    try container.encodeIfPresent(recordingIdentification, forKey: .recording_identification)
  }

  /// The report for people.
  func lines(listsAnnotations: Bool) -> [String] {
    var lines = ["\(path): \(format), \(Formatting.duration(duration)), start \(start ?? "unknown")"]
    if let patient { lines.append("  patient: \(Formatting.printable(patient))") }
    if let recordingIdentification {
      lines.append("  recording: \(Formatting.printable(recordingIdentification))")
    }
    lines += signalLines()
    if let statusLine { lines.append("  " + statusLine) }
    if segments.count > 1 {
      lines.append("  \(segments.count) segments with gaps between them:")
      lines += segments.map {
        "    \(Formatting.number($0.onset_s)) s to \(Formatting.number($0.onset_s + $0.duration_s)) s"
      }
    }
    if annotationCount > 0 {
      let shown = conditionCounts.prefix(12).map { "\(Formatting.printable($0.text)) (\($0.count))" }
      let more = conditionCounts.count > 12 ? ", and \(conditionCounts.count - 12) other texts" : ""
      lines.append("  \(annotationCount) annotations: \(shown.joined(separator: ", "))\(more)")
      if listsAnnotations { lines += (annotationList ?? []).map { "    " + Self.line($0.annotation) } }
    }
    if !warnings.isEmpty {
      lines.append("  \(Formatting.count(warnings.count, "deviation")) from the standard:")
      lines += warnings.map { "    " + $0 }
    }
    return lines
  }

  private static func line(_ annotation: Annotation) -> String {
    let duration = annotation.duration.map { " for \(Formatting.number($0)) s" } ?? ""
    let channels = annotation.channels.isEmpty ? "" : " [\(annotation.channels.joined(separator: ", "))]"
    return "\(Formatting.number(annotation.onset)) s\(duration): \(Formatting.printable(annotation.text))\(channels)"
  }

  /// Signals that differ only in their labels share a heading.
  private func signalLines() -> [String] {
    var lines: [String] = []
    var index = 0
    while index < signals.count {
      let end = signals[index...].firstIndex { $0.heading != signals[index].heading } ?? signals.count
      let count = end - index
      lines.append("  \(count) signal\(count == 1 ? "" : "s") \(signals[index].heading)")
      if signals[index].statistics == nil {
        lines += Formatting.wrapped(signals[index..<end].map { Formatting.printable($0.signal.label) }, indent: "    ")
      } else {
        lines += signals[index..<end].map { "    " + $0.statisticsLine }
      }
      index = end
    }
    return lines
  }
}

/// One signal in `info`.
struct SignalReport: Encodable {
  let signal: Signal
  let statistics: SignalStatistics?

  enum CodingKeys: String, CodingKey {
    case label, unit, rate_hz, samples, physical_min, physical_max, digital_min, digital_max
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(signal.label, forKey: .label)
    try container.encode(signal.unit.text, forKey: .unit)
    try container.encode(signal.rate, forKey: .rate_hz)
    try container.encode(signal.sampleCount, forKey: .samples)
    try container.encode(signal.calibration.physicalMinimum, forKey: .physical_min)
    try container.encode(signal.calibration.physicalMaximum, forKey: .physical_max)
    try container.encode(signal.calibration.digitalMinimum, forKey: .digital_min)
    try container.encode(signal.calibration.digitalMaximum, forKey: .digital_max)
    try statistics?.encode(to: encoder)
  }

  /// Everything but the label.
  var heading: String {
    let unit = signal.unit.text.isEmpty ? "no unit" : Formatting.printable(signal.unit.text)
    return "at \(Formatting.number(signal.rate)) Hz, \(unit), \(signal.encoding.rawValue)"
  }

  var statisticsLine: String {
    guard let statistics, let mean = statistics.physicalMean, let minimum = statistics.physicalMinimum,
      let maximum = statistics.physicalMaximum
    else { return "\(Formatting.printable(signal.label)): no samples" }
    let unit = signal.unit.text.isEmpty ? "" : " " + Formatting.printable(signal.unit.text)
    return "\(Formatting.printable(signal.label)): \(signal.sampleCount) samples, mean \(Formatting.number(mean)), "
      + "\(Formatting.number(minimum)) to \(Formatting.number(maximum))\(unit)"
  }
}
