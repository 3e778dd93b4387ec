import ERP
import TestSupport
import Testing

@Suite("FIR filter application")
struct FIRFilterApplicationTests {
  private let filter: FIRFilter

  init() throws { filter = try FIRFilter(FilterSettings(low: 4, high: 30), rate: 100) }

  private func noise(_ count: Int, seed: UInt64) -> [Double] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { _ in Double.random(in: -1...1, using: &generator) }
  }

  /// What MNE's "reflect_limited" convolution is, term by term.
  private func convolved(_ samples: [Double], with filter: FIRFilter) -> [Double] {
    let (count, last) = (samples.count, samples.count - 1)
    let edge = min(filter.coefficients.count, count) - 1
    func continued(_ index: Int) -> Double {
      switch index {
      case ..<0: -index <= edge ? 2 * samples[0] - samples[-index] : 0
      case count...: index - last <= edge ? 2 * samples[last] - samples[2 * last - index] : 0
      default: samples[index]
      }
    }
    return samples.indices.map { index in
      filter.coefficients.enumerated().reduce(0) { $0 + $1.element * continued(index + $1.offset - filter.reach) }
    }
  }

  @Test("Equals convolution term by term", arguments: [165, 166, 200, 331, 777, 2048, 5000])
  func direct(_ count: Int) throws {
    try #require(filter.coefficients.count == 165)
    let samples = noise(count, seed: UInt64(count))
    let worst = zip(try filter.filtered(samples), convolved(samples, with: filter)).map { abs($0 - $1) }.max()
    #expect(try #require(worst) < 2e-15)
  }

  @Test("An impulse comes out as the coefficients, centred on it")
  func impulse() throws {
    var samples = [Double](repeating: 0, count: 1000)
    samples[500] = 1
    let result = try filter.filtered(samples)
    for (offset, value) in filter.coefficients.enumerated() {
      #expect(abs(result[500 - filter.reach + offset] - value) < 5e-16)
    }
  }

  @Test("Is linear")
  func linear() throws {
    let (a, b) = (noise(3000, seed: 1), noise(3000, seed: 2))
    let sum = try filter.filtered(zip(a, b).map { 2 * $0 - 3 * $1 })
    let parts = zip(try filter.filtered(a), try filter.filtered(b)).map { 2 * $0 - 3 * $1 }
    #expect(zip(sum, parts).allSatisfy { abs($0 - $1) < 1e-14 })
  }

  @Test("A low-pass filter leaves a constant, a high-pass filter nothing of it")
  func constant() throws {
    let samples = [Double](repeating: 7, count: 1000)
    let low = try FIRFilter(FilterSettings(high: 10), rate: 100).filtered(samples)
    let high = try FIRFilter(FilterSettings(low: 4), rate: 100).filtered(samples)
    #expect(low.allSatisfy { abs($0 - 7) < 1e-13 })
    #expect(high.allSatisfy { abs($0) < 1e-13 })
  }

  @Test("Stretches are filtered each for itself, and samples between them are left alone")
  func segments() throws {
    let samples = noise(2000, seed: 3)
    let segments = [100..<700, 700..<1100, 1500..<2000]
    let result = try filter.filtered(samples, segments: segments)
    for segment in segments {
      let alone = try filter.filtered(Array(samples[segment]))
      #expect(zip(result[segment], alone).allSatisfy { abs($0 - $1) < 1e-15 })
    }
    #expect(result[..<100] == samples[..<100] && result[1100..<1500] == samples[1100..<1500])
  }

  @Test("The result is the same bit for bit with any number of threads", arguments: [2, 3, 8])
  func threads(_ threads: Int) throws {
    let samples = noise(50_000, seed: 4)
    #expect(try filter.filtered(samples, threads: threads) == filter.filtered(samples, threads: 1))
  }

  @Test("A signal shorter than the filter is refused, unless another stretch is long enough")
  func tooShort() throws {
    let error = #expect(throws: ERPError.self) { try filter.filtered(noise(164, seed: 5)) }
    #expect(error?.code == .signalTooShort)
    #expect(error?.message.contains("165 samples") == true)
    let samples = noise(500, seed: 6)
    let short = try filter.filtered(samples, segments: [0..<40, 40..<500])
    #expect(zip(short[..<40], convolved(Array(samples[..<40]), with: filter)).allSatisfy { abs($0 - $1) < 2e-15 })
  }

  @Test("Values that are not numbers are refused", arguments: [Double.nan, .infinity, -.infinity])
  func nonFinite(_ value: Double) throws {
    var samples = noise(500, seed: 7)
    samples[123] = value
    let error = #expect(throws: ERPError.self) { try filter.filtered(samples) }
    #expect(error?.code == .nonFiniteSamples)
  }
}
