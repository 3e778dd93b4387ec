import Foundation
import Synchronization
import TestSupport
import Testing

@testable import ERP

/// A filter and its application in `fixtures/filters.h5`.
struct IIRApplication {
  let group: FilterReference.Group
  let settings: FilterSettings

  init(_ group: FilterReference.Group) throws {
    self.group = group
    let order = Int(try group.number("order"))
    settings = FilterSettings(
      low: try group.frequency("low"), high: try group.frequency("high"),
      band: try group.number("stop") == 1 ? .stop : .pass, method: order == 0 ? .fir : .iir(order: order),
      notch: try group.values("frequencies"), notchQuality: try group.number("quality"))
  }
}

@Suite("IIR filter application")
struct IIRFilterApplicationTests {
  private func noise(_ count: Int, seed: UInt64) -> [Double] { FilterReference.noise(count, seed: seed) }

  private let settings = FilterSettings(low: 0.5, high: 30, method: .iir(order: 4), notch: [50])

  @Test("Equals SciPy's sosfiltfilt", arguments: 0..<14)
  func scipy(number: Int) throws {
    let application = try IIRApplication(try FilterReference().group("applications/\(number)"))
    let filter = try IIRFilter(application.settings, rate: try application.group.number("rate"))
    let result = FilterReference.kept(try filter.filtered(try application.group.samples()))
    let error = relativeError(result, try application.group.values("scipy"))
    #expect(error < 1e-12, "\(application.settings)")
  }

  @Test("With padding 'ringing' equals MNE-Python's filter_data", arguments: 0..<14)
  func mne(number: Int) throws {
    let application = try IIRApplication(try FilterReference().group("applications/\(number)"))
    guard application.group.has("mne") else { return }
    var settings = application.settings
    settings.padding = .ringing
    let filter = try IIRFilter(settings, rate: try application.group.number("rate"))
    let result = FilterReference.kept(try filter.filtered(try application.group.samples()))
    #expect(relativeError(result, try application.group.values("mne")) < 1e-12, "\(application.settings)")
  }

  /// The cascade forwards and backwards, term by term.
  private func direct(_ samples: [Double], _ filter: IIRFilter) -> [Double] {
    let (count, edge) = (samples.count, min(filter.paddingLength, samples.count - 1))
    var values = (-edge..<count + edge).map { index in
      index < 0
        ? 2 * samples[0] - samples[-index]
        : index < count ? samples[index] : 2 * samples[count - 1] - samples[2 * (count - 1) - index]
    }
    for _ in 0..<2 {
      let first = values[0]
      let steady = filter.sections.steadyState
      for (number, section) in filter.sections.enumerated() {
        var (a, b) = (steady[2 * number] * first, steady[2 * number + 1] * first)
        for index in values.indices {
          let x = values[index]
          values[index] = section.b0 * x + a
          a = section.b1 * x - section.a1 * values[index] + b
          b = section.b2 * x - section.a2 * values[index]
        }
      }
      values.reverse()
    }
    return Array(values[edge..<(edge + count)])
  }

  @Test(
    "Equals the recursion term by term, bit for bit, at any length",
    arguments: [40, 41, 64, 65, 1000, 8100, 8192, 20_001])
  func recursion(count: Int) throws {
    let filter = try IIRFilter(settings, rate: 160)
    try #require(filter.paddingLength < 40)
    let samples = noise(count, seed: UInt64(count))
    #expect(try filter.filtered(samples) == direct(samples, filter))
  }

  @Test("Blocks of any length give the same bits", arguments: [7, 64, 1000, 4096, 1_000_000])
  func blocks(length: Int) throws {
    let filter = try IIRFilter(settings, rate: 160)
    let samples = (0..<11).map { noise(5000, seed: $0) }
    let segments = [0..<1800, 1800..<1850, 2100..<5000]
    let expected = try samples.map { try filter.filtered($0, segments: segments) }
    let result = SampleStore(samples)
    try RecursiveSegmentFilter(filter, segments: segments, blockLength: length).run(
      signalCount: samples.count, wanted: { _ in true }, threads: 2, read: samplesReader(samples), write: result.write)
    #expect(result.values == expected)
  }

  @Test(
    "Only blocks with wanted samples are handed on, with the same bits",
    arguments: [100..<101, 1990..<2010, 4999..<5000])
  func wanted(range: Range<Int>) throws {
    let filter = try IIRFilter(settings, rate: 160)
    let samples = [noise(5000, seed: 1)]
    let segments = [0..<2000, 2000..<5000]
    let all = try filter.filtered(samples[0], segments: segments)
    let result = SampleStore([[Double](repeating: .nan, count: 5000)])
    try RecursiveSegmentFilter(filter, segments: segments, blockLength: 64).run(
      signalCount: 1, wanted: { $0.overlaps(range) }, threads: 1, read: samplesReader(samples), write: result.write)
    let values = result.values[0]
    for sample in values.indices {
      if range.contains(sample) { #expect(values[sample] == all[sample]) }
      if sample < range.lowerBound - 64 || sample > range.upperBound + 64 { #expect(values[sample].isNaN) }
    }
  }

  @Test("The result is the same bit for bit with any number of threads", arguments: [2, 3, 8])
  func threads(_ threads: Int) throws {
    let filter = try IIRFilter(settings, rate: 160)
    let samples = (0..<20).map { noise(30_000, seed: 100 + $0) }
    let results = try [1, threads].map { threads in
      let result = SampleStore(samples)
      try RecursiveSegmentFilter(filter, segments: [0..<30_000]).run(
        signalCount: samples.count, wanted: { _ in true }, threads: threads, read: samplesReader(samples),
        write: result.write)
      return result.values
    }
    #expect(results[0] == results[1])
    #expect(results[0][13] == direct(samples[13], filter))
  }

  @Test("Stretches are filtered each for itself, and samples between them are left alone")
  func segments() throws {
    let filter = try IIRFilter(settings, rate: 160)
    let samples = noise(2000, seed: 3)
    let segments = [100..<700, 700..<1100, 1500..<2000]
    let result = try filter.filtered(samples, segments: segments)
    for segment in segments { #expect(try Array(result[segment]) == filter.filtered(Array(samples[segment]))) }
    #expect(result[..<100] == samples[..<100] && result[1100..<1500] == samples[1100..<1500])
  }

  @Test("A stretch no longer than its continuation is refused, with advice, unless the continuation is a ringing one")
  func tooShort() throws {
    let filter = try IIRFilter(settings, rate: 160)
    #expect(filter.paddingLength == 33)
    let error = #expect(throws: ERPError.self) {
      try filter.filtered(noise(400, seed: 5), segments: [0..<33, 40..<400])
    }
    #expect(error?.code == .signalTooShort)
    #expect(error?.message.contains("33 samples") == true && error?.message.contains("'ringing'") == true)
    #expect(try filter.filtered(noise(34, seed: 5)).count == 34)
    var other = settings
    other.padding = .ringing
    let ringing = try IIRFilter(other, rate: 160)
    for count in [1, 2, 33, 500] {
      let samples = noise(count, seed: UInt64(count))
      #expect(try ringing.filtered(samples) == direct(samples, ringing))
    }
  }

  @Test("What dies away ends in zero, not in numbers too small to be normalised")
  func flat() throws {
    let filter = try IIRFilter(FilterSettings(high: 30, method: .iir(order: 4)), rate: 160)
    var samples = [Double](repeating: 0, count: 20_000)
    samples[10_000] = 1
    let result = try filter.filtered(samples)
    #expect(result.allSatisfy { $0 == 0 || $0.isNormal })
    #expect(result[10_000] > 0.1 && result[0] == 0 && result[19_999] == 0)
    // A notch leaves a flat line where it is.
    let level = try IIRFilter(FilterSettings(notch: [50]), rate: 160).filtered([Double](repeating: 7, count: 5000))
    #expect(level.allSatisfy { abs($0 - 7) < 1e-13 })
  }

  @Test("Values that are not numbers are refused", arguments: [Double.nan, .infinity, -.infinity])
  func nonFinite(_ value: Double) throws {
    var samples = noise(500, seed: 7)
    samples[123] = value
    let error = #expect(throws: ERPError.self) { try IIRFilter(settings, rate: 160).filtered(samples) }
    #expect(error?.code == .nonFiniteSamples)
  }

  @Test("Nothing is delayed: a signal turned round comes out turned round")
  func symmetry() throws {
    // Long enough for the ends, which are not treated alike, to be forgotten in the middle.
    let filter = try IIRFilter(FilterSettings(low: 2, high: 30, method: .iir(order: 4)), rate: 160)
    let samples = noise(6000, seed: 8)
    let forwards = try filter.filtered(samples)
    let backwards = try filter.filtered(samples.reversed())
    #expect(zip(forwards, backwards.reversed()).dropFirst(2000).prefix(2000).allSatisfy { abs($0 - $1) < 1e-9 })
    #expect(forwards[2000..<4000].contains { abs($0) > 1 })
  }

  @Test("A sine of a frequency is weakened by the gain there", arguments: [0.5, 3.0, 8, 20, 30, 49, 50])
  func sines(frequency: Double) throws {
    let filter = try IIRFilter(settings, rate: 160)
    let samples = (0..<32_000).map { cos(2 * .pi * frequency * Double($0) / 160) }
    let result = try filter.filtered(samples)
    let gain = filter.gain(at: frequency)
    for index in stride(from: 12_000, to: 20_000, by: 37) {
      #expect(abs(result[index] - gain * samples[index]) < 1e-9)
    }
  }
}

/// Reads from arrays.
func samplesReader(_ samples: [[Double]]) -> SampleReader {
  { signal, first, destination in
    for index in 0..<destination.count { destination[index] = samples[signal][first + index] }
  }
}

/// Arrays that filtered samples are put into.
final class SampleStore: Sendable {
  private let stored: Mutex<[[Double]]>

  init(_ values: [[Double]]) { stored = Mutex(values) }

  var values: [[Double]] { stored.withLock { $0 } }

  var write: SampleTaker {
    { signal, first, values in
      self.stored.withLock { stored in
        for index in 0..<values.count { stored[signal][first + index] = values[index] }
      }
    }
  }
}
