import Foundation
import TestSupport
import Testing

@testable import ERP

@Suite("FIR filters that stop a band or are minimum-phase")
struct FIRFilterKindTests {
  /// A filter and its applications in `fixtures/filters.h5`.
  private struct Stored {
    let group: FilterReference.Group
    let settings: FilterSettings
    let rate: Double

    init(_ number: Int) throws {
      group = try FilterReference().group("fir/\(number)")
      rate = try group.number("rate")
      settings = FilterSettings(
        low: try group.frequency("low"), high: try group.frequency("high"),
        lowTransition: try group.frequency("low_transition"), highTransition: try group.frequency("high_transition"),
        band: try group.number("stop") == 1 ? .stop : .pass)
    }

    func filter(_ phase: FilterSettings.Phase) throws -> FIRFilter {
      var settings = settings
      settings.phase = phase
      return try FIRFilter(settings, rate: rate)
    }

    /// True for a filter whose minimum-phase form SciPy's rounding does not decide.
    var isWellConditioned: Bool { settings.low == nil || settings.band == .stop }
  }

  @Test("Coefficients with transitions of any width, and of band-stop filters, are MNE-Python's", arguments: 0..<9)
  func zeroPhase(number: Int) throws {
    let stored = try Stored(number)
    let filter = try stored.filter(.zero)
    #expect(relativeError(filter.coefficients, try stored.group.values("zero")) < 1e-14)
    let result = FilterReference.kept(try filter.filtered(try stored.group.samples()))
    #expect(relativeError(result, try stored.group.values("zero_filtered")) < 1e-12)
  }

  @Test("Minimum-phase coefficients are SciPy's", arguments: 0..<9)
  func minimumPhase(number: Int) throws {
    let stored = try Stored(number)
    let coefficients = try stored.filter(.minimum).coefficients
    #expect(relativeError(coefficients, try stored.group.values("minimum")) < 1e-9)
    let error = relativeError(coefficients, try stored.group.values("minimum_mne"))
    // Where 0 Hz is blocked, MNE-Python's own result moves by so much with the last bits of its coefficients.
    let spread = try stored.group.number("spread")
    #expect(stored.isWellConditioned ? error < 1e-9 : error < 10 * spread && spread > 1e-6)
  }

  @Test("Minimum-phase filters are applied as MNE-Python applies them", arguments: 0..<9)
  func minimumPhaseApplication(number: Int) throws {
    let stored = try Stored(number)
    let result = FilterReference.kept(try stored.filter(.minimum).filtered(try stored.group.samples()))
    #expect(relativeError(result, try stored.group.values("minimum_filtered")) < 1e-9)
    #expect(stored.group.has("minimum_filtered_mne") == stored.isWellConditioned)
    guard stored.isWellConditioned else { return }
    #expect(relativeError(result, try stored.group.values("minimum_filtered_mne")) < 1e-9)
  }

  /// Gain at a frequency [Hz].
  private func gain(_ filter: FIRFilter, at frequency: Double) -> Double {
    let angle = -2 * Double.pi * frequency / filter.rate
    return filter.coefficients.enumerated().reduce(ComplexNumber(0)) { sum, term in
      sum
        + ComplexNumber(
          term.element * cos(angle * Double(term.offset)), term.element * sin(angle * Double(term.offset)))
    }.magnitude
  }

  @Test("A minimum-phase filter has the gain of the linear-phase one, and its energy earlier", arguments: 0..<9)
  func sameGain(number: Int) throws {
    let stored = try Stored(number)
    let (zero, minimum) = (try stored.filter(.zero), try stored.filter(.minimum))
    for frequency in stride(from: 0, through: stored.rate / 2, by: stored.rate / 300) {
      // The tail of the folded response is cut off.
      #expect(abs(gain(minimum, at: frequency) - gain(zero, at: frequency)) < 2e-3, "\(frequency) Hz")
    }
    var (early, late) = (0.0, 0.0)
    for (a, b) in zip(minimum.coefficients, zero.coefficients) {
      early += a * a
      late += b * b
      #expect(early > late - 1e-3 * late)
    }
  }

  @Test("A band-stop filter stops its band and passes the rest")
  func stops() throws {
    let filter = try FIRFilter(
      FilterSettings(low: 45, high: 55, lowTransition: 2, highTransition: 2, band: .stop), rate: 512)
    // The ripple of a Hamming-windowed low-pass is 0.0194 dB, and this filter is the sum of two.
    let ripple = 2 * (pow(10, 0.0194 / 20) - 1)
    for frequency in [0.0, 20, 45, 55, 100, 256] { #expect(abs(gain(filter, at: frequency) - 1) < ripple) }
    for frequency in [46.0, 54] { #expect(abs(gain(filter, at: frequency) - 0.5) < ripple) }
    for frequency in [47.0, 50, 53] { #expect(gain(filter, at: frequency) < ripple) }
  }

  @Test("A minimum-phase filter is causal: what comes later changes nothing before")
  func causal() throws {
    let filter = try FIRFilter(FilterSettings(low: 4, high: 30, phase: .minimum), rate: 100)
    var samples = FilterReference.noise(3000, seed: 1)
    let before = try filter.filtered(samples)
    samples[2000] += 100
    let after = try filter.filtered(samples)
    // The transform spreads rounding over its block.
    #expect(zip(before, after).prefix(2000).allSatisfy { abs($0 - $1) < 1e-10 })
    #expect(abs(after[2000] - before[2000] - 100 * filter.coefficients[0]) < 1e-10)
  }

  @Test("A minimum-phase filter equals convolution term by term", arguments: [165, 166, 200, 331, 777, 5000])
  func direct(count: Int) throws {
    let filter = try FIRFilter(FilterSettings(low: 4, high: 30, phase: .minimum), rate: 100)
    try #require(filter.coefficients.count == 165)
    let samples = FilterReference.noise(count, seed: UInt64(count)).map { $0 - 1000 }
    let expected = samples.indices.map { index in
      filter.coefficients.enumerated().reduce(0.0) { sum, term in
        let place = index - term.offset
        return sum + term.element * (place >= 0 ? samples[place] : 2 * samples[0] - samples[-place])
      }
    }
    let result = try filter.filtered(samples)
    #expect(zip(result, expected).allSatisfy { abs($0 - $1) < 1e-12 })
    let short = try filter.filtered(samples + samples, segments: [0..<30, 30..<(2 * count)])
    // Of a stretch shorter than the filter the continuation ends where the stretch does.
    let first = filter.coefficients.enumerated().reduce(0.0) { sum, term in
      let place = -term.offset
      return sum + term.element * (place == 0 ? samples[0] : place > -30 ? 2 * samples[0] - samples[-place] : 0)
    }
    #expect(abs(short[0] - first) < 1e-12)
  }

  @Test(
    "What makes no filter is refused",
    arguments: [
      FilterSettings(band: .stop), FilterSettings(low: 10, band: .stop), FilterSettings(high: 10, band: .stop),
      FilterSettings(low: 30, high: 10, band: .stop), FilterSettings(low: 10, high: 12, band: .stop),
      FilterSettings(low: 10, high: 20, lowTransition: 6, highTransition: 5, band: .stop),
      FilterSettings(low: 10, high: 20, lowTransition: 0, band: .stop),
      FilterSettings(low: 0.001, phase: .minimum), FilterSettings(low: 1, method: .iir(order: 2)),
      FilterSettings(low: 1, notch: [10]),
    ])
  func refused(settings: FilterSettings) {
    let error = #expect(throws: ERPError.self) { try FIRFilter(settings, rate: 100) }
    #expect(error?.code == .invalidFilter)
  }
}

@Suite("The Fourier transform of filter design")
struct RealFourierTransformTests {
  @Test("Equals the sum term by term, and comes back", arguments: [4, 8, 64, 256])
  func direct(size: Int) {
    var generator = SplitMix64(seed: UInt64(size))
    let samples = (0..<size).map { _ in Double.random(in: -1...1, using: &generator) }
    let transform = RealFourierTransform(size: size)
    let (real, imaginary) = transform.forward(samples)
    for bin in 0...(size / 2) {
      let sum = samples.enumerated().reduce(ComplexNumber(0)) { sum, term in
        let angle = -2 * Double.pi * Double(bin * term.offset % size) / Double(size)
        return sum + term.element * ComplexNumber(cos(angle), sin(angle))
      }
      #expect(abs(real[bin] - sum.real) < 1e-13 && abs(imaginary[bin] - sum.imaginary) < 1e-13)
    }
    let back = transform.inverse(real: real, imaginary: imaginary)
    #expect(zip(back, samples).allSatisfy { abs($0 - $1) < 1e-14 })
  }
}
