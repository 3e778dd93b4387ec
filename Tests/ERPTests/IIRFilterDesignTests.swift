import Foundation
import TestSupport
import Testing

@testable import ERP

@Suite("IIR filter design")
struct IIRFilterDesignTests {
  private static let rates = [512.0, 128, 1000, 2048, 160]

  @Test("Butterworth sections of every order and kind are SciPy's, in its order", arguments: rates)
  func butterworth(rate: Double) throws {
    let group = try FilterReference().group("designs")
    let parameters = try group.values("parameters")
    let (sections, steady) = (try group.values("sections"), try group.values("steady"))
    var (first, compared) = (0, 0)
    for row in stride(from: 0, to: parameters.count, by: 6) {
      let count = Int(parameters[row + 5])
      defer { first += count }
      guard parameters[row + 4] == rate else { continue }
      let settings = FilterSettings(
        low: parameters[row + 1].isNaN ? nil : parameters[row + 1],
        high: parameters[row + 2].isNaN ? nil : parameters[row + 2], band: parameters[row + 3] == 1 ? .stop : .pass,
        method: .iir(order: Int(parameters[row])))
      let filter = try IIRFilter(settings, rate: rate)
      try #require(filter.sections.count == count, "\(settings)")
      expectEqual(filter.sections, Array(sections[(6 * first)..<(6 * (first + count))]), "\(settings)")
      // The equations are nearly dependent at low frequencies: SciPy's own digits depend on its order of elimination.
      let states = Array(steady[(2 * first)..<(2 * (first + count))])
      #expect(relativeError(filter.sections.steadyState, states) < 1e-9, "\(settings)")
      compared += 1
    }
    #expect(compared == 48)
  }

  private func expectEqual(_ sections: [SecondOrderSection], _ stored: [Double], _ name: String) {
    for (number, section) in sections.enumerated() {
      let expected = Array(stored[(6 * number)..<(6 * number + 6)])
      // The gain is in the first section, so its numerator is compared in its own size.
      #expect(relativeError([section.b0, section.b1, section.b2], Array(expected[..<3])) < 1e-12, "\(name), \(number)")
      #expect(relativeError([1, section.a1, section.a2], Array(expected[3...])) < 1e-14, "\(name), \(number)")
    }
  }

  @Test("Notches are SciPy's", arguments: 0..<4)
  func notch(number: Int) throws {
    let group = try FilterReference().group("notches/\(number)")
    let settings = FilterSettings(notch: try group.values("frequencies"), notchQuality: try group.number("quality"))
    let filter = try IIRFilter(settings, rate: try group.number("rate"))
    try #require(filter.sections.count == settings.notch.count)
    expectEqual(filter.sections, try group.values("sections"), "\(settings)")
  }

  @Test("Half of the amplitude is left at either edge, and all or nothing in the middle", arguments: 1...12)
  func gain(order: Int) throws {
    for band in FilterSettings.Band.allCases {
      let filter = try IIRFilter(
        FilterSettings(low: 8, high: 30, band: band, method: .iir(order: order)), rate: 256)
      #expect(abs(filter.gain(at: 8) - 0.5) < 1e-9)
      #expect(abs(filter.gain(at: 30) - 0.5) < 1e-9)
      let inside = filter.gain(at: (256 / Double.pi) * tangentCentre(8, 30, rate: 256))
      #expect(band == .pass ? abs(inside - 1) < 1e-9 : inside < 1e-12)
      for outside in [0.0, 128] {
        #expect(band == .stop ? abs(filter.gain(at: outside) - 1) < 1e-9 : filter.gain(at: outside) < 1e-12)
      }
    }
  }

  /// Half the angle of the centre of a band as the bilinear transform sees it.
  private func tangentCentre(_ low: Double, _ high: Double, rate: Double) -> Double {
    atan((tan(Double.pi * low / rate) * tan(Double.pi * high / rate)).squareRoot())
  }

  @Test("A notch takes out its frequency, and half the amplitude at the ends of its width", arguments: [5.0, 30, 100])
  func notchGain(quality: Double) throws {
    let filter = try IIRFilter(FilterSettings(notch: [50], notchQuality: quality), rate: 512)
    #expect(filter.gain(at: 50) < 1e-20)
    #expect(abs(filter.gain(at: 0) - 1) < 1e-12 && abs(filter.gain(at: 256) - 1) < 1e-12)
    // The two points lie about 50 Hz in equal ratios of tangents, and are the width apart.
    let half = (1..<20_000).map { 40 + Double($0) / 1000 }.filter { filter.gain(at: $0) < 0.5 }
    let width = try #require(half.last) - (try #require(half.first))
    #expect(abs(width - 50 / quality) < 0.003)
  }

  @Test(
    "What makes no filter is refused",
    arguments: [
      FilterSettings(method: .iir(order: 4)), FilterSettings(low: 1, method: .iir(order: 0)),
      FilterSettings(low: 1, method: .iir(order: 13)), FilterSettings(low: 1, method: .iir(order: -1)),
      FilterSettings(low: 0, method: .iir(order: 2)), FilterSettings(high: 50, method: .iir(order: 2)),
      FilterSettings(high: .nan, method: .iir(order: 2)), FilterSettings(low: 30, high: 30, method: .iir(order: 2)),
      FilterSettings(low: 30, high: 10, method: .iir(order: 2)),
      FilterSettings(low: 30, band: .stop, method: .iir(order: 2)),
      FilterSettings(low: 1, method: .iir(order: 2), phase: .minimum), FilterSettings(notch: [0]),
      FilterSettings(notch: [50]), FilterSettings(notch: [-10]), FilterSettings(notch: [.nan]),
      FilterSettings(notch: [10], notchQuality: 0), FilterSettings(notch: [10], notchQuality: -3),
      FilterSettings(notch: [10], notchQuality: .nan), FilterSettings(notch: [10], notchQuality: 0.1),
      FilterSettings(low: 1e-9, method: .iir(order: 4)), FilterSettings(),
    ])
  func refused(settings: FilterSettings) {
    let error = #expect(throws: ERPError.self) { try IIRFilter(settings, rate: 100) }
    #expect(error?.code == .invalidFilter)
    #expect(throws: ERPError.self) { try ContinuousFilter(settings, rate: 100) }
  }

  @Test("A sampling rate that is not a positive number is refused", arguments: [0, -160, .nan, .infinity])
  func refusedRate(_ rate: Double) {
    let error = #expect(throws: ERPError.self) { try IIRFilter(FilterSettings(notch: [1]), rate: rate) }
    #expect(error?.code == .invalidFilter)
  }

  @Test("The continuation is SciPy's, or as long as MNE-Python's", arguments: 0..<14)
  func padding(number: Int) throws {
    let group = try FilterReference().group("applications/\(number)")
    guard group.has("mne") else { return }
    var settings = try IIRApplication(group).settings
    settings.padding = .ringing
    let filter = try IIRFilter(settings, rate: try group.number("rate"))
    #expect(filter.paddingLength == Int(try group.number("mne_padding")))
  }
}
