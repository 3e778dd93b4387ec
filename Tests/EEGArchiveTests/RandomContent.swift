import EEGCore
import TestSupport

/// Digital or floating-point samples held in memory.
struct StoredSamples: SampleSource {
  let signals: [Signal]
  /// Digital values of digital signals, one array a signal.
  var digital: [[Int32]]
  /// Physical values of the others.
  var physical: [[Double]]

  func readDigital(signal: Int, from first: Int, into destination: inout MutableSpan<Int32>) throws {
    guard signals[signal].encoding.isDigital else {
      throw RecordingError(code: .noDigitalSamples, message: "floating point")
    }
    for index in 0..<destination.count { destination[index] = digital[signal][first + index] }
  }

  func readPhysical(signal: Int, from first: Int, into destination: inout MutableSpan<Double>) throws {
    for index in 0..<destination.count {
      destination[index] =
        signals[signal].encoding.isDigital
        ? signals[signal].calibration.physical(digital[signal][first + index]) : physical[signal][first + index]
    }
  }
}

/// Random recordings, epochs and averages, with everything that may be missing now there and now not.
struct RandomContent {
  var generator: SplitMix64

  init(seed: Int) { generator = SplitMix64(seed: UInt64(seed)) }

  static let names = [
    "", "Cz", "EEG Fpz-Cz", "a/b", "..", ".", "/", "%2F", "%", "\u{B5}", "\u{8133}\u{6CE2}", "e\u{301}", "\u{E9}",
    "with \"quotes\", commas; and \\", "line\nbreak", " blank ", "\u{1F9E0}", "[]",
  ]

  mutating func name() -> String { Self.names.randomElement(using: &generator) ?? "" }

  mutating func optional<Value>(_ value: Value) -> Value? { Bool.random(using: &generator) ? value : nil }

  mutating func volts() -> Double { Double.random(in: -1e-4...1e-4, using: &generator) }

  // MARK: - Recordings

  mutating func recording() -> Recording {
    let seconds = Int.random(in: 0...40, using: &generator)
    var signals: [Signal] = []
    var digital: [[Int32]] = []
    var physical: [[Double]] = []
    for _ in 0..<Int.random(in: 0...6, using: &generator) {
      let rates: [Double] = [1, 0.5, 100, 256, 512, 1000 / 3]
      let rate = rates.randomElement(using: &generator) ?? 1
      let signal = signal(rate: rate, sampleCount: Int((Double(seconds) * rate).rounded()))
      let limits: ClosedRange<Int32> =
        switch signal.encoding {
        case .int16: -32768...32767
        case .int24: -8_388_608...8_388_607
        default: .min ... .max
        }
      let count = signal.encoding.isDigital ? signal.sampleCount : 0
      digital.append((0..<count).map { _ in Int32.random(in: limits, using: &generator) })
      physical.append(
        (0..<(signal.sampleCount - count)).map { _ in
          let value = Double.random(in: -200...200, using: &generator)
          return signal.encoding == .float32 ? Double(Float(value)) : value
        })
      signals.append(signal)
    }
    return Recording(
      signals: signals,
      annotations: (0..<Int.random(in: 0...20, using: &generator)).map { _ in
        Annotation(
          onset: Double.random(in: -1...50, using: &generator),
          duration: optional(Double.random(in: 0...2, using: &generator)), text: name(),
          channels: (0..<Int.random(in: 0...2, using: &generator)).map { _ in name() })
      },
      segments: seconds == 0
        ? []
        : [
          Segment(onset: 0, duration: Double(seconds) / 2),
          Segment(onset: Double(seconds) + 0.25, duration: Double(seconds) / 2),
        ],
      start: optional(
        StartTime(
          year: 1985, month: 2, day: 28, hour: 23, minute: 59, second: 59,
          nanosecond: Int.random(in: 0...999_999_999, using: &generator))) ?? nil,
      patientIdentification: name(), recordingIdentification: name(),
      source: StoredSamples(signals: signals, digital: digital, physical: physical))
  }

  private mutating func signal(rate: Double, sampleCount: Int) -> Signal {
    let encoding =
      [SampleEncoding.int16, .int24, .int32, .float32, .float64].randomElement(using: &generator) ?? .int16
    let calibration =
      encoding.isDigital
      ? Calibration(
        physicalMinimum: optional(-187.5), physicalMaximum: optional(Double.random(in: 1...200, using: &generator)),
        digitalMinimum: optional(-32768), digitalMaximum: optional(32767))
      : .identity
    let unit = [PhysicalUnit.microvolts, .volts, .none, PhysicalUnit("\u{B5}V"), PhysicalUnit("DegC")]
      .randomElement(using: &generator)
    return Signal(
      label: name(), kind: optional(SignalKind.allCases.randomElement(using: &generator) ?? .eeg),
      unit: unit ?? .none, rate: rate, sampleCount: sampleCount, encoding: encoding, calibration: calibration,
      transducer: name(), prefilter: name(), position: optional(Position(x: volts(), y: -volts(), z: 0.1)))
  }

  // MARK: - Epochs and averages

  mutating func channels() -> [Channel] {
    (0..<Int.random(in: 0...4, using: &generator)).map { _ in
      Channel(
        name: name(), kind: SignalKind.allCases.randomElement(using: &generator) ?? .eeg,
        position: optional(Position(x: volts(), y: -volts(), z: 0.1)))
    }
  }

  mutating func event() -> Event {
    Event(
      sample: optional(Int.random(in: 0...1_000_000, using: &generator)),
      onset: Double.random(in: 0...100, using: &generator), condition: name())
  }

  mutating func dropLog() -> [DropLogEntry] {
    (0..<Int.random(in: 0...8, using: &generator)).map { _ in
      let all: [DropReason] = [
        .outsideRecording, .segmentBoundary, .equalized, .badAnnotation(text: name()), .artifact(finding()),
        .artifact(finding()),
      ]
      return DropLogEntry(
        event: event(),
        reasons: Array(all.shuffled(using: &generator).prefix(Int.random(in: 0...2, using: &generator))),
        rejectedChannels: (0..<Int.random(in: 0...1, using: &generator)).map { _ in finding() })
    }
  }

  private mutating func finding() -> ArtifactFinding {
    ArtifactFinding(
      detector: ArtifactDetector.allCases.randomElement(using: &generator) ?? .flat, limit: volts(),
      channels: (0..<Int.random(in: 0...3, using: &generator)).map { _ in .init(channel: name(), value: volts()) })
  }

  mutating func epochs() -> Epochs {
    let channels = channels()
    let times = (0..<Int.random(in: 0...30, using: &generator)).map { Double($0 - 10) / 256 }
    let events = (0..<Int.random(in: 0...5, using: &generator)).map { _ in event() }
    return Epochs(
      channels: channels, times: times, rate: 256, events: events,
      values: (0..<(events.count * channels.count * times.count)).map { _ in volts() }, dropLog: dropLog())
  }

  /// Averages on the same channels and times, with the same drop log, as the epochs.
  mutating func evoked(of epochs: Epochs) -> EvokedSet {
    func matrix() -> Matrix {
      Matrix(
        rows: epochs.channels.count, columns: epochs.times.count, values: (0..<epochs.epochSize).map { _ in volts() })
    }
    let names = Self.names.shuffled(using: &generator).prefix(Int.random(in: 0...8, using: &generator))
    return EvokedSet(
      channels: epochs.channels, times: epochs.times, rate: epochs.rate,
      conditions: names.map { name in
        Evoked(
          name: name, average: matrix(), standardError: optional(matrix()),
          count: Double.random(in: 1...100, using: &generator),
          method: AverageMethod.allCases.randomElement(using: &generator) ?? .mean,
          divisor: VarianceDivisor.allCases.randomElement(using: &generator) ?? .sample,
          channelCounts: optional(epochs.channels.map { _ in 3 }), noise: optional(matrix()),
          confidence: optional(ConfidenceBand(level: 0.95, lower: matrix(), upper: matrix())))
      }, dropLog: epochs.dropLog)
  }
}
