import Testing

@testable import Report

@Suite("Ticks of axes")
struct AxisTicksTests {
  @Test("Round numbers, with as many digits as tell neighbours apart")
  func roundNumbers() {
    #expect(AxisTicks(0...10, count: 5).texts == ["0", "2", "4", "6", "8", "10"])
    #expect(AxisTicks(-0.3...0.31, count: 3).texts == ["−0.2", "0", "0.2"])
    #expect(AxisTicks(100.0011...100.0032, count: 2).texts == ["100.002", "100.003"])
    #expect(AxisTicks(0...3e-7, count: 3).texts == ["0", "1e−07", "2e−07", "3e−07"])
    #expect(AxisTicks(0...3e-7, count: 3).list == "0.0, 1e-07, 2e-07, 3e-07")
  }

  @Test(
    "Epochs have whole numbers",
    arguments: [(1, [1.0]), (2, [1, 2]), (3, [1, 2, 3]), (60, [10, 20, 30, 40, 50, 60])])
  func wholeNumbers(count: Int, expected: [Double]) {
    #expect(AxisTicks(whole: 0.5...Double(count) + 0.5, count: 7).values == expected)
  }

  @Test(
    "Logarithms have the numbers behind them as texts",
    arguments: [
      (-5.2...1.1, 8, ["10⁻⁵", "10⁻⁴", "0.001", "0.01", "0.1", "1", "10"]),
      (-5.2...1.1, 4, ["10⁻⁵", "0.001", "0.1", "10"]),
      (-1.4...0.2, 8, ["0.1", "0.3", "1"]), (-0.1...0.5, 8, ["0.8", "1", "2", "3"]),
      (4.1...4.6, 8, ["1.5·10⁴", "2·10⁴", "2.5·10⁴", "3·10⁴"]),
    ])
  func logarithms(range: ClosedRange<Double>, count: Int, expected: [String]) {
    #expect(AxisTicks(logarithms: range, count: count).texts == expected)
  }

  @Test("Texts that would meet are left away, and zero stays")
  func thinned() {
    let ticks = AxisTicks(-30_000...30_000, count: 7)
    #expect(ticks.thinned(length: 60_000, width: 600).texts == ticks.texts)
    #expect(ticks.thinned(length: 60_000, width: 200).texts == ["", "−20000", "", "0", "", "20000", ""])
    #expect(ticks.thinned(length: 60_000, width: 10).texts.filter { !$0.isEmpty } == ["0"])
    #expect(ticks.thinned(length: 60_000, width: 10).values == ticks.values)
  }

  @Test(
    "A small number is not zero, and what rounding leaves is", arguments: [(2e-10, "2e−10"), (1e-17, "0"), (-3, "−3")])
  func smallNumbers(value: Double, text: String) { #expect(ColourScale.shown(value) == text) }
}
