import EDFFormat
import EEGArchive
import EEGCore
import TestSupport
import Testing

/// Every public recording, through every format and back.
///
/// Limits of the formats, each documented in docs/eeglab.md and docs/edf.md: `.set` holds one rate, volts instead of
/// digital samples, and no identification; EDF and BDF hold ASCII labels of 16 characters.
@Suite("Conversions there and back", .enabled(if: TestFiles.hasRecordings))
struct ConversionRoundTripTests {
  /// All but the one whose header is shifted by a byte, which no program reads.
  static let recordings = TestFiles.edfRecordings.filter { !$0.hasSuffix("pullstand_eeg.edf") }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func archived(_ recording: Recording, _ name: String = "archive.h5") throws -> Recording {
    try RecordingArchive.write(recording, to: folder.path(name), settings: "{}")
    return try RecordingArchive.read(folder.path(name))
  }

  private func encoded(_ recording: Recording, isBDF: Bool) throws -> Recording {
    let path = folder.path(isBDF ? "copy.bdf" : "copy.edf")
    try EDFWriter.write(recording, to: path, options: .init(isBDF: isBDF))
    return try EDFFile(path: path).recording()
  }

  @Test("EDF and BDF to an archive and back: every digital sample", arguments: recordings)
  func archive(name: String) throws {
    let file = try EDFFile(path: TestFiles.recording(name))
    let recording = try file.recording()
    let stored = try archived(recording)
    #expect(stored.signals == recording.signals)
    #expect(stored.annotations == recording.annotations)
    #expect(stored.segments == recording.segments)
    #expect(stored.start == recording.start)
    #expect(stored.patientIdentification == recording.patientIdentification)
    #expect(stored.recordingIdentification == recording.recordingIdentification)
    let copy = try encoded(stored, isBDF: file.header.variant.isBDF)
    try expectSameContent(copy, recording)
    for signal in recording.signals.indices {
      let digital = try recording.digital(signal: signal)
      #expect(try stored.digital(signal: signal) == digital)
      #expect(try copy.digital(signal: signal) == digital)
    }
  }

  @Test(
    "16 bits become 24 and 16 again without a change", arguments: recordings.filter { $0.lowercased().hasSuffix("edf") }
  )
  func widths(name: String) throws {
    let recording = try EDFFile(path: TestFiles.recording(name)).recording()
    let wide = try encoded(recording, isBDF: true)
    try expectSameContent(wide, recording)
    let narrow = try encoded(wide, isBDF: false)
    try expectSameContent(narrow, recording)
    for signal in recording.signals.indices {
      let digital = try recording.digital(signal: signal)
      #expect(try wide.digital(signal: signal) == digital)
      #expect(try narrow.digital(signal: signal) == digital)
    }
  }

  @Test("24 bits become 16 within half a step of the new scale", arguments: recordings.filter { $0.hasSuffix("bdf") })
  func narrowing(name: String) throws {
    let recording = try EDFFile(path: TestFiles.recording(name)).recording()
    // Codes of 24 bits do not fit 16, which the writer says.
    let kept = recording.signals.indices.filter { recording.signals[$0].kind != .status }
    guard !kept.isEmpty else { return }
    let part = recording.selecting(kept)
    let narrow = try encoded(part, isBDF: false)
    for signal in part.signals.indices {
      try expectWithinHalfAStep(narrow, of: part, signal: signal)
    }
  }

  @Test("To EEGLAB and back: volts, labels, rates, annotations, segments, start", arguments: recordings)
  func eeglab(name: String) throws {
    let file = try EDFFile(path: TestFiles.recording(name))
    let whole = try file.recording()
    // One rate and length; the largest group of signals that have one.
    let groups = Dictionary(grouping: whole.signals.indices) {
      "\(whole.signals[$0].rate) \(whole.signals[$0].sampleCount)"
    }
    guard let group = groups.values.max(by: { ($0.count, $1[0]) < ($1.count, $0[0]) }),
      whole.signals[group[0]].sampleCount > 0
    else { return }
    let recording = whole.selecting(group)
    let path = folder.path("copy.set")
    try EEGLABFile.write(recording: recording, to: path)
    let stored = try EEGLABFile.recording(path: path)
    #expect(stored.signals.map(\.label) == recording.signals.map(\.label))
    #expect(stored.signals.map(\.rate) == recording.signals.map(\.rate))
    #expect(stored.start == recording.start)
    #expect(stored.segments.count == recording.segments.count)
    for (one, other) in zip(stored.segments, recording.segments) {
      #expect(abs(one.onset - other.onset) < 1e-9 && abs(one.duration - other.duration) < 1e-9)
    }
    expectSameAnnotations(stored.annotations, recording.annotations)
    for signal in recording.signals.indices {
      let isVoltage = recording.signals[signal].voltsPerUnit != nil
      let source = try isVoltage ? recording.volts(signal: signal) : recording.physical(signal: signal)
      let copy = try isVoltage ? stored.volts(signal: signal) : stored.physical(signal: signal)
      #expect(source.count == copy.count)
      // Volts to microvolts and back are two roundings.
      #expect(zip(source, copy).allSatisfy { abs($0 - $1) <= 4e-16 * abs($0) })
    }
    // And on to EDF or BDF: a new scale, by half a step.
    let isBDF = file.header.variant.isBDF
    let hasWideCodes = recording.signals.contains { $0.kind == .status } && !isBDF
    if hasWideCodes { return }
    let again = try encoded(stored, isBDF: isBDF)
    #expect(again.signals.map(\.sampleCount) == stored.signals.map(\.sampleCount))
    for signal in stored.signals.indices { try expectWithinHalfAStep(again, of: stored, signal: signal) }
  }

  private func expectWithinHalfAStep(_ copy: Recording, of recording: Recording, signal: Int) throws {
    // The unit is another one where microvolts do not fit eight characters.
    let units = [copy.signals[signal].voltsPerUnit ?? 1, recording.signals[signal].voltsPerUnit ?? 1]
    let step = abs(copy.signals[signal].calibration.gain) * units[0]
    let one = try copy.physical(signal: signal).map { $0 * units[0] }
    let other = try recording.physical(signal: signal).map { $0 * units[1] }
    let largest = zip(one, other).map { abs($0 - $1) }.max() ?? 0
    let magnitude = other.map(abs).max() ?? 0
    #expect(largest <= step * 0.5 + 1e-12 * magnitude, "\(recording.signals[signal].label): \(largest / step) steps")
  }

  private func expectSameContent(_ copy: Recording, _ recording: Recording) throws {
    func ascii(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 128 } && text.utf8.count <= 16 }
    for (one, other) in zip(copy.signals, recording.signals) where ascii(other.label) {
      #expect(one.label == other.label)
    }
    #expect(copy.signals.map(\.sampleCount) == recording.signals.map(\.sampleCount))
    for (one, other) in zip(copy.signals, recording.signals) {
      #expect(abs(one.rate - other.rate) <= 1e-11 * other.rate)
    }
    expectSameAnnotations(copy.annotations, recording.annotations)
    #expect(copy.segments.count == recording.segments.count)
    for (one, other) in zip(copy.segments, recording.segments) {
      #expect(
        abs(one.onset - other.onset) < 1e-9 && abs(one.duration - other.duration) <= 1e-9 * max(1, other.duration))
    }
    // The header has no word for an unknown start.
    if let start = recording.start { #expect(copy.start == start) }
  }

  private func expectSameAnnotations(_ copy: [Annotation], _ annotations: [Annotation]) {
    func sorted(_ list: [Annotation]) -> [Annotation] {
      list.sorted { ($0.onset, $0.text, $0.channels.joined()) < ($1.onset, $1.text, $1.channels.joined()) }
    }
    #expect(copy.count == annotations.count)
    for (one, other) in zip(sorted(copy), sorted(annotations)) {
      #expect(abs(one.onset - other.onset) < 1e-9)
      #expect(one.text == other.text && one.channels == other.channels)
      // EEGLAB has no unknown duration where another event has one.
      #expect(abs((one.duration ?? 0) - (other.duration ?? 0)) < 1e-9)
    }
  }
}
