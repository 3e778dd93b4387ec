import EvokeNumerics

/// What a test came to.
public struct TestResult: Hashable, Sendable {
  /// The test's statistic.
  public let statistic: Double
  /// Probability of such a statistic or a larger one if nothing is wrong.
  public let pValue: Double
  /// The same, corrected for the tests that were made together; equal to ``pValue`` for a test that stands alone.
  public let adjustedPValue: Double

  /// A test that stands alone, unless its corrected probability is given.
  public init(statistic: Double, pValue: Double, adjustedPValue: Double? = nil) {
    (self.statistic, self.pValue, self.adjustedPValue) = (statistic, pValue, adjustedPValue ?? pValue)
  }
}

/// Tests of whether independent numbers are uniform on (0, 1).
public enum Uniformity {
  /// Kolmogorov and Smirnov's test, exact for continuous numbers.
  ///
  /// - Parameter positions: In (0, 1), in any order; at least one.
  /// - Returns: The largest distance of the distribution function from the diagonal, and its probability, see
  ///   ``KolmogorovDistribution``.
  public static func kolmogorovSmirnov(_ positions: [Double]) -> TestResult {
    precondition(!positions.isEmpty, "a test needs a number")
    let n = Double(positions.count)
    var distance = 0.0
    for (place, value) in positions.sorted().enumerated() {
      distance = max(distance, Double(place + 1) / n - value, value - Double(place) / n)
    }
    return TestResult(
      statistic: distance, pValue: KolmogorovDistribution.survival(distance, count: positions.count))
  }

  /// Pearson's chi-square test over bins of equal width.
  ///
  /// - Parameters:
  ///   - positions: In [0, 1); at least one.
  ///   - bins: Two or more; ``bins(for:)`` unless given.
  public static func chiSquare(_ positions: [Double], bins: Int? = nil) -> TestResult {
    precondition(!positions.isEmpty, "a test needs a number")
    let bins = bins ?? Self.bins(for: positions.count)
    let expected = Double(positions.count) / Double(bins)
    let statistic = counts(of: positions, bins: bins).reduce(0) {
      $0 + (Double($1) - expected) * (Double($1) - expected) / expected
    }
    return TestResult(
      statistic: statistic, pValue: ChiSquareDistribution.survival(statistic, degrees: bins - 1))
  }

  /// Bins for a number of runs: one for 20 of them, but 2 at least and 20 at most.
  ///
  /// Talts et al. 2018, "Validating Bayesian inference algorithms with simulation-based calibration", advise some 20
  /// runs a bin.
  public static func bins(for count: Int) -> Int { min(20, max(2, count / 20)) }

  /// Numbers in each of some bins of equal width.
  public static func counts(of positions: [Double], bins: Int) -> [Int] {
    precondition(bins > 1, "a histogram has two bins or more")
    var counts = [Int](repeating: 0, count: bins)
    for position in positions {
      precondition(position >= 0 && position < 1, "positions lie between 0 and 1")
      counts[min(bins - 1, Int(position * Double(bins)))] += 1
    }
    return counts
  }

  /// Probabilities corrected for being several, so that with any of them below a level by chance alone no more often
  /// than that level.
  ///
  /// Source: Holm 1979, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics
  /// 6, 65-70.
  public static func holm(_ pValues: [Double]) -> [Double] {
    var adjusted = pValues
    var largest = 0.0
    for (place, index) in pValues.indices.sorted(by: { pValues[$0] < pValues[$1] }).enumerated() {
      largest = max(largest, min(1, Double(pValues.count - place) * pValues[index]))
      adjusted[index] = largest
    }
    return adjusted
  }

  /// The same tests, corrected for each other after Holm.
  static func adjusted(_ tests: [TestResult]) -> [TestResult] {
    zip(tests, holm(tests.map(\.pValue))).map {
      TestResult(statistic: $0.statistic, pValue: $0.pValue, adjustedPValue: $1)
    }
  }
}
