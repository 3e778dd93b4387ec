import Testing

@testable import EvokeNumerics

@Suite("Functions against mpmath")
struct FunctionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let tolerance: Double
    let function: @Sendable (Double) -> Double
    var testDescription: String { name }
  }

  private static let cases = [
    Case(name: "log", tolerance: 3e-16, function: Elementary.log),
    Case(name: "exp", tolerance: 3e-16, function: Elementary.exp),
    Case(name: "log1p", tolerance: 4e-16, function: Elementary.log1p),
    Case(name: "expm1", tolerance: 4e-16, function: Elementary.expm1),
    Case(name: "density", tolerance: 1e-15, function: StandardNormal.density),
    Case(name: "cumulative", tolerance: 1e-15, function: StandardNormal.cumulative),
    Case(name: "log_cumulative", tolerance: 1e-15, function: StandardNormal.logCumulative),
    Case(name: "quantile", tolerance: 1e-15, function: StandardNormal.quantile),
  ]

  @Test("Relative errors stay below those stated", arguments: cases)
  func accuracy(_ test: Case) throws {
    let table = try #require(try PriorReference.load().functions[test.name])
    #expect(table.count > 100)
    var worst = (error: 0.0, argument: 0.0)
    for pair in table {
      let error = relativeError(test.function(pair[0]), pair[1])
      if error > worst.error { worst = (error, pair[0]) }
    }
    #expect(worst.error < test.tolerance, "\(test.name) is \(worst.error) off at \(worst.argument)")
  }

  @Test("Values at the ends of the range are limits")
  func ends() {
    #expect(Elementary.log(0) == -.infinity && Elementary.log(.infinity) == .infinity && Elementary.log(-1).isNaN)
    #expect(Elementary.exp(-.infinity) == 0 && Elementary.exp(.infinity) == .infinity && Elementary.exp(.nan).isNaN)
    #expect(
      Elementary.exp(-745) == .leastNonzeroMagnitude && Elementary.exp(709.8) == .infinity && Elementary.exp(0) == 1)
    #expect(Elementary.log1p(-1) == -.infinity && Elementary.expm1(-.infinity) == -1)
    #expect(StandardNormal.quantile(0) == -.infinity && StandardNormal.quantile(1) == .infinity)
    #expect(StandardNormal.cumulative(-.infinity) == 0 && StandardNormal.cumulative(.infinity) == 1)
    #expect(StandardNormal.density(.infinity) == 0 && StandardNormal.density(1e300) == 0)
    #expect(StandardNormal.logCumulative(-.infinity) == -.infinity && StandardNormal.logCumulative(.infinity) == 0)
  }
}
