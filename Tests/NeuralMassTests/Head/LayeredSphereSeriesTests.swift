import EEGCore
import TestSupport
import Testing

@testable import NeuralMass

@Suite("Series of the layered sphere")
struct LayeredSphereSeriesTests {
  private static let directions: [Position] = {
    var generator = SplitMix64(seed: 88)
    return (0..<30).map { _ in Position.random(using: &generator) } + [Position(x: 0, y: 0, z: 1)]
  }()

  /// The sums of radial and tangential parts with some number of terms.
  private static func sums(_ series: LayeredSphereSeries, _ fraction: Double, terms: Int) -> [Double] {
    var sum = LegendreSum(coefficients: series.coefficients(terms), electrodes: directions.count)
    sum.evaluate(fraction: fraction, terms: terms, at: directions, from: Position(x: 0, y: 0, z: 1))
    // P' counts with the sine of the angle.
    return sum.radial + zip(sum.tangential, sum.cosines).map { $0 * (1 - $1 * $1).squareRoot() }
  }

  @Test("The terms left out are below the tolerance", arguments: [0.0, 0.2, 0.6, 0.85, 0.95, 0.99])
  func tail(_ fraction: Double) throws {
    for shells in [SphericalShell.fourShells(), SphericalShell.threeShells()] {
      let series = LayeredSphereSeries(shells)
      let count = try #require(series.termCount(fraction: fraction))
      let (short, long) = (
        Self.sums(series, fraction, terms: count), Self.sums(series, fraction, terms: 2 * count + 20)
      )
      let first = series.coefficients(1)[0]
      // Besides the tail, the sums themselves are rounded.
      let rounding = 1e-14 * (long.map { abs($0) }.max() ?? 0)
      for (a, b) in zip(short, long) {
        #expect(abs(a - b) <= LayeredSphereSeries.tolerance * first + rounding)
      }
    }
  }

  @Test("The error falls with every term as the eccentricity to its power")
  func convergence() throws {
    let series = LayeredSphereSeries(SphericalShell.fourShells())
    let exact = Self.sums(series, 0.7, terms: 200)
    let errors = [10, 20, 30, 40].map { terms in
      zip(Self.sums(series, 0.7, terms: terms), exact).map { abs($0 - $1) }.max() ?? 0
    }
    for (error, next) in zip(errors, errors.dropFirst()) {
      // 0.7^10 = 0.028, times the growth of n.
      #expect(next < 0.06 * error && next > 0.01 * error)
    }
  }

  @Test("Deep sources need few terms, the centre one")
  func counts() {
    let series = LayeredSphereSeries(SphericalShell.fourShells())
    let counts = [0, 0.1, 0.5, 0.9].map { series.termCount(fraction: $0) ?? 0 }
    #expect(counts[0] == 1 && counts == counts.sorted() && counts[3] < 400)
    #expect(series.termCount(fraction: 0.99999) == nil)
  }

  @Test("Coefficients of thousands of terms stay finite and settle", arguments: [1, 3, 4])
  func finite(_ kind: Int) {
    let shells =
      switch kind {
      case 1: [SphericalShell(outerRadius: 0.09, conductivity: 0.33)]
      case 3: SphericalShell.threeShells()
      default: SphericalShell.fourShells()
      }
    let coefficients = LayeredSphereSeries(shells).coefficients(5000)
    #expect(coefficients.allSatisfy { $0.isFinite && $0 > 0 })
    // Far from every border, each shell multiplies by 2 / (1 + outer conductivity / inner conductivity).
    let borders = zip(shells, shells.dropFirst()).map { 2 / (1 + $1.conductivity / $0.conductivity) }
    let limit = borders.reduce(2 / shells[0].conductivity, *)
    #expect(abs(coefficients[4999] / limit - 1) < 1e-3)
  }

  @Test("A shell cut in two is the same shell")
  func cut() {
    let shells = SphericalShell.fourShells()
    var cut = shells
    cut.insert(SphericalShell(outerRadius: 0.0855, conductivity: 0.004), at: 2)
    cut.insert(SphericalShell(outerRadius: 0.04, conductivity: 0.33), at: 0)
    let (whole, parts) = (LayeredSphereSeries(shells).coefficients(300), LayeredSphereSeries(cut).coefficients(300))
    #expect(zip(whole, parts).allSatisfy { abs($0 / $1 - 1) < 1e-12 })
  }
}
