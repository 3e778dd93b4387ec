import EvokeNumerics
import Foundation
import TestSupport
import Testing

/// Against mpmath and SciPy: `fixtures/generate/diagnostics.py`.
@Suite struct DistributionTests {
  struct Reference: Decodable {
    let log_gamma, gamma_shares, kolmogorov_exact, kolmogorov_scipy: [[Double]]
    let uniformity: [Uniform]
    struct Uniform: Decodable {
      let bins: Int
      let chi_square, chi_square_p: Double
    }
  }

  static func reference() throws -> Reference {
    try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("diagnostics.json"))))
  }

  @Test func logarithmOfTheGammaFunctionIsThatOfMpmath() throws {
    let table = try Self.reference().log_gamma
    #expect(table.count >= 70)
    for row in table {
      let error = abs(GammaFunction.log(row[0]) - row[1])
      #expect(error < max(1e-14, 1e-15 * abs(row[1])), "log gamma of \(row[0]) is \(error) off")
    }
  }

  @Test func sharesOfTheGammaIntegralAreThoseOfMpmath() throws {
    let table = try Self.reference().gamma_shares
    #expect(table.count > 100)
    for row in table {
      let (lower, upper) = (GammaFunction.lowerShare(row[0], row[1]), GammaFunction.upperShare(row[0], row[1]))
      // The smaller share has all its digits; the other one is 1 less it.
      let smaller = row[2] < row[3] ? relativeError(lower, row[2]) : relativeError(upper, row[3])
      #expect(smaller < 1e-12, "shares of \(row[0]) at \(row[1]) are \(smaller) off")
      #expect(abs(lower - row[2]) < 1e-12 && abs(upper - row[3]) < 1e-12)
    }
  }

  @Test func sharesEndAtZeroAndOne() {
    #expect(GammaFunction.lowerShare(2, 0) == 0 && GammaFunction.upperShare(2, 0) == 1)
    #expect(GammaFunction.lowerShare(2, -1) == 0 && GammaFunction.upperShare(2, .infinity) == 0)
    #expect(GammaFunction.lowerShare(2, .infinity) == 1 && GammaFunction.upperShare(2, .nan).isNaN)
    #expect(GammaFunction.lowerShare(0.5, 1e-300) > 0)
  }

  @Test func chiSquareProbabilitiesAreThoseOfSciPy() throws {
    for test in try Self.reference().uniformity {
      let survival = ChiSquareDistribution.survival(test.chi_square, degrees: test.bins - 1)
      #expect(abs(survival - test.chi_square_p) < 1e-12)
    }
  }

  @Test func kolmogorovsDistributionIsThatOfFiftyDigits() throws {
    let table = try Self.reference().kolmogorov_exact
    #expect(table.count > 60)
    for row in table {
      let error = relativeError(KolmogorovDistribution.survival(row[1], count: Int(row[0])), row[2])
      #expect(error < (row[0] <= 140 ? 1e-9 : 5e-6), "n = \(row[0]) at \(row[1]) is \(error) off")
    }
  }

  @Test func kolmogorovsDistributionIsThatOfSciPy() throws {
    for row in try Self.reference().kolmogorov_scipy {
      let error = relativeError(KolmogorovDistribution.survival(row[1], count: Int(row[0])), row[2])
      #expect(error < 5e-6, "n = \(row[0]) at \(row[1]) is \(error) off")
    }
  }

  @Test func kolmogorovsDistributionEndsAtZeroAndOne() {
    #expect(KolmogorovDistribution.survival(0.05, count: 10) == 1)
    #expect(KolmogorovDistribution.survival(0, count: 1) == 1 && KolmogorovDistribution.survival(1, count: 1) == 0)
    // One value is at least 3/4 away from some part of the diagonal when it is in either outer quarter.
    #expect(abs(KolmogorovDistribution.survival(0.75, count: 1) - 0.5) < 1e-15)
    #expect(KolmogorovDistribution.survival(.nan, count: 3).isNaN)
  }
}
