import EEGCore
import TestSupport

extension Recording {
  /// A recording in memory, in volts.
  ///
  /// - Parameters:
  ///   - signals: Label and samples of each signal.
  ///   - events: Onset [s] and text of each annotation.
  ///   - segments: One from 0 to the end when nil.
  static func inMemory(
    _ signals: [(label: String, values: [Double])], rate: Double = 1, events: [(Double, String)],
    segments: [Segment]? = nil
  ) -> Recording {
    Recording(
      signals: signals.map {
        Signal(
          label: $0.label, unit: .volts, rate: rate, sampleCount: $0.values.count, encoding: .float64,
          calibration: .identity)
      },
      annotations: events.map { Annotation(onset: $0.0, text: $0.1) },
      segments: segments ?? [Segment(onset: 0, duration: Double(signals[0].values.count) / rate)],
      source: InMemorySamples(signals.map(\.values)))
  }

  /// Noise with a text "a" or "b" every second from 0.5 s on.
  static func noise(channels: Int, seconds: Int, rate: Double = 100, seed: UInt64) -> Recording {
    var generator = SplitMix64(seed: seed)
    let count = Int(rate) * seconds
    let signals = (0..<channels).map { channel in
      (label: "N\(channel)", values: (0..<count).map { _ in Double.random(in: -1e-4...1e-4, using: &generator) })
    }
    return inMemory(signals, rate: rate, events: (0..<seconds).map { (Double($0) + 0.5, $0 % 2 == 0 ? "a" : "b") })
  }
}

/// Integer samples held in memory; physical values are the digital ones.
struct DigitalSamples: SampleSource {
  let values: [[Int32]]

  func readDigital(signal: Int, from first: Int, into destination: inout MutableSpan<Int32>) throws {
    for index in 0..<destination.count { destination[index] = values[signal][first + index] }
  }

  func readPhysical(signal: Int, from first: Int, into destination: inout MutableSpan<Double>) throws {
    for index in 0..<destination.count { destination[index] = Double(values[signal][first + index]) }
  }
}
