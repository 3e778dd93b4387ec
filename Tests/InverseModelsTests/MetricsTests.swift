import Foundation
import InverseModels
import TestSupport
import Testing

/// Against SciPy and NumPy: `fixtures/generate/model_metrics.py`.
@Suite struct MetricsTests {
  struct Case: Decodable, Sendable {
    let truth, estimates: [Double]
    let pearson, lower, upper, spearman, r2, nrmse, mse, mse_of_mean: Double
  }

  static func cases() throws -> [Case] {
    try JSONDecoder().decode(
      [Case].self, from: Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("model_metrics.json"))))
  }

  @Test(arguments: 0..<3)
  func scoresAreThoseOfSciPy(_ number: Int) throws {
    let expected = try Self.cases()[number]
    let scaling = TargetScaling(minimum: [0], maximum: [2], mean: [1.5], deviation: [1], isUnit: true)
    let score = TargetScore(
      name: "a", estimates: expected.estimates, truth: expected.truth, scaling: scaling, target: 0)
    #expect(abs(score.pearson - expected.pearson) < 1e-12)
    #expect(abs(score.pearsonLower - expected.lower) < 1e-12)
    #expect(abs(score.pearsonUpper - expected.upper) < 1e-12)
    #expect(abs(score.spearman - expected.spearman) < 1e-12)
    #expect(abs(score.rSquared - expected.r2) < 1e-12)
    #expect(abs(score.normalizedError - expected.nrmse) < 1e-12)
    #expect(abs(score.scaledError - expected.mse) < 1e-12)
    #expect(abs(score.meanScaledError - expected.mse_of_mean) < 1e-12)
    #expect(score.coverage == nil)
  }

  @Test func correlationWithAConstantIsUnknown() {
    #expect(Correlation.pearson([1, 1, 1], [1, 2, 3]).isNaN)
  }

  @Test func coverageCountsTruthsWithinTheInterval() {
    let scaling = TargetScaling(minimum: [0], maximum: [1], mean: [0], deviation: [1], isUnit: true)
    // The 90 % interval reaches 1.645 deviations to both sides.
    let score = TargetScore(
      name: "a", estimates: [0, 0, 0, 0], truth: [1.64, 1.65, -1.64, -3], deviations: [1, 1, 1, 1], scaling: scaling,
      target: 0)
    #expect(score.coverage == 0.5)
  }
}
