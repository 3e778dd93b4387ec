import Dispatch
import EEGArchive
import EEGCore
import Foundation
import HDF5
import Synchronization
import TestSupport
import Testing

@Suite("Recording archives")
struct RecordingArchiveTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let options = [
    RecordingArchive.Options(), RecordingArchive.Options(compress: true),
  ]

  private func expectEqual(_ read: Recording, _ written: Recording) throws {
    #expect(read.signals == written.signals)
    #expect(read.annotations == written.annotations)
    #expect(read.segments == written.segments)
    #expect(read.start == written.start)
    #expect(read.patientIdentification == written.patientIdentification)
    #expect(read.recordingIdentification == written.recordingIdentification)
    for (index, signal) in written.signals.enumerated() {
      if signal.encoding.isDigital {
        #expect(try read.digital(signal: index) == written.digital(signal: index))
      } else {
        #expect(throws: RecordingError.self) { try read.digital(signal: index) }
      }
      let physical = try read.physical(signal: index)
      #expect(try physical.map(\.bitPattern) == written.physical(signal: index).map(\.bitPattern))
    }
  }

  @Test("Any recording comes back equal in every bit", arguments: 0..<60, options)
  func roundTrip(seed: Int, options: RecordingArchive.Options) throws {
    var content = RandomContent(seed: seed)
    let recording = content.recording()
    let path = folder.path("recording.h5")
    try RecordingArchive.write(recording, to: path, settings: #"{"seed": 1}"#, options: options)
    try expectEqual(RecordingArchive.read(path), recording)
    #expect(try ArchiveKind.detect(path) == .recording)
    #expect(try HDF5File(reading: path).attributeText("evoke_settings") == #"{"seed": 1}"#)
  }

  /// One fast signal of several blocks, and slow ones that end early.
  private static func longRecording() -> Recording {
    let counts = [5_000_000, 5_000_000, 100, 3_000_000]
    let signals = counts.enumerated().map { index, count in
      Signal(
        label: "\(index)", unit: .microvolts, rate: Double(count) / 1000, sampleCount: count,
        encoding: index == 3 ? .int24 : .int16,
        calibration: Calibration(
          physicalMinimum: -100, physicalMaximum: 100, digitalMinimum: -2048, digitalMaximum: 2047))
    }
    let source = StoredSamples(
      signals: signals,
      digital: counts.map { count in (0..<count).map { Int32(truncatingIfNeeded: ($0 * 7919) % 4096 - 2048) } },
      physical: [])
    return Recording(signals: signals, segments: [Segment(onset: 0, duration: 1000)], source: source)
  }

  @Test("Recordings of several blocks come back equal, and small windows of them too", arguments: options)
  func blocks(options: RecordingArchive.Options) throws {
    let recording = Self.longRecording()
    let path = folder.path("long.h5")
    try RecordingArchive.write(recording, to: path, settings: "{}", options: options)
    let read = try RecordingArchive.read(path)
    for signal in recording.signals.indices {
      #expect(try read.digital(signal: signal) == recording.digital(signal: signal))
    }
    var generator = SplitMix64(seed: 4)
    for _ in 0..<50 {
      let first = Int.random(in: 0..<4_999_000, using: &generator)
      let samples = first..<(first + Int.random(in: 0...1000, using: &generator))
      #expect(try read.physical(signal: 1, samples: samples) == recording.physical(signal: 1, samples: samples))
    }
    #expect(throws: RecordingError.self) { try read.digital(signal: 2, samples: 99..<101) }
  }

  @Test("Several threads read one archive")
  func threads() throws {
    var content = RandomContent(seed: 11)
    let recording = content.recording()
    #expect(!recording.signals.isEmpty)
    let path = folder.path("threads.h5")
    try RecordingArchive.write(recording, to: path, settings: "{}", options: .init(compress: true))
    let read = try RecordingArchive.read(path)
    let failures = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: 32) { number in
      let signal = number % recording.signals.count
      let expected = try? recording.physical(signal: signal)
      if (try? read.physical(signal: signal)) != expected { failures.withLock { $0 += 1 } }
    }
    #expect(failures.withLock { $0 } == 0)
  }

  @Test("Volts hold the voltage signals of the most frequent rate", arguments: [false, true])
  func volts(compress: Bool) throws {
    let calibration = Calibration(
      physicalMinimum: -200, physicalMaximum: 200, digitalMinimum: -32768, digitalMaximum: 32767)
    func signal(_ label: String, _ unit: PhysicalUnit, _ rate: Double) -> Signal {
      Signal(
        label: label, unit: unit, rate: rate, sampleCount: Int(rate) * 3, encoding: .int16, calibration: calibration)
    }
    let signals = [
      signal("EOG", .microvolts, 100), signal("Fz", .microvolts, 256), signal("Temp", PhysicalUnit("DegC"), 256),
      signal("Cz", PhysicalUnit("mV"), 256),
    ]
    var generator = SplitMix64(seed: 5)
    let source = StoredSamples(
      signals: signals,
      digital: signals.map { signal in
        (0..<signal.sampleCount).map { _ in Int32.random(in: -32768...32767, using: &generator) }
      }, physical: [])
    let recording = Recording(signals: signals, segments: [Segment(onset: 0, duration: 3)], source: source)
    let path = folder.path("volts.h5")
    try RecordingArchive.write(
      recording, to: path, settings: "{}", options: .init(compress: compress, volts: true))

    let data = try HDF5File(reading: path).dataset("data")
    #expect(data.shape == [2, 768])
    #expect(try data.attributeTexts("channels").values == ["Fz", "Cz"])
    #expect(try data.attributeArray("signals", as: Int.self).values == [1, 3])
    #expect(try data.attribute("rate_hz", as: Double.self) == 256)
    #expect(try data.attributeText("unit") == "V")
    #expect(try data.attributeText("axes") == "channel,time")
    let values = try data.read(Double.self).values
    #expect(try Array(values[..<768]) == recording.volts(signal: 1))
    #expect(try Array(values[768...]) == recording.volts(signal: 3))
    #expect(try RecordingArchive.read(path).signals == signals)
  }

  @Test("Volts of a recording without voltages are refused, and leave no file")
  func noVolts() throws {
    let recording = Recording(signals: [], segments: [], source: InMemorySamples([]))
    let path = folder.path("none.h5")
    let error = #expect(throws: ArchiveError.self) {
      try RecordingArchive.write(recording, to: path, settings: "{}", options: .init(volts: true))
    }
    #expect(error?.code == .notStorable)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == [])
  }

  @Test("Digital values outside their encoding are refused, not cut", arguments: options)
  func outsideEncoding(options: RecordingArchive.Options) throws {
    let signals = [
      Signal(label: "x", unit: .none, rate: 1, sampleCount: 2, encoding: .int16, calibration: .identity)
    ]
    let recording = Recording(
      signals: signals, segments: [], source: StoredSamples(signals: signals, digital: [[0, 40000]], physical: [[]]))
    let error = #expect(throws: ArchiveError.self) {
      try RecordingArchive.write(recording, to: folder.path("outside.h5"), settings: "{}", options: options)
    }
    #expect(error?.code == .notStorable)
  }

  @Test("A NUL character in a header field becomes a visible one")
  func nul() throws {
    let recording = Recording(
      signals: [], segments: [], patientIdentification: "a\0b", source: InMemorySamples([]))
    let path = folder.path("nul.h5")
    try RecordingArchive.write(recording, to: path, settings: "{}")
    #expect(try RecordingArchive.read(path).patientIdentification == "a\u{2400}b")
  }
}
