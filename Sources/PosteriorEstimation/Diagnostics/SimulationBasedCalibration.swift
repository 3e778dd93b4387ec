/// Simulation-based calibration: whether the ranks of each parameter are uniform.
///
/// Source: Talts, Betancourt, Simpson, Vehtari and Gelman 2018, "Validating Bayesian inference algorithms with
/// simulation-based calibration", arXiv 1804.06788.
public struct SimulationBasedCalibration: Hashable, Sendable {
  /// Where the truths stand among their draws.
  public let ranks: RankStatistics
  /// Bins of the chi-square tests.
  public let bins: Int
  /// Kolmogorov and Smirnov's test of each parameter, corrected for their number.
  public let kolmogorovSmirnov: [TestResult]
  /// The chi-square test of each parameter, corrected for their number.
  public let chiSquare: [TestResult]

  /// Kolmogorov and Smirnov's test of each parameter's levels of central intervals, corrected for their number: how far
  /// ranks are from the middle.
  ///
  /// It finds posteriors of the wrong width, to which the plain test is nearly blind.
  public let centralCoverage: [TestResult]

  /// Tests the ranks of all parameters.
  ///
  /// - Parameter bins: Of the chi-square tests; ``Uniformity/bins(for:)`` unless given.
  public init(_ ranks: RankStatistics, bins: Int? = nil) {
    let bins = bins ?? Uniformity.bins(for: ranks.runCount)
    let positions = (0..<ranks.parameterCount).map(ranks.positions(of:))
    (self.ranks, self.bins) = (ranks, bins)
    kolmogorovSmirnov = Uniformity.adjusted(positions.map(Uniformity.kolmogorovSmirnov))
    chiSquare = Uniformity.adjusted(positions.map { Uniformity.chiSquare($0, bins: bins) })
    centralCoverage = Uniformity.adjusted(
      (0..<ranks.parameterCount).map { ranks.centralCoverage(of: $0).uniformity })
  }

  /// Probability of a parameter's ranks if all parameters are calibrated: the smallest one of the three tests,
  /// corrected for the number of parameters and for the three tests.
  public func pValue(of parameter: Int) -> Double {
    let tests = [kolmogorovSmirnov, chiSquare, centralCoverage].map { $0[parameter].adjustedPValue }
    return min(1, 3 * (tests.min() ?? 1))
  }

  /// Numbers of the parameters whose ranks are not uniform at a level: with a calibrated posterior there are any in no
  /// more than that share of all cases.
  public func miscalibrated(at level: Double = 0.05) -> [Int] {
    (0..<ranks.parameterCount).filter { pValue(of: $0) < level }
  }
}
