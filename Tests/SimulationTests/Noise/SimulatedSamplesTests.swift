import Dispatch
import EDFFormat
import EEGCore
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Simulation

@Suite("Samples of simulated recordings")
struct SimulatedSamplesTests {
  private static let count = 30_000

  private static func noise() throws -> ContinuousNoise {
    try ContinuousNoise(.white(standardDeviation: 20e-6, channels: ["Fp1", "Cz"]), seed: 5)
  }

  /// Blinks at 1 V and 0.1 V, in volts.
  private static func source() throws -> SimulatedSamples {
    let blinks = Blinks()
    let events = try blinks.events(duration: Double(count) / 100, seed: 5)
    return SimulatedSamples(try noise()) { first, samples in
      blinks.add(events, to: &samples, topography: [1, 0.1], first: first, rate: 100)
    }
  }

  /// Everything at once, shape `[channel, sample]`.
  private static func expected() throws -> [Float] {
    var noise = try noise()
    var samples = noise.next(count)
    let blinks = Blinks()
    let events = try blinks.events(duration: Double(count) / 100, seed: 5)
    var span = samples.mutableSpan
    blinks.add(events, to: &span, topography: [1, 0.1], rate: 100)
    return samples
  }

  @Test("Reads of any order and size, from several threads, get the same samples")
  func randomAccess() throws {
    let (source, expected) = (try Self.source(), try Self.expected())
    var generator = SplitMix64(seed: 9)
    let requests = (0..<40).map { _ in
      let first = Int.random(in: 0..<Self.count, using: &generator)
      return (
        signal: Int.random(in: 0...1, using: &generator), first: first,
        length: Int.random(in: 1...min(5000, Self.count - first), using: &generator)
      )
    }
    let wrong = Mutex<[Int]>([])
    DispatchQueue.concurrentPerform(iterations: requests.count) { index in
      let request = requests[index]
      var values = [Double](repeating: .nan, count: request.length)
      var span = values.mutableSpan
      try? source.readPhysical(signal: request.signal, from: request.first, into: &span)
      let place = request.signal * Self.count + request.first
      if values != expected[place..<(place + request.length)].map({ Double($0) }) {
        wrong.withLock { $0.append(index) }
      }
    }
    #expect(wrong.withLock { $0 }.isEmpty)
  }

  @Test("A simulated EDF file holds the samples to a step of its integers")
  func edf() throws {
    let expected = try Self.expected()
    let signals = ["Fp1", "Cz"].map {
      Signal(
        label: $0, kind: .eeg, unit: .volts, rate: 100, sampleCount: Self.count, encoding: .float32,
        calibration: .identity)
    }
    let recording = Recording(
      signals: signals, segments: [Segment(onset: 0, duration: Double(Self.count) / 100)], source: try Self.source())
    let folder = try TemporaryFolder()
    try EDFWriter.write(recording, to: folder.path("noise.edf"))
    let read = try EDFFile(path: folder.path("noise.edf")).recording()
    for signal in 0..<2 {
      let values = try read.volts(signal: signal)
      let rows = expected[(signal * Self.count)..<((signal + 1) * Self.count)].map { Double($0) }
      let (lowest, highest) = (try #require(rows.min()), try #require(rows.max()))
      #expect(values.count == rows.count)
      // 16 bits over a range that the writer may round outwards.
      #expect(largestDifference(values, rows) < 1.5 * (highest - lowest) / 65_535)
    }
  }
}
