import EEGArchive
import EEGCore
import Foundation
import TestSupport
import Testing

@Suite("EEGLAB files written and read again")
struct EEGLABRoundTripTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A recording that a `.set` file can hold: one rate, and annotations of which all or none have a duration.
  private func recording(seed: Int) -> Recording {
    var content = RandomContent(seed: seed)
    let rates: [Double] = [1, 128, 256, 1000, 1000 / 3]
    let rate = rates.randomElement(using: &content.generator) ?? 1
    let lengths = (0..<Int.random(in: 1...4, using: &content.generator)).map { _ in
      Int.random(in: 1...400, using: &content.generator)
    }
    let count = lengths.reduce(0, +)
    let signals = (0..<Int.random(in: 1...5, using: &content.generator)).map { index in
      Signal(
        label: "\(content.name())\(index)", kind: SignalKind.allCases.randomElement(using: &content.generator) ?? .eeg,
        unit: [.microvolts, PhysicalUnit("DegC"), .none].randomElement(using: &content.generator) ?? .none,
        rate: rate, sampleCount: count, encoding: .float64, calibration: .identity)
    }
    var segments: [Segment] = []
    for length in lengths {
      // The first segment begins with the recording.
      let gap = segments.isEmpty ? 0 : Double(Int.random(in: 1...999, using: &content.generator)) / 64
      segments.append(Segment(onset: (segments.last?.end ?? 0) + gap, duration: Double(length) / rate))
    }
    let end = segments.last?.end ?? 0
    let haveDurations = Bool.random(using: &content.generator) || segments.count > 1
    let annotations = (0..<Int.random(in: 0...20, using: &content.generator)).map { _ in
      Annotation(
        onset: Double.random(in: -1...(end + 1), using: &content.generator),
        duration: haveDurations ? Double.random(in: 0...2, using: &content.generator) : nil, text: content.name(),
        channels: (0..<Int.random(in: 0...2, using: &content.generator)).map { _ in content.name() })
    }
    return Recording(
      signals: signals, annotations: annotations, segments: segments,
      start: content.optional(StartTime(year: 1985, month: 2, day: 28, hour: 23, minute: 59, second: 59)) ?? nil,
      source: InMemorySamples(
        signals.map { _ in (0..<count).map { _ in Double.random(in: -200...200, using: &content.generator) } }))
  }

  @Test("A recording keeps samples, signals, segments, annotations and start", arguments: 0..<40)
  func recordings(seed: Int) throws {
    let recording = recording(seed: 7000 + seed)
    let path = folder.path("recording.set")
    try EEGLABFile.write(recording: recording, to: path)
    #expect(try EEGLABFile.kind(path: path) == .recording)
    let read = try EEGLABFile.recording(path: path)
    #expect(read.signals == recording.signals)
    for signal in recording.signals.indices {
      #expect(try read.physical(signal: signal) == recording.physical(signal: signal))
    }
    #expect(read.start == recording.start)
    #expect(read.segments.count == recording.segments.count)
    for (found, expected) in zip(read.segments, recording.segments) {
      #expect(abs(found.onset - expected.onset) < 1e-9 && abs(found.duration - expected.duration) < 1e-9)
    }
    let expected = recording.annotations.sorted { $0.onset < $1.onset }
    let found = read.annotations.sorted { $0.onset < $1.onset }
    #expect(found.map(\.text) == expected.map(\.text))
    #expect(found.map(\.channels) == expected.map(\.channels))
    #expect(found.map { $0.duration == nil } == expected.map { $0.duration == nil })
    for (found, expected) in zip(found, expected) {
      #expect(abs(found.onset - expected.onset) < 1e-9)
      #expect(abs((found.duration ?? 0) - (expected.duration ?? 0)) < 1e-9)
    }
  }

  @Test("Epochs keep values, channels, times and events", arguments: 0..<30)
  func epochs(seed: Int) throws {
    var content = RandomContent(seed: 8000 + seed)
    let epochs = content.epochs()
    let path = folder.path("epochs.set")
    guard !epochs.values.isEmpty else {
      let error = #expect(throws: ArchiveError.self) { try EEGLABFile.write(epochs: epochs, to: path) }
      #expect(error?.code == .notStorable)
      return
    }
    try EEGLABFile.write(epochs: epochs, to: path)
    let read = try EEGLABFile.epochs(path: path)
    #expect(read.events == epochs.events)
    #expect(read.times == epochs.times && read.rate == epochs.rate)
    #expect(read.channels.map(\.name) == epochs.channels.map(\.name))
    #expect(zip(read.values, epochs.values).allSatisfy { abs($0 - $1) <= 1e-15 * abs($1) })
    #expect(read.values.count == epochs.values.count)
  }

  @Test("Positions, kinds and units survive")
  func channels() throws {
    let channels = [
      Channel(name: "Fz", position: Position(x: 0.0005, y: 0.0585, z: 0.066)),
      Channel(name: "left eye", kind: .eog), Channel(name: "\u{5FC3}", kind: .ecg), Channel(name: "arm", kind: .emg),
      Channel(name: "T7", position: Position(x: -0.0842, y: -0.016, z: -0.0093)),
      Channel(name: "codes", kind: .status), Channel(name: "warmth", kind: .other),
    ]
    let path = folder.path("channels.set")
    try EEGLABFile.write(
      epochs: Epochs(
        channels: channels, times: [0, 0.01], rate: 100, events: [Event(sample: 0, onset: 0, condition: "a")],
        values: [Double](repeating: 1e-6, count: 14), dropLog: []), to: path)
    let read = try EEGLABFile.channels(path: path)
    #expect(read.map(\.name) == channels.map(\.name))
    #expect(read.map(\.kind) == channels.map(\.kind))
    for (found, expected) in zip(read, channels) {
      guard let position = expected.position else {
        #expect(found.position == nil)
        continue
      }
      let place = try #require(found.position)
      #expect(abs(place.x - position.x) < 1e-15 && abs(place.y - position.y) < 1e-15)
      #expect(abs(place.z - position.z) < 1e-15)
    }
    #expect(try EEGLABFile.epochs(path: path).events == [Event(sample: 0, onset: 0, condition: "a")])
  }

  @Test("Evoked potentials are trials, one of them too", arguments: [1, 2, 3])
  func evoked(count: Int) throws {
    let conditions = ["standard", "target", "difference"].prefix(count).enumerated().map { number, name in
      Evoked(
        name: name, average: Matrix(rows: 2, columns: 3, values: (0..<6).map { 1e-6 * Double(10 * number + $0) }),
        standardError: nil, count: 40)
    }
    let set = EvokedSet(
      channels: [Channel(name: "Fz"), Channel(name: "Cz")], times: [-0.01, 0, 0.01], rate: 100,
      conditions: conditions)
    let path = folder.path("evoked.set")
    try EEGLABFile.write(evoked: set, to: path)
    #expect(try EEGLABFile.kind(path: path) == .evoked)
    let read = try EEGLABFile.epochs(path: path)
    #expect(read.events.map(\.condition) == conditions.map(\.name))
    #expect(read.times == set.times)
    for (number, condition) in conditions.enumerated() {
      #expect(zip(read.epoch(number).values, condition.average.values).allSatisfy { abs($0 - $1) <= 1e-15 * abs($1) })
    }
  }

  @Test("Single precision rounds, and nothing else")
  func single() throws {
    let recording = recording(seed: 7100)
    let path = folder.path("single.set")
    try EEGLABFile.write(recording: recording, to: path, precision: .single)
    let read = try EEGLABFile.recording(path: path)
    #expect(read.signals.allSatisfy { $0.encoding == .float32 })
    for signal in recording.signals.indices {
      #expect(try read.physical(signal: signal) == recording.physical(signal: signal).map { Double(Float($0)) })
    }
  }

  @Test("Voltages of every unit become microvolts; digital values without calibration do not")
  func units() throws {
    func signal(_ label: String, _ unit: String, _ encoding: SampleEncoding = .float64) -> Signal {
      Signal(
        label: label, unit: PhysicalUnit(unit), rate: 10, sampleCount: 2, encoding: encoding, calibration: .identity)
    }
    let recording = Recording(
      signals: [signal("a", "mV"), signal("b", "V"), signal("c", "nV"), signal("d", "uV", .int16), signal("e", "%")],
      segments: [Segment(onset: 0, duration: 0.2)],
      source: InMemorySamples([[0.5, 1], [1e-6, 2e-6], [500, 1000], [7, 8], [50, 51]]))
    let path = folder.path("units.set")
    try EEGLABFile.write(recording: recording, to: path)
    let read = try EEGLABFile.recording(path: path)
    #expect(read.signals.map(\.unit.text) == ["uV", "uV", "uV", "", "%"])
    let values = try read.signals.indices.map { try read.physical(signal: $0) }
    #expect(values == [[500, 1000], [1, 2], [0.5, 1], [7, 8], [50, 51]])
  }

  @Test("What lies outside the data, and an unknown duration among known ones")
  func limits() throws {
    let recording = Recording(
      signals: [
        Signal(
          label: "Cz", unit: .microvolts, rate: 10, sampleCount: 20, encoding: .float64, calibration: .identity)
      ],
      annotations: [
        Annotation(onset: 3.5, duration: 0.25, text: "end"), Annotation(onset: -0.5, text: "before"),
        Annotation(onset: 1.5, text: "gap"), Annotation(onset: 4, text: "after"),
        Annotation(onset: 0.25, text: "inside"), Annotation(onset: 2.75, duration: 1, text: "Boundary"),
      ],
      segments: [Segment(onset: 0, duration: 1), Segment(onset: 2.5, duration: 1)],
      source: InMemorySamples([(0..<20).map(Double.init)]))
    let path = folder.path("limits.set")
    try EEGLABFile.write(recording: recording, to: path)
    let read = try EEGLABFile.recording(path: path)
    // A text that is EEGLAB's mark of a gap cuts the data, and takes no time.
    #expect(read.segments.map(\.onset) == [0, 2.5, 2.8])
    #expect(
      read.annotations == [
        Annotation(onset: 0.25, duration: 0, text: "inside"), Annotation(onset: 3.5, duration: 0.25, text: "end"),
        Annotation(onset: -0.5, text: "before"), Annotation(onset: 1.5, text: "gap"),
        Annotation(onset: 4, text: "after"),
      ])
  }

  @Test("Signals of two rates are refused with what to do")
  func mixedRates() throws {
    let signals = [100.0, 1].map {
      Signal(
        label: "\($0)", unit: .microvolts, rate: $0, sampleCount: Int($0), encoding: .float64,
        calibration: .identity)
    }
    let recording = Recording(
      signals: signals, segments: [Segment(onset: 0, duration: 1)],
      source: InMemorySamples([[Double](repeating: 0, count: 100), [0]]))
    let path = folder.path("mixed.set")
    let error = #expect(throws: ArchiveError.self) { try EEGLABFile.write(recording: recording, to: path) }
    #expect(error?.code == .notStorable)
    #expect(error?.message.contains("select signals of one rate") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test("A recording of several blocks is read in any order", arguments: [EEGLABFile.Precision.single, .double])
  func blocks(precision: EEGLABFile.Precision) throws {
    let count = 1_500_000
    let values = (0..<2).map { channel in (0..<count).map { Double($0 % 8191 + channel) } }
    let signals = (0..<2).map {
      Signal(
        label: "\($0)", unit: .microvolts, rate: 1000, sampleCount: count, encoding: .float64, calibration: .identity)
    }
    let path = folder.path("blocks.set")
    try EEGLABFile.write(
      recording: Recording(
        signals: signals, segments: [Segment(onset: 0, duration: 1500)], source: InMemorySamples(values)),
      to: path, precision: precision)
    let read = try EEGLABFile.recording(path: path)
    var generator = SplitMix64(seed: 12)
    for _ in 0..<20 {
      let first = Int.random(in: 0..<count, using: &generator)
      let samples = first..<Int.random(in: first...count, using: &generator)
      let found = try read.physical(signal: 1, samples: samples)
      #expect(found == Array(values[1][samples]))
    }
  }

  @Test("Equal content makes equal files")
  func reproducible() throws {
    let paths = ["a", "b"].map { folder.path("\($0)/same.set") }
    for path in paths {
      try FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try EEGLABFile.write(recording: recording(seed: 7200), to: path)
    }
    #expect(FileManager.default.contentsEqual(atPath: paths[0], andPath: paths[1]))
  }
}
