import ERP
import Testing

@Suite("FIR filter design")
struct FIRFilterDesignTests {
  /// Length, middle coefficient, its neighbour and one an eighth of the length away, by MNE-Python 1.13.2's
  /// `create_filter(None, rate, low, high, l_trans_bandwidth, h_trans_bandwidth)`.
  struct Known: Sendable {
    let settings: FilterSettings
    let rate: Double
    let count: Int
    let values: [Double]
  }

  @Test(
    "Lengths and coefficients are MNE-Python's",
    arguments: [
      Known(
        settings: FilterSettings(low: 1, high: 30), rate: 160, count: 529,
        values: [0.4151135506421156, 0.30156739566710583, -0.004036262141836801]),
      Known(
        settings: FilterSettings(low: 0.1, high: 40), rate: 512, count: 16897,
        values: [0.17541655411706408, 0.16657215509659082, -0.0001261226642532891]),
      Known(
        settings: FilterSettings(high: 20), rate: 250, count: 165,
        values: [0.17982833336141163, 0.17033878501619076, -0.013178000771251613]),
      Known(
        settings: FilterSettings(low: 2), rate: 250, count: 413,
        values: [0.99195921427528, -0.00803950918310519, -0.005217710811403726]),
      Known(
        settings: FilterSettings(low: 0.5), rate: 1000, count: 6601,
        values: [0.9994975683249189, -0.0005024313637331536, -0.00032287537949237917]),
      Known(
        settings: FilterSettings(low: 8, high: 12), rate: 128, count: 213,
        values: [0.10133818581240556, 0.08832132411884362, -0.013813387108726899]),
      Known(
        settings: FilterSettings(low: 10, high: 30, lowTransition: 4, highTransition: 10), rate: 256, count: 213,
        values: [0.21111270457178138, 0.17878899834892162, 0.008273727301528436]),
      Known(
        settings: FilterSettings(high: 49), rate: 100, count: 331,
        values: [0.9901346525904299, 0.009998881303727081, 0.006463312866096142]),
      Known(
        settings: FilterSettings(low: 30), rate: 500, count: 221,
        values: [0.8949576691655066, -0.10312833422544197, -0.005083098266763232]),
    ])
  func known(_ known: Known) throws {
    let filter = try FIRFilter(known.settings, rate: known.rate)
    #expect(filter.coefficients.count == known.count)
    let middle = known.count / 2
    for (offset, value) in zip([0, 1, known.count / 8], known.values) {
      #expect(abs(filter.coefficients[middle + offset] - value) < 1e-15)
      #expect(filter.coefficients[middle - offset] == filter.coefficients[middle + offset])
    }
  }

  @Test(
    "Frequencies that make no filter are refused",
    arguments: [
      FilterSettings(),
      FilterSettings(low: 0), FilterSettings(low: -1), FilterSettings(high: .nan), FilterSettings(low: .infinity),
      FilterSettings(high: 50), FilterSettings(high: 60), FilterSettings(low: 50), FilterSettings(low: 30, high: 30),
      FilterSettings(low: 30, high: 10), FilterSettings(low: 1, lowTransition: 2),
      FilterSettings(high: 45, highTransition: 6), FilterSettings(low: 1, lowTransition: 0),
      FilterSettings(high: 40, highTransition: -1), FilterSettings(high: 40, highTransition: .nan),
      FilterSettings(low: 1e-9),
    ])
  func refused(_ settings: FilterSettings) throws {
    let error = #expect(throws: ERPError.self) { try FIRFilter(settings, rate: 100) }
    #expect(error?.code == .invalidFilter)
  }

  @Test("A sampling rate that is not a positive number is refused", arguments: [0, -160, .nan, .infinity])
  func refusedRate(_ rate: Double) throws {
    let error = #expect(throws: ERPError.self) { try FIRFilter(FilterSettings(low: 1), rate: rate) }
    #expect(error?.code == .invalidFilter)
  }
}
