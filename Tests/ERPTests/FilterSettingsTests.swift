import ERP
import Foundation
import Testing

@Suite("Filter settings")
struct FilterSettingsTests {
  @Test(
    "Come back from JSON as they went in",
    arguments: [
      FilterSettings(low: 0.1, high: 40), FilterSettings(low: 1, lowTransition: 0.5, phase: .minimum),
      FilterSettings(low: 48, high: 52, band: .stop, method: .iir(order: 3), padding: .ringing),
      FilterSettings(notch: [50, 100], notchQuality: 35),
    ])
  func roundTrip(settings: FilterSettings) throws {
    let data = try JSONEncoder().encode(settings)
    #expect(try JSONDecoder().decode(FilterSettings.self, from: data) == settings)
  }

  @Test("Older JSON, without what came later, means the same as it did")
  func older() throws {
    let settings = try JSONDecoder().decode(FilterSettings.self, from: Data(#"{"low": 0.5, "highTransition": 3}"#.utf8))
    #expect(settings == FilterSettings(low: 0.5, highTransition: 3))
    #expect(settings.method == .fir && settings.phase == .zero && settings.notch.isEmpty && settings.band == .pass)
  }

  @Test("A method is written so that people can write it")
  func method() throws {
    let json = #"{"low": 1, "method": {"iir": {"order": 4}}, "notch": [50]}"#
    let settings = try JSONDecoder().decode(FilterSettings.self, from: Data(json.utf8))
    #expect(settings == FilterSettings(low: 1, method: .iir(order: 4), notch: [50]))
  }

  @Test(
    "JSON that means nothing is refused",
    arguments: [
      #"{"method": "iir"}"#, #"{"method": {"iir": {}}}"#, #"{"phase": "linear"}"#, #"{"method": 4}"#,
      #"{"notch": 50}"#, #"{"padding": "long"}"#,
    ])
  func refused(json: String) {
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(FilterSettings.self, from: Data(json.utf8)) }
  }

  @Test("The text for a header names every frequency")
  func prefilter() throws {
    func text(_ settings: FilterSettings) throws -> String { try ContinuousFilter(settings, rate: 500).prefilter }
    #expect(try text(FilterSettings(low: 0.1, high: 40)) == "HP:0.1Hz LP:40Hz")
    #expect(try text(FilterSettings(high: 30.5, notch: [50, 100])) == "LP:30.5Hz N:50Hz N:100Hz")
    #expect(try text(FilterSettings(low: 40, high: 60, band: .stop, method: .iir(order: 2))) == "BS:40-60Hz")
  }

  @Test("A filter has the parts that its settings ask for")
  func parts() throws {
    let fir = try ContinuousFilter(FilterSettings(low: 1), rate: 256)
    #expect(fir.iir == nil && fir.fir != nil)
    let iir = try ContinuousFilter(FilterSettings(low: 1, method: .iir(order: 4), notch: [50]), rate: 256)
    #expect(iir.fir == nil && iir.iir?.sections.count == 3)
    let notch = try ContinuousFilter(FilterSettings(notch: [50]), rate: 256)
    #expect(notch.fir == nil && notch.iir?.sections.count == 1)
    let both = try ContinuousFilter(FilterSettings(low: 1, notch: [50, 100]), rate: 256)
    #expect(both.fir?.coefficients.count == 845 && both.iir?.sections.count == 2)
  }
}
