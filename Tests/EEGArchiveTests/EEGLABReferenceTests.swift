import EEGArchive
import EEGCore
import Foundation
import TestSupport
import Testing

/// What MNE-Python reads from a `.set` file.
private struct SetReference: Decodable {
  struct Values: Decodable {
    var n: Int
    var first: Double
    var last: Double
    var min: Double
    var max: Double
    var mean: Double
    var std: Double
    var probe_index: [Int]
    var probe: [Double]
  }

  /// Onset and duration in seconds, text.
  struct Annotation: Decodable {
    var onset: Double
    var duration: Double
    var text: String

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      onset = try container.decode(Double.self)
      duration = try container.decode(Double.self)
      text = try container.decode(String.self)
    }
  }

  /// A number, or the text "nan".
  struct Coordinate: Decodable {
    var value: Double

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      value = try (try? container.decode(Double.self)) ?? Double(container.decode(String.self)) ?? .nan
    }
  }

  var sfreq: Double
  var ch_names: [String]
  var pos_m: [String: [Coordinate]]
  var channels: [Values]
  var annotations: [Annotation]?
  var events: [[Int]]?
  var event_id: [String: Int]?
  var tmin: Double?
  var tmax: Double?
  var average: [Values]?
}

@Suite("Public EEGLAB files", .enabled(if: TestFiles.hasRecordings))
struct EEGLABReferenceTests {
  static let recordings = ["hdf5_examples/raw.set", "mne-testing-data/test_raw_h5.set"]
  static let epochSets = ["hdf5_examples/epochs.set", "hdf5_examples/erp.set", "eegUtils/eeglab_hdf5.set"]

  @Test("Recordings have MNE-Python's samples, annotations and positions", arguments: EEGLABReferenceTests.recordings)
  func recording(name: String) throws {
    let path = TestFiles.recording(name)
    let reference = try TestFiles.reference(name, as: SetReference.self)
    #expect(try EEGLABFile.kind(path: path) == .recording)
    let recording = try EEGLABFile.recording(path: path)
    #expect(recording.signals.map(\.label) == reference.ch_names)
    #expect(recording.segments.count == 1)
    #expect(reference.channels.count == recording.signals.count)
    for (signal, expected) in reference.channels.enumerated() {
      #expect(recording.signals[signal].rate == reference.sfreq)
      compare(try recording.volts(signal: signal), expected)
    }
    let annotations = try #require(reference.annotations)
    #expect(recording.annotations.map(\.text) == annotations.map(\.text))
    for (found, expected) in zip(recording.annotations, annotations) {
      // The reference has microseconds.
      #expect(abs(found.onset - expected.onset) <= 1e-6)
      #expect(abs((found.duration ?? 0) - expected.duration) <= 1e-6)
    }
    try comparePositions(path, reference)
  }

  @Test("Epochs have MNE-Python's samples, events and positions", arguments: EEGLABReferenceTests.epochSets)
  func epochs(name: String) throws {
    let path = TestFiles.recording(name)
    let reference = try TestFiles.reference(name, as: SetReference.self)
    #expect(try EEGLABFile.kind(path: path) == .epochs)
    let epochs = try EEGLABFile.epochs(path: path)
    #expect(epochs.channels.map(\.name) == reference.ch_names)
    #expect(epochs.rate == reference.sfreq)
    let (tmin, tmax) = (try #require(reference.tmin), try #require(reference.tmax))
    #expect(abs(try #require(epochs.times.first) - tmin) < 1e-9)
    #expect(abs(try #require(epochs.times.last) - tmax) < 1e-9)

    let events = try #require(reference.events)
    let names = Dictionary(uniqueKeysWithValues: try #require(reference.event_id).map { ($1, $0) })
    #expect(epochs.events.map(\.sample) == events.map { $0[0] })
    // MNE-Python writes a numeric type as a floating-point number.
    #expect(epochs.events.map { number($0.condition) } == events.map { names[$0[2]].map(number) })

    for (channel, expected) in reference.channels.enumerated() {
      compare(epochs.events.indices.flatMap { Array(epochs.epoch($0)[row: channel]) }, expected)
    }
    for (channel, expected) in try #require(reference.average).enumerated() {
      let mean = epochs.times.indices.map { time in
        epochs.events.indices.reduce(0) { $0 + epochs.epoch($1)[channel, time] } / Double(epochs.events.count)
      }
      compare(mean, expected)
    }
    try comparePositions(path, reference)
  }

  @Test(
    "MATLAB 5.0 files are refused with the way to convert them",
    arguments: ["eeglab/eeglab_data.set", "mne-testing-data/test_epochs_onefile.set"])
  func matlab5(name: String) throws {
    let error = #expect(throws: ArchiveError.self) { try EEGLABFile.kind(path: TestFiles.recording(name)) }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("'version', '7.3'") == true)
  }

  private func number(_ text: String) -> String { Double(text).map { String($0) } ?? text }

  private func compare(_ values: [Double], _ expected: SetReference.Values) {
    #expect(values.count == expected.n)
    guard values.count == expected.n else { return }
    let largest = max(abs(expected.min), abs(expected.max))
    func isClose(_ value: Double, _ other: Double) -> Bool { abs(value - other) <= 1e-12 * largest }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    #expect(isClose(values[0], expected.first) && isClose(values[values.count - 1], expected.last))
    #expect(isClose(values.min() ?? 0, expected.min) && isClose(values.max() ?? 0, expected.max))
    #expect(isClose(mean, expected.mean) && isClose(variance.squareRoot(), expected.std))
    #expect(zip(expected.probe_index, expected.probe).allSatisfy { isClose(values[$0], $1) })
  }

  private func comparePositions(_ path: String, _ reference: SetReference) throws {
    for channel in try EEGLABFile.channels(path: path) {
      let expected = try #require(reference.pos_m[channel.name]).map(\.value)
      let found = channel.position.map { [$0.x, $0.y, $0.z] } ?? [.nan, .nan, .nan]
      #expect(zip(found, expected).allSatisfy { ($0.isNaN && $1.isNaN) || abs($0 - $1) < 1e-15 })
    }
  }
}
