import EEGCore

/// Physical values of several signals in one array, without a copy.
struct FloatSamples: SampleSource {
  /// Shape `[signal, sample]`.
  let values: [Float]
  let sampleCount: Int

  init(_ values: [Float], sampleCount: Int) {
    precondition(sampleCount > 0 && values.count % sampleCount == 0, "samples of whole signals")
    self.values = values
    self.sampleCount = sampleCount
  }

  func readDigital(signal: Int, from first: Int, into destination: inout MutableSpan<Int32>) throws {
    throw RecordingError(code: .noDigitalSamples, message: "signal \(signal) holds physical values, not digital ones")
  }

  func readPhysical(signal: Int, from first: Int, into destination: inout MutableSpan<Double>) throws {
    let start = signal * sampleCount + first
    let wanted = values.span.extracting(start..<(start + destination.count))
    for index in 0..<destination.count { destination[unchecked: index] = Double(wanted[unchecked: index]) }
  }
}

extension Recording {
  /// A simulated recording without a gap.
  ///
  /// - Parameters:
  ///   - channels: Names and positions of the signals.
  ///   - samples: Of all channels, in `unit`.
  ///   - sampleCount: Samples of a channel.
  ///   - rate: Samples per second [Hz].
  ///   - events: Times [s] of events, whose text is `event`.
  ///   - unit: Of the samples.
  init(
    channels: [Channel], samples: some SampleSource, sampleCount: Int, rate: Double, events: [Double], event: String,
    unit: PhysicalUnit = .volts
  ) {
    let signals = channels.map { channel in
      Signal(
        label: channel.name, kind: .eeg, unit: unit, rate: rate, sampleCount: sampleCount,
        encoding: .float32, calibration: .identity, position: channel.position)
    }
    self.init(
      signals: signals, annotations: events.map { Annotation(onset: $0, text: event) },
      segments: [Segment(onset: 0, duration: Double(sampleCount) / rate)], source: samples)
  }
}
