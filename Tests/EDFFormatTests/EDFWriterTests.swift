import EDFFormat
import EEGCore
import Foundation
import TestSupport
import Testing

/// What is written comes back, and what cannot be written is refused before the file gets its name.
@Suite("Writing EDF and BDF")
struct EDFWriterTests {
  /// Everything but the private fields and the source.
  private func expectEqual(_ left: Recording, _ right: Recording) throws {
    #expect(left.signals.map(\.label) == right.signals.map(\.label))
    #expect(left.signals.map(\.sampleCount) == right.signals.map(\.sampleCount))
    for (one, other) in zip(left.signals, right.signals) {
      #expect(abs(one.rate - other.rate) <= 1e-11 * one.rate)
      #expect(abs(one.calibration.gain - other.calibration.gain) <= 1e-15 * abs(one.calibration.gain))
      #expect(one.calibration.isRaw || one.unit.voltsPerUnit == other.unit.voltsPerUnit)
    }
    #expect(left.annotations == right.annotations)
    #expect(left.segments.count == right.segments.count)
    for (one, other) in zip(left.segments, right.segments) {
      #expect(abs(one.onset - other.onset) <= 1e-9 && abs(one.duration - other.duration) <= 1e-9 * one.duration)
    }
    #expect(left.start == right.start)
    for index in left.signals.indices {
      #expect(try left.digital(signal: index) == right.digital(signal: index))
    }
  }

  static let readable = TestFiles.edfRecordings.filter { !PublicRecordingTests.unreadable.contains($0) }

  @Test(
    "Every public recording is written and read back sample for sample", .enabled(if: TestFiles.hasRecordings),
    arguments: readable)
  func publicRecordings(name: String) throws {
    let folder = try TemporaryFolder()
    let source = try EDFFile(path: TestFiles.recording(name))
    let recording = try source.recording()
    let path = folder.path("copy")
    let report = try EDFWriter.write(recording, to: path, options: .init(isBDF: source.header.variant.isBDF))
    let copy = try EDFFile(path: path).recording()
    var expected = recording
    // The header has no word for an unknown start.
    if expected.start == nil { expected.start = copy.start }
    // Times are whole nanoseconds in the file; a non-ASCII label becomes ASCII.
    try expectEqual(expected, copy)
    #expect(report.verification != .none)
    #expect(try EDFFile(path: path, strict: true).recording().signals.count == recording.signals.count)
    // EDFlib reads no gaps and no empty files, and clips samples outside the digital limits.
    let isBeyondEDFlib =
      report.variant.isDiscontinuous || report.recordCount == 0 || PublicRecordingTests.clipped.contains(name)
    #expect(report.verification == (isBeyondEDFlib ? .ownReader : .edflib))
  }
}

/// Random and extreme recordings.
@Suite("Writing EDF and BDF: properties and limits")
struct EDFWriterPropertyTests {
  private static let limits = Calibration(
    physicalMinimum: -3276.8, physicalMaximum: 3276.7, digitalMinimum: -32768, digitalMaximum: 32767)

  /// One signal, or more, of int16 samples over one or more segments.
  private func recording(
    rates: [Double], segments: [Segment], annotations: [Annotation] = [], start: StartTime? = nil,
    using random: inout SplitMix64
  ) -> Recording {
    let signals = rates.enumerated().map { index, rate in
      let count = segments.reduce(0) { $0 + Int(($1.duration * rate).rounded()) }
      return Signal(
        label: "S\(index)", unit: .microvolts, rate: rate, sampleCount: count, encoding: .int16,
        calibration: Self.limits)
    }
    let values = signals.map { signal in
      (0..<signal.sampleCount).map { _ in Int32.random(in: -32768...32767, using: &random) }
    }
    return Recording(
      signals: signals, annotations: annotations, segments: segments, start: start,
      source: InMemoryDigitalSamples(values, calibrations: signals.map(\.calibration)))
  }

  private func expectSame(_ recording: Recording, _ path: String) throws {
    let copy = try EDFFile(path: path).recording()
    #expect(copy.signals.map(\.sampleCount) == recording.signals.map(\.sampleCount))
    #expect(copy.annotations == recording.annotations)
    #expect(copy.segments.count == recording.segments.count)
    for (one, other) in zip(copy.segments, recording.segments) { #expect(abs(one.onset - other.onset) < 1e-9) }
    for index in recording.signals.indices {
      #expect(abs(copy.signals[index].rate - recording.signals[index].rate) <= 1e-11 * recording.signals[index].rate)
      #expect(try copy.digital(signal: index) == recording.digital(signal: index))
    }
  }

  @Test("Random recordings come back equal as EDF and as BDF", arguments: 0..<40)
  func random(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let folder = try TemporaryFolder()
    let choices: [Double] = [1, 2, 10, 50, 100, 125, 128, 160, 200, 250, 256, 500, 512]
    let rates = (0..<Int.random(in: 1...5, using: &random)).map { _ in choices.randomElement(using: &random) ?? 1 }
    var onset = 0.0
    let segments = (0..<Int.random(in: 1...3, using: &random)).map { _ in
      let segment = Segment(onset: onset, duration: Double(Int.random(in: 1...12, using: &random)))
      onset = segment.end + Double(Int.random(in: 1...20, using: &random)) / 4
      return segment
    }
    let texts = ["stimulus", "Übung", "閉眼", "a,b;c", " padded ", "line\nbreak", "x@@nosuchlabel"]
    let annotations = (0..<Int.random(in: 0...60, using: &random)).map { _ in
      Annotation(
        onset: Double(Int.random(in: -20_000...90_000_000, using: &random)) / 1e4,
        duration: Bool.random(using: &random) ? Double(Int.random(in: 0...99_999, using: &random)) / 1e3 : nil,
        text: texts.randomElement(using: &random) ?? "x",
        channels: Bool.random(using: &random) ? [] : ["S0"])
    }
    let start = StartTime(
      year: 2020, month: 2, day: 29, hour: 23, minute: 59, second: 59,
      nanosecond: 100 * Int.random(in: 0..<10_000_000, using: &random))
    let recording = recording(
      rates: rates, segments: segments, annotations: annotations, start: start, using: &random)
    for isBDF in [false, true] {
      let path = folder.path("random")
      let report = try EDFWriter.write(recording, to: path, options: .init(isBDF: isBDF))
      #expect(report.verification == (segments.count == 1 ? .edflib : .ownReader))
      try expectSame(recording, path)
      #expect(try EDFFile(path: path).recording().start == start)
    }
  }

  @Test("More annotations than records are all kept, late onsets without noise")
  func manyAnnotations() throws {
    var random = SplitMix64(seed: 1)
    let folder = try TemporaryFolder()
    let annotations = (0..<10_000).map { Annotation(onset: 8192 + Double($0) / 1000, text: "event \($0)") }
    let recording = recording(
      rates: [100], segments: [Segment(onset: 0, duration: 10)], annotations: annotations, using: &random)
    #expect(try EDFWriter.write(recording, to: folder.path("many.edf")).verification == .edflib)
    try expectSame(recording, folder.path("many.edf"))
  }

  @Test(
    "Rates that are no whole numbers keep their value",
    arguments: [(486.19214313496695, 500), (128.5, 514), (1000.0 / 3, 500), (0.1, 500)])
  func oddRates(rate: Double, samples: Int) throws {
    var random = SplitMix64(seed: 2)
    let folder = try TemporaryFolder()
    let recording = recording(
      rates: [rate], segments: [Segment(onset: 0, duration: Double(samples) / rate)], using: &random)
    try EDFWriter.write(recording, to: folder.path("odd.edf"))
    try expectSame(recording, folder.path("odd.edf"))
  }

  @Test("A length that no exact duration divides is filled up, with a note")
  func oddLength() throws {
    var random = SplitMix64(seed: 8)
    let folder = try TemporaryFolder()
    // 257 samples are 2 s; nothing shorter has a duration of eight characters.
    let recording = recording(rates: [128.5], segments: [Segment(onset: 0, duration: 500 / 128.5)], using: &random)
    let report = try EDFWriter.write(recording, to: folder.path("odd.edf"))
    #expect(report.notes.contains { $0.contains("filled up") })
    #expect(try EDFFile(path: folder.path("odd.edf")).signals[0].sampleCount == 514)
  }

  @Test("A record duration that is asked for is used, and the end filled up with a note")
  func fixedDuration() throws {
    var random = SplitMix64(seed: 3)
    let folder = try TemporaryFolder()
    let recording = recording(rates: [100], segments: [Segment(onset: 0, duration: 5)], using: &random)
    let report = try EDFWriter.write(recording, to: folder.path("a.edf"), options: .init(recordDuration: 2))
    #expect(report.recordCount == 3)
    #expect(report.notes.contains { $0.contains("filled up") })
    let copy = try EDFFile(path: folder.path("a.edf")).recording().digital(signal: 0)
    #expect(Array(copy.prefix(500)) == (try recording.digital(signal: 0)))
    #expect(copy.dropFirst(500).allSatisfy { $0 == copy[499] })
    let error = #expect(throws: EDFWritingError.self) {
      try EDFWriter.write(recording, to: folder.path("b.edf"), options: .init(recordDuration: 0.0033))
    }
    #expect(error?.code == .noRecordDuration)
  }

  @Test("Physical values are rounded to a step that the note tells, never beyond the range", arguments: [false, true])
  func quantization(isBDF: Bool) throws {
    var random = SplitMix64(seed: 4)
    let folder = try TemporaryFolder()
    let values = [
      (0..<1000).map { _ in Double.random(in: -87.654321...123.456789, using: &random) },
      [Double](repeating: 42.5, count: 1000), (0..<1000).map { Double($0) * 1e-7 - 5e-5 },
    ]
    let signals = values.indices.map {
      Signal(
        label: "F\($0)", unit: .microvolts, rate: 100, sampleCount: 1000, encoding: .float64, calibration: .identity)
    }
    let recording = Recording(
      signals: signals, segments: [Segment(onset: 0, duration: 10)], source: InMemorySamples(values))
    let report = try EDFWriter.write(recording, to: folder.path("q"), options: .init(isBDF: isBDF))
    #expect(report.notes.contains { $0.hasPrefix("3 signals are rounded to steps of ") && $0.hasSuffix(" uV") })
    let copy = try EDFFile(path: folder.path("q")).recording()
    for index in values.indices {
      let read = try copy.physical(signal: index)
      let step = abs(copy.signals[index].calibration.gain)
      let range = (values[index].max() ?? 0) - (values[index].min() ?? 0)
      // Eight characters cost a few of the steps, not more.
      #expect(step <= max(range * 1.1, 2.2) / (isBDF ? 16_777_215 : 65_535))
      for (one, other) in zip(read, values[index]) { #expect(abs(one - other) <= step * 0.5000001) }
    }
  }

  @Test("More than 640 signals are written and verified by the own reader")
  func manySignals() throws {
    var random = SplitMix64(seed: 5)
    let folder = try TemporaryFolder()
    let recording = recording(
      rates: [Double](repeating: 4, count: 700), segments: [Segment(onset: 0, duration: 2)], using: &random)
    #expect(try EDFWriter.write(recording, to: folder.path("wide.edf")).verification == .ownReader)
    try expectSame(recording, folder.path("wide.edf"))
  }

  @Test("What the format cannot hold is refused, and the old file stays")
  func refusals() throws {
    var random = SplitMix64(seed: 6)
    let folder = try TemporaryFolder()
    let path = folder.path("target.edf")
    try "precious".write(toFile: path, atomically: true, encoding: .utf8)
    let segment = [Segment(onset: 0, duration: 2)]
    let sound = recording(rates: [10], segments: segment, using: &random)
    var cases: [(Recording, EDFWritingOptions)] = []
    for text in ["", "a\u{14}b", "a\u{0}b", "a\u{15}b"] {
      var bad = sound
      bad.annotations = [Annotation(onset: 1, text: text)]
      cases.append((bad, .init()))
    }
    var annotated = sound
    annotated.annotations = [Annotation(onset: 1, text: "x")]
    cases.append((annotated, .init(variant: .edf)))
    let gaps = recording(rates: [10], segments: segment + [Segment(onset: 9, duration: 1)], using: &random)
    cases.append((gaps, .init(variant: .edfPlusC)))
    let nan = Recording(
      signals: [
        Signal(label: "F", unit: .volts, rate: 1, sampleCount: 2, encoding: .float64, calibration: .identity)
      ], segments: segment, source: InMemorySamples([[0, .nan]]))
    cases.append((nan, .init()))
    let codes = Recording(
      signals: [
        Signal(
          label: "Status", unit: .none, rate: 1, sampleCount: 2, encoding: .int24,
          calibration: Calibration(
            physicalMinimum: -8_388_608, physicalMaximum: 8_388_607, digitalMinimum: -8_388_608,
            digitalMaximum: 8_388_607))
      ], segments: segment, source: InMemoryDigitalSamples([[0, 0x10_0001]], calibrations: [.identity]))
    cases.append((codes, .init()))
    for (recording, options) in cases {
      let error = #expect(throws: EDFWritingError.self) { try EDFWriter.write(recording, to: path, options: options) }
      #expect(error?.code == .notRepresentable)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["target.edf"])
  }

  @Test("Identification that is no EDF+ is kept behind unknown subfields")
  func identification() throws {
    var random = SplitMix64(seed: 7)
    let folder = try TemporaryFolder()
    var recording = recording(
      rates: [10], segments: [Segment(onset: 0, duration: 2)], annotations: [Annotation(onset: 0, text: "x")],
      start: StartTime(year: 2021, month: 3, day: 2, hour: 1, minute: 2, second: 3), using: &random)
    recording.patientIdentification = "free text"
    recording.recordingIdentification = "from the ward"
    try EDFWriter.write(recording, to: folder.path("a.edf"))
    let copy = try EDFFile(path: folder.path("a.edf"), strict: true).recording()
    #expect(copy.patientIdentification == "X X X X free text")
    #expect(copy.recordingIdentification == "Startdate 02-MAR-2021 X X X from the ward")
  }
}
