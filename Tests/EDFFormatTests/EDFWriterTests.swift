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

  @Test("Every public recording is written and read back sample for sample", .enabled(if: TestFiles.hasRecordings), arguments: readable)
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
