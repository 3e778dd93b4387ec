import Foundation
import TestSupport
import Testing

@testable import Report

@Suite("Calibration of a posterior")
struct CalibrationFigureTests {
  /// A distribution function that is so far above the diagonal in the middle, in a band of ± 0.05.
  private func curve(_ name: String, bend: Double, p: Double = 0.5) -> CalibrationFigure.Curve {
    let places = (1..<100).map { Double($0) / 100 }
    return CalibrationFigure.Curve(
      name: name, places: places, shares: places.map { $0 + 4 * bend * $0 * (1 - $0) },
      lower: places.map { max(0, $0 - 0.05) }, upper: places.map { min(1, $0 + 0.05) }, pValue: p)
  }

  private func figure(
    _ count: Int, bend: Double = 0.02, coverage: Double = 0, options: FigureOptions = FigureOptions()
  ) throws -> CalibrationFigure {
    let names = ["A_e", "a very long name of a product of parameters", "b"]
    return try CalibrationFigure(
      (0..<count).map { curve(names[$0 % 3], bend: $0 == 0 ? bend : 0.01) },
      coverage: curve("All: highest density", bend: coverage, p: 1e-5),
      subtitle: "posterior.h5, 500 simulations of test.h5, 1000 draws each", options: options)
  }

  @Test("Texts do not overlap for one to twenty-four parameters", arguments: [1, 2, 3, 4, 5, 8, 9, 11, 12, 24])
  func texts(count: Int) throws { try FigureTextTests.check(figure(count)) }

  @Test(
    "Pages of a given size hold every text, or are refused with the size they need", arguments: [1, 4, 9],
    [(200, 200), (500, 500), (900, 1200), (2000, 2000)])
  func sizes(count: Int, size: (Int, Int)) throws {
    var options = FigureOptions()
    (options.title, options.width, options.height) = ("Two moons", size.0, size.1)
    do {
      let figure = try figure(count, options: options)
      #expect(figure.width == size.0 && figure.height == size.1)
      try FigureTextTests.check(figure)
    } catch let error as FigureError {
      #expect(error.code == .invalidOption && error.message.contains("page of at least"))
      #expect(size != (2000, 2000))
    }
  }

  @Test("A curve that leaves its band has another colour, and the legend says so", arguments: [0.02, 0.06, -0.06])
  func outside(bend: Double) throws {
    let figure = try figure(2, bend: bend)
    let leaves = abs(bend) > 0.05
    let texts = figure.page.labels.map(\.text)
    #expect(texts.contains("leaves the band") == leaves && texts.contains("inside"))
    #expect(figure.commands.contains("linecolor rgb '\(ConditionColours.colour(1))'") == leaves)
    #expect(texts.contains("p 0.500") && texts.contains("p < 0.001"))
  }

  @Test("Curves of parameters are differences from the diagonal, those of coverage are not")
  func values() throws {
    let commands = try figure(1, bend: 0.03, coverage: 0.04).commands
    let blocks = commands.components(separatedBy: "EOD\n")
    func rows(_ number: Int) throws -> [[Double]] {
      let place = try #require(blocks.firstIndex { $0.hasSuffix("$curve\(number) << ") })
      return blocks[place + 1].split(separator: "\n").map { $0.split(separator: " ").compactMap { Double($0) } }
    }
    let (parameter, coverage) = (try rows(0), try rows(1))
    #expect(parameter.count == 101 && parameter[0] == [0, 0, 0, 0] && parameter[100] == [1, 0, 0, 0])
    #expect(parameter[50] == [0.5, -0.05, 0.05, 0.03])
    #expect(coverage[50] == [0.5, 0.45, 0.55, 0.54] && coverage[100] == [1, 1, 1, 1])
  }

  @Test("None, and more than a page has room for, are refused")
  func refused() {
    var error = #expect(throws: FigureError.self) { try figure(0) }
    #expect(error?.code == .nothingToDraw)
    error = #expect(throws: FigureError.self) { try figure(25) }
    #expect(error?.code == .invalidOption)
  }
}
