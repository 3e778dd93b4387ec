import EDFFormat
import EEGCore
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import ERP

@Suite("Filtered recordings")
struct FilteredRecordingTests {
  static let settings = [
    FilterSettings(low: 1, high: 30), FilterSettings(low: 1, high: 30, phase: .minimum),
    FilterSettings(low: 0.5, high: 30, method: .iir(order: 4)), FilterSettings(low: 1, high: 30, notch: [40]),
    FilterSettings(low: 15, high: 35, band: .stop, method: .iir(order: 2), padding: .ringing),
  ]

  private func noise(_ count: Int, seed: UInt64) -> [Double] { FilterReference.noise(count, seed: seed) }

  private let segments = [
    Segment(onset: 0, duration: 300), Segment(onset: 400, duration: 12), Segment(onset: 500, duration: 140),
  ]
  private let ranges = [0..<30_000, 30_000..<31_200, 31_200..<45_200]

  private static let values = (0..<9).map { FilterReference.noise(45_200, seed: 50 + $0) }

  /// Nine EEG channels, more than share a vector, at 100 Hz in three segments.
  private func recording() -> (Recording, [[Double]]) {
    let recording = Recording.inMemory(
      Self.values.enumerated().map { (label: "C\($0.offset)", values: $0.element) }, rate: 100, events: [],
      segments: segments)
    return (recording, Self.values)
  }

  @Test("Every sample is what the filter makes of the whole signal", arguments: settings)
  func whole(settings: FilterSettings) throws {
    let (recording, values) = recording()
    let filter = try ContinuousFilter(settings, rate: 100)
    let filtered = try recording.filtered(settings)
    for signal in [0, 4, 8] {
      let expected = try filter.filtered(values[signal], segments: ranges)
      #expect(try filtered.physical(signal: signal) == expected)
    }
    #expect(filtered.segments == recording.segments && filtered.signals.map(\.label) == recording.signals.map(\.label))
  }

  @Test("Samples do not depend on how they are asked for", arguments: settings, [1, 2] as [UInt64])
  func randomAccess(settings: FilterSettings, seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let (recording, values) = recording()
    let filter = try ContinuousFilter(settings, rate: 100)
    let expected = try [3, 8].map { try filter.filtered(values[$0], segments: ranges) }
    let filtered = try recording.filtered(settings)
    for _ in 0..<12 {
      let which = Int.random(in: 0...1, using: &generator)
      let first = Int.random(in: 0..<45_200, using: &generator)
      let end = min(45_200, first + Int.random(in: 0...3000, using: &generator))
      #expect(
        try filtered.physical(signal: [3, 8][which], samples: first..<end) == Array(expected[which][first..<end]))
    }
    for first in stride(from: 0, to: 45_200, by: 7919) {
      let part = first..<min(first + 7919, 45_200)
      #expect(try filtered.physical(signal: 3, samples: part) == Array(expected[0][part]))
    }
  }

  @Test("Several threads may read at once", arguments: settings)
  func threads(settings: FilterSettings) throws {
    let (recording, _) = recording()
    let filtered = try recording.filtered(settings, threads: 2)
    let expected = try (0..<9).map { try filtered.physical(signal: $0) }
    let again = try recording.filtered(settings, threads: 1)
    let results = Mutex([Int: [Double]]())
    DispatchQueue.concurrentPerform(iterations: 9) { signal in
      let values = try? again.physical(signal: signal)
      results.withLock { $0[signal] = values }
    }
    #expect((0..<9).map { results.withLock { $0 }[$0] ?? [] } == expected)
  }

  @Test("Only EEG voltages are filtered; the rest keeps its stored samples", arguments: settings)
  func passedOn(settings: FilterSettings) throws {
    let calibration = Calibration(
      physicalMinimum: -3276.8, physicalMaximum: 3276.7, digitalMinimum: -32768, digitalMaximum: 32767)
    let counts = (0..<5).map { signal in noise(3000, seed: UInt64(signal)).map { Int32($0) } }
    let kinds: [(String, SignalKind, PhysicalUnit)] = [
      ("Cz", .eeg, .microvolts), ("Status", .status, .none), ("Temp", .other, PhysicalUnit("DegC")),
      ("EOG left", .eog, .microvolts), ("Pz", .eeg, .microvolts),
    ]
    let signals = kinds.map {
      Signal(
        label: $0.0, kind: $0.1, unit: $0.2, rate: 100, sampleCount: 3000, encoding: .int16, calibration: calibration,
        prefilter: "HP:DC")
    }
    let recording = Recording(
      signals: signals, segments: [Segment(onset: 0, duration: 30)],
      source: InMemoryDigitalSamples(counts, calibrations: [Calibration](repeating: calibration, count: 5)))
    let filtered = try recording.filtered(settings)
    for signal in [1, 2, 3] {
      #expect(filtered.signals[signal] == recording.signals[signal])
      #expect(try filtered.digital(signal: signal) == counts[signal])
      #expect(try filtered.physical(signal: signal) == recording.physical(signal: signal))
    }
    let filter = try ContinuousFilter(settings, rate: 100)
    for signal in [0, 4] {
      #expect(filtered.signals[signal].encoding == .float32 && filtered.signals[signal].calibration == .identity)
      #expect(filtered.signals[signal].prefilter == "HP:DC \(filter.prefilter)")
      #expect(try filtered.physical(signal: signal) == filter.filtered(recording.physical(signal: signal)))
      let error = #expect(throws: RecordingError.self) { try filtered.digital(signal: signal) }
      #expect(error?.code == .noDigitalSamples)
    }
  }

  @Test("Signals of different rates have filters of their own", arguments: settings)
  func rates(settings: FilterSettings) throws {
    let (fast, slow) = (noise(20_000, seed: 1), noise(10_000, seed: 2))
    let signals = [(fast, 200.0), (slow, 100.0)].enumerated().map { index, signal in
      Signal(
        label: "C\(index)", unit: .volts, rate: signal.1, sampleCount: signal.0.count, encoding: .float64,
        calibration: .identity)
    }
    let recording = Recording(
      signals: signals, segments: [Segment(onset: 0, duration: 100)], source: InMemorySamples([fast, slow]))
    let filtered = try recording.filtered(settings)
    #expect(try filtered.physical(signal: 0) == ContinuousFilter(settings, rate: 200).filtered(fast))
    #expect(try filtered.physical(signal: 1) == ContinuousFilter(settings, rate: 100).filtered(slow))
    #expect(filtered.signals[0].encoding == .float64)
  }

  @Test("Nothing crosses a mark of an interruption, and what a skip covers stays as it is", arguments: settings)
  func interruptions(settings: FilterSettings) throws {
    let values = noise(20_000, seed: 3)
    var recording = Recording.inMemory([("Cz", values)], rate: 100, events: [(150, "EDGE boundary")])
    recording.annotations.append(Annotation(onset: 60, duration: 5, text: "BAD_ACQ_SKIP"))
    let stretches = [0..<6000, 6500..<15_000, 15_000..<20_000]
    let expected = try ContinuousFilter(settings, rate: 100).filtered(values, segments: stretches)
    let filtered = try recording.filtered(settings)
    #expect(try filtered.physical(signal: 0) == expected)
    #expect(try filtered.physical(signal: 0, samples: 5990..<6510) == Array(expected[5990..<6510]))
    #expect(expected[6000..<6500] == values[6000..<6500])
  }

  @Test("What cannot be filtered is refused, with the name of the channel where there is one", arguments: settings)
  func refused(settings: FilterSettings) throws {
    var values = noise(10_000, seed: 4)
    values[4321] = .nan
    let filtered = try Recording.inMemory([("Cz", values)], rate: 100, events: []).filtered(settings)
    let error = #expect(throws: ERPError.self) { try filtered.physical(signal: 0) }
    #expect(error?.code == .nonFiniteSamples)
    #expect(error?.message.contains("'Cz'") == true && error?.message.contains("4321") == true)

    var none = Recording.inMemory([("Cz", [1, 2, 3])], rate: 100, events: [])
    none.signals[0].kind = .status
    #expect(throws: ERPError.self) { try none.filtered(settings) }
    #expect(throws: ERPError.self) { try recording().0.filtered(FilterSettings(high: 60)) }
  }

  @Test("A file is filtered as its samples are", arguments: settings)
  func file(settings: FilterSettings) throws {
    let recording = try EDFFile(path: TestFiles.fixture("oddball.edf")).recording()
    let filtered = try recording.filtered(settings)
    let filter = try ContinuousFilter(settings, rate: recording.signals[0].rate)
    #expect(try filtered.physical(signal: 0) == filter.filtered(recording.physical(signal: 0)))
  }
}

@Suite("Notches before a band")
struct PreparedFilterTests {
  @Test(
    "Filter as one part after the other, whatever the blocks, the threads and the other signals", arguments: [1, 2, 5])
  func chain(threads: Int) throws {
    let settings = FilterSettings(low: 1, high: 30, notch: [40, 25])
    let samples = (0..<11).map { FilterReference.noise(20_000, seed: $0) }
    let segments = [0..<9000, 9000..<9100, 9500..<20_000]
    let filter = try ContinuousFilter(settings, rate: 100)
    let result = SampleStore(samples)
    let prepared = try PreparedFilter(filter, segments: segments)
    try prepared.run(
      signalCount: 11, wanted: { _ in true }, threads: threads, read: samplesReader(samples), write: result.write)
    let (iir, fir) = (try #require(filter.iir), try #require(filter.fir))
    for (signal, values) in result.values.enumerated() {
      let notched = try iir.filtered(samples[signal], segments: segments, threads: 1)
      #expect(try values == fir.filtered(notched, segments: segments, threads: 1))
    }
    #expect(prepared.shortSegments == [9000..<9100])
  }

  @Test("Progress grows to 1", arguments: FilteredRecordingTests.settings)
  func progress(settings: FilterSettings) throws {
    let samples = (0..<3).map { FilterReference.noise(20_000, seed: $0) }
    let reports = Mutex<[Double]>([])
    try PreparedFilter(ContinuousFilter(settings, rate: 100), segments: [0..<20_000]).run(
      signalCount: 3, wanted: { _ in true }, threads: 2, read: samplesReader(samples), write: { _, _, _ in },
      progress: ProgressMeter { value in reports.withLock { $0.append(value) } })
    let values = reports.withLock { $0 }
    #expect(values == values.sorted() && abs((values.last ?? 0) - 1) < 1e-9)
  }
}
