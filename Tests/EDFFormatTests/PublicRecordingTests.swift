import EDFFormat
import EEGCore
import Foundation
import TestSupport
import Testing

/// All public recordings against what pyEDFlib, edfio and EDFlib read from them.
@Suite("Public recordings", .enabled(if: TestFiles.hasRecordings))
struct PublicRecordingTests {
  /// Files whose header is damaged beyond safe reading; pyEDFlib, edfio and MNE all fail on it as well.
  static let unreadable = ["bids-examples/sub-01_task-pullstand_eeg.edf"]
  static let readable = TestFiles.edfRecordings.filter { !unreadable.contains($0) }

  @Test("There are 39 recordings, and one of them cannot be read")
  func completeness() {
    #expect(TestFiles.edfRecordings.count == 39)
    #expect(Self.readable.count == 38)
  }

  @Test("A header without a number of signals is an error with its place", arguments: unreadable)
  func unreadableHeader(name: String) throws {
    let error = #expect(throws: EDFError.self) { try EDFFile(path: TestFiles.recording(name)) }
    #expect(error?.code == .invalidHeader)
    #expect(error?.byteOffset == 252)
  }

  @Test("Digital and physical values equal pyEDFlib's and edfio's", arguments: readable)
  func values(name: String) throws {
    let reference = try PeerReference.of(name)
    let recording = try EDFFile(path: TestFiles.recording(name)).recording()
    var compared = 0
    if let digital = reference.pyedflib.channels_digital, let physical = reference.pyedflib.channels {
      #expect(digital.count == recording.signals.count)
      for (index, pair) in zip(digital, physical).enumerated() {
        try expectEqual(recording, index, digital: pair.0, physical: pair.1)
        compared += 1
      }
    }
    if let signals = reference.edfio.signals {
      #expect(signals.map(\.label) == recording.signals.map(\.label))
      for (index, signal) in signals.enumerated() {
        #expect(abs(signal.sampling_frequency - recording.signals[index].rate) <= 1e-12 * signal.sampling_frequency)
        try expectEqual(recording, index, digital: signal.digital, physical: signal.data)
        compared += 1
      }
    }
    #expect(compared > 0 || recording.signals.isEmpty)
  }

  private func expectEqual(
    _ recording: Recording, _ index: Int, digital: PeerReference.Digital?, physical: PeerReference.Values?
  ) throws {
    let samples = try recording.digital(signal: index)
    let values = try recording.physical(signal: index)
    if let digital {
      #expect(digital.first == samples.first.map(Int.init))
      #expect(digital.last == samples.last.map(Int.init))
      #expect(digital.sum == nil || digital.sum == samples.reduce(0) { $0 + Int($1) })
      #expect(digital.min == samples.min().map(Int.init))
      #expect(digital.max == samples.max().map(Int.init))
    }
    guard let physical else { return }
    #expect(physical.n == values.count)
    // edfio gives digital values for a signal whose limits it cannot use, and so do we.
    func close(_ ours: Double?, _ theirs: Double?) -> Bool {
      guard let ours, let theirs else { return ours == nil && theirs == nil }
      return abs(ours - theirs) <= 1e-12 * abs(theirs)
    }
    #expect(close(values.first, physical.first))
    #expect(close(values.last, physical.last))
    #expect(close(values.min(), physical.min))
    #expect(close(values.max(), physical.max))
    for (place, value) in zip(physical.probe_index ?? [], physical.probe ?? []) {
      #expect(close(values[place], value))
    }
  }

  @Test("Labels, units, limits and texts equal pyEDFlib's", arguments: readable)
  func headers(name: String) throws {
    let reference = try PeerReference.of(name)
    let file = try EDFFile(path: TestFiles.recording(name))
    guard let headers = reference.pyedflib.signal_headers else {
      // pyEDFlib refuses the file; edfio's header is compared in `values`.
      #expect(reference.pyedflib.error != nil)
      return
    }
    #expect(headers.count == file.signals.count)
    for (header, signal) in zip(headers, file.signals) {
      #expect(header.label == signal.label)
      #expect(header.dimension == signal.unit.text)
      #expect(header.transducer == signal.transducer)
      #expect(header.prefilter == signal.prefilter)
      #expect(abs(header.sample_frequency - signal.rate) <= 1e-12 * signal.rate)
      #expect(header.physical_min == signal.calibration.physicalMinimum)
      #expect(header.physical_max == signal.calibration.physicalMaximum)
      #expect(header.digital_min == signal.calibration.digitalMinimum.map(Double.init))
      #expect(header.digital_max == signal.calibration.digitalMaximum.map(Double.init))
    }
  }

  @Test("Annotations equal pyEDFlib's and edfio's, onset by onset", arguments: readable)
  func annotations(name: String) throws {
    let reference = try PeerReference.of(name)
    let recording = try EDFFile(path: TestFiles.recording(name)).recording()
    func key(_ onset: Double, _ duration: Double?, _ text: String) -> String {
      // Peers sort by onset, and give -1 for no duration; ten decimals are finer than anything a file writes here.
      String(format: "%.7f|%.7f|", onset, duration ?? -1) + text
    }
    let ours = recording.annotations.map { annotation in
      // Peers keep the channel suffix in the text.
      key(annotation.onset, annotation.duration, (([annotation.text] + annotation.channels).joined(separator: "@@")))
    }
    if let theirs = reference.pyedflib.annotations {
      #expect(ours.sorted() == theirs.map { key($0.onset, $0.duration, $0.text) }.sorted())
    }
    if let theirs = reference.edfio.annotations {
      #expect(ours.sorted() == theirs.map { key($0.onset, $0.duration, $0.text) }.sorted())
    }
  }

  @Test("Start times equal pyEDFlib's, with the fraction that pyEDFlib stores right", arguments: readable)
  func start(name: String) throws {
    let reference = try PeerReference.of(name).pyedflib
    guard let theirs = reference.startdatetime else { return }
    let start = try #require(try EDFFile(path: TestFiles.recording(name)).recording().start)
    #expect(start.iso8601.prefix(19) == theirs.prefix(19))
    #expect(start.nanosecond / 100 == reference.starttime_subsecond_100ns ?? 0)
  }

  /// Files with samples outside their digital limits: EDFlib clips those, pyEDFlib, edfio, MNE and we do not.
  static let clipped = ["Alvw-EdfLib/ekg.bdf", "mne-python/test.edf"]

  @Test("Samples are identical to EDFlib's wherever it opens the file", arguments: readable)
  func referee(name: String) throws {
    let path = TestFiles.recording(name)
    let recording = try EDFFile(path: path).recording()
    guard let theirs = EDFlibReferee.digital(path: path), let theirPhysical = EDFlibReferee.physical(path: path) else {
      guard case .refuses = EDFlibReferee.verdict(path: path) else {
        Issue.record("EDFlib opens the file but does not read it")
        return
      }
      return
    }
    #expect(theirs.count == recording.signals.count)
    var hasOutliers = false
    for index in recording.signals.indices {
      let ours = try recording.digital(signal: index)
      let calibration = recording.signals[index].calibration
      let minimum = Int32(try #require(calibration.digitalMinimum))
      let maximum = Int32(try #require(calibration.digitalMaximum))
      let clipped = ours.map { min(max($0, minimum), maximum) }
      hasOutliers = hasOutliers || clipped != ours
      #expect(clipped == theirs[index])
      #expect(clipped.map(calibration.physical) == theirPhysical[index])
    }
    #expect(hasOutliers == Self.clipped.contains(name))
  }

  @Test("EDFlib opens most of the recordings, so that it is a referee at all")
  func refereeTakesPart() {
    let opened = Self.readable.filter { EDFlibReferee.digital(path: TestFiles.recording($0)) != nil }
    #expect(opened.count >= 20)
  }

  @Test("A discontinuous file has the segments that were left in it")
  func gaps() throws {
    struct Gaps: Decodable { var kept_records: [Int] }
    let recording = try EDFFile(path: TestFiles.recording("derived/S005R04_gaps.edf")).recording()
    let whole = try EDFFile(path: TestFiles.recording("eegmmidb/S005R04.edf")).recording()
    #expect(recording.segments.count > 1)
    #expect(recording.segments.reduce(0) { $0 + $1.duration } == 94)
    // Every segment's samples are those of the same time in the file that it was cut from.
    let index = recording.segmentIndex(ofSignal: 3)
    let all = try whole.digital(signal: 3)
    for (segment, range) in zip(recording.segments, index.sampleRanges) {
      let first = Int(segment.onset * 160)
      #expect(try recording.digital(signal: 3, samples: range) == Array(all[first..<(first + range.count)]))
    }
    // Annotations keep their true times, those in gaps too.
    #expect(recording.annotations.count == 23)
    for annotation in recording.annotations { #expect(whole.annotations.contains(annotation)) }
  }

  @Test("A flag for discontinuity on a contiguous file gives one segment")
  func contiguousDespiteFlag() throws {
    let file = try EDFFile(path: TestFiles.recording("mne-testing-data/MB0400FU.EDF"))
    #expect(file.header.variant == .edfPlusD)
    #expect(try file.segments() == [Segment(onset: 0, duration: 29)])
  }

  @Test("Float32 values equal float64 values to float32's precision, for any number of threads", arguments: readable)
  func float32(name: String) throws {
    let file = try EDFFile(path: TestFiles.recording(name))
    let one = try file.readAll(threads: 1)
    let three = try file.readAll(threads: 3)
    let recording = try file.recording()
    for index in file.signals.indices {
      let expected = try recording.physical(signal: index)
      let calibration = file.signals[index].calibration
      let range = abs(calibration.offset) + abs(calibration.gain) * 8_388_608
      one.withValues(index) { values in
        #expect(values.count == expected.count)
        let worst = zip(values, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
        #expect(worst <= 2e-7 * range)
        three.withValues(index) { #expect($0.elementsEqual(values)) }
      }
    }
  }
}
