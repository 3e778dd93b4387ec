import EDFFormat
import EEGCore
import Foundation
import Resampling
import TestSupport
import Testing

@Suite("Resampling")
struct ResamplingTests {
  /// A recording of one signal at a rate, a value for every instant [s].
  private func recording(
    rate: Double, segments: [Segment], kind: SignalKind = .eeg, _ value: (Double) -> Double
  ) -> Recording {
    let samples = segments.flatMap { segment in
      (0..<Int((segment.duration * rate).rounded())).map { value(segment.onset + Double($0) / rate) }
    }
    let signal = Signal(
      label: "Cz", kind: kind, unit: .microvolts, rate: rate, sampleCount: samples.count, encoding: .float64,
      calibration: .identity)
    return Recording(signals: [signal], segments: segments, source: InMemorySamples([samples]))
  }

  @Test(
    "A sum of sines inside both bands comes out as the same sines, at the same instants",
    arguments: [(512.0, 128.0), (160.0, 250.0), (1000.0, 999.0), (173.61, 128.0), (128.0, 1024.0), (2048.0, 100.0)])
  func sines(from: Double, to: Double) throws {
    let band = min(from, to) / 2 * 0.9
    let frequencies = [0.03, 0.3, 0.7, 0.99].map { $0 * band }
    func value(_ time: Double) -> Double {
      frequencies.enumerated().reduce(0) { $0 + cos(2 * .pi * $1.element * time + Double($1.offset)) }
    }
    let result = try recording(rate: from, segments: [Segment(onset: 0, duration: 60)], value).resampled(to: to)
    #expect(result.signals[0].rate == to)
    #expect(result.signals[0].sampleCount == Int(60 * to + 1e-6))
    let samples = try result.physical(signal: 0)
    // Near the ends the continuation counts, which is no sine.
    let margin = Int(400 * max(1, to / from))
    let error = (margin..<(samples.count - margin)).map { abs(samples[$0] - value(Double($0) / to)) }.max() ?? .infinity
    #expect(error < 4e-8, "largest error \(error)")
  }

  @Test("What lies above the new Nyquist frequency is gone")
  func aliases() throws {
    let result = try recording(rate: 512, segments: [Segment(onset: 0, duration: 60)]) { sin(2 * .pi * 100 * $0) }
      .resampled(to: 128)
    let samples = try result.physical(signal: 0)
    let middle = samples[400..<(samples.count - 400)]
    #expect(middle.allSatisfy { abs($0) < 1e-8 })
  }

  @Test("A straight line stays one to its very ends", arguments: [(512.0, 100.0), (100.0, 512.0), (173.61, 128.0)])
  func lines(from: Double, to: Double) throws {
    let result = try recording(rate: from, segments: [Segment(onset: 0, duration: 10)]) { 1000 + 30 * $0 }
      .resampled(to: to)
    let samples = try result.physical(signal: 0)
    let error = samples.indices.map { abs(samples[$0] - 1000 - 30 * Double($0) / to) }.max() ?? .infinity
    #expect(error < 1000 * 1e-8, "largest error \(error)")
  }

  @Test("Segments are resampled each for itself, and keep their onsets")
  func segments() throws {
    let segments = [Segment(onset: 0, duration: 4), Segment(onset: 10, duration: 2.5), Segment(onset: 20, duration: 1)]
    func level(_ time: Double) -> Double { time < 5 ? 100 : time < 15 ? -100 : 7 }
    let result = try recording(rate: 512, segments: segments, level).resampled(to: 200)
    #expect(result.segments == segments)
    let index = result.segmentIndex(ofSignal: 0)
    let samples = try result.physical(signal: 0)
    for (range, segment) in zip(index.sampleRanges, segments) {
      #expect(range.count == Int(segment.duration * 200))
      #expect(samples[range].allSatisfy { abs($0 - level(segment.onset)) < 1e-6 })
    }
  }

  @Test("Samples do not depend on how they are asked for", arguments: 0..<5)
  func randomAccess(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let noise = (0..<20_000).map { _ in Double.random(in: -1...1, using: &generator) }
    let segments = [Segment(onset: 0, duration: 60), Segment(onset: 100, duration: 40)]
    let signal = Signal(
      label: "x", unit: .volts, rate: 200, sampleCount: noise.count, encoding: .float64, calibration: .identity)
    let source = Recording(signals: [signal], segments: segments, source: InMemorySamples([noise]))
    let rate: Double = [64, 100, 333, 500][Int.random(in: 0..<4, using: &generator)]
    let all = try source.resampled(to: rate).physical(signal: 0)
    let again = try source.resampled(to: rate)
    for _ in 0..<20 {
      let first = Int.random(in: 0..<all.count, using: &generator)
      let end = Int.random(in: first..<all.count, using: &generator)
      #expect(try again.physical(signal: 0, samples: first..<end) == Array(all[first..<end]))
    }
  }

  @Test("No trigger code is lost while there is a sample for it", arguments: [64.0, 100, 256, 512, 1000])
  func codes(rate: Double) throws {
    let result = try recording(rate: 512, segments: [Segment(onset: 0, duration: 10)], kind: .status) { time in
      // A pulse of a single sample every half a second, with a code of its own.
      (time * 512).rounded().truncatingRemainder(dividingBy: 256) == 3 ? (time * 2).rounded(.down) + 1 : 0
    }.resampled(to: rate)
    let samples = try result.physical(signal: 0)
    let onsets = samples.indices.filter { samples[$0] != 0 && ($0 == 0 || samples[$0] != samples[$0 - 1]) }
    #expect(onsets.map { samples[$0] } == (1...20).map(Double.init))
    for (number, onset) in onsets.enumerated() {
      #expect(abs(Double(onset) / rate - (Double(number) / 2 + 3.0 / 512)) <= 0.5 / rate + 1e-9)
    }
    #expect(result.signals[0].encoding == .float64)
  }

  @Test("Signals that have the rate keep their stored samples")
  func unchanged() throws {
    let recording = try EDFFile(path: TestFiles.fixture("oddball.edf")).recording()
    let rate = recording.signals[0].rate
    let result = try recording.resampled(to: rate)
    for (index, signal) in recording.signals.enumerated() where signal.rate == rate {
      #expect(result.signals[index] == signal)
      #expect(try result.digital(signal: index) == recording.digital(signal: index))
    }
    #expect(result.annotations == recording.annotations)
  }

  @Test("A few samples are enough, none is refused, and impossible rates too")
  func extremes() throws {
    for count in [1, 2, 3, 10] {
      let short = recording(rate: 100, segments: [Segment(onset: 0, duration: Double(count) / 100)]) { _ in 5 }
      let samples = try short.resampled(to: 250).physical(signal: 0)
      #expect(samples.count == count * 250 / 100)
      #expect(samples.allSatisfy { abs($0 - 5) < 1e-6 })
      #expect(throws: RecordingError.self) { try short.resampled(to: 1) }
    }
    let one = recording(rate: 100, segments: [Segment(onset: 0, duration: 1)]) { $0 }
    for rate in [0, -1, Double.nan, .infinity, 1e300] {
      #expect(throws: RecordingError.self) { try one.resampled(to: rate) }
    }
  }
}
