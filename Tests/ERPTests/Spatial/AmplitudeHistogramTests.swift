import Foundation
import TestSupport
import Testing

@testable import ERP

@Suite("Robust statistics")
struct AmplitudeHistogramTests {
  @Test("Quantiles by MATLAB's rule, against values of its manual")
  func quantiles() {
    let sorted = [1.0, 2, 4, 5, 10]
    #expect(RobustStatistics.quantile(sorted, 0.5) == 4)
    #expect(RobustStatistics.quantile(sorted, 0.1) == 1 && RobustStatistics.quantile(sorted, 0) == 1)
    #expect(abs(RobustStatistics.quantile(sorted, 0.25) - 1.75) < 1e-15)
    #expect(RobustStatistics.quantile(sorted, 0.9) == 10 && RobustStatistics.quantile(sorted, 1) == 10)
    #expect(RobustStatistics.quantile([], 0.5).isNaN && RobustStatistics.quantile([7], 0.9) == 7)
    #expect(RobustStatistics.median([4, 1, 3, 2]) == 2.5)
  }

  /// Sums of uniform numbers, near enough to normal, of some scale and mean.
  private static func samples(_ seed: Int) -> [Double] {
    var generator = SplitMix64(seed: UInt64(seed))
    let scale = pow(10, Double.random(in: -7 ... -3, using: &generator))
    let mean = Double.random(in: -1...1, using: &generator) * scale
    let count = Int.random(in: 2000...20_000, using: &generator)
    return (0..<count).map { _ in
      mean + scale * (0..<4).reduce(0) { sum, _ in sum + Double.random(in: -1...1, using: &generator) }
    }
  }

  @Test("Binned statistics are right to a bin's width", arguments: 0..<12)
  func statistics(_ seed: Int) {
    let values = Self.samples(seed)
    var histogram = AmplitudeHistogram()
    for value in values { histogram.add(value) }
    let sorted = values.sorted()
    for part in [0.02, 0.25, 0.5, 0.75, 0.98] {
      let exact = RobustStatistics.quantile(sorted, part)
      #expect(abs(histogram.quantile(part) - exact) <= abs(exact) / 512, "\(part)")
    }
    let range = RobustStatistics.quantile(sorted, 0.75) - RobustStatistics.quantile(sorted, 0.25)
    #expect(abs(histogram.robustDeviation / (0.7413 * range) - 1) < 1e-3)
    let median = RobustStatistics.median(values)
    let distance = RobustStatistics.median(values.map { abs($0 - median) })
    #expect(abs(histogram.medianAbsoluteDeviation / distance - 1) < 2e-3)
  }

  @Test("Values beyond the bins count as zero or as the largest")
  func extremes() {
    var histogram = AmplitudeHistogram()
    #expect(histogram.quantile(0.5).isNaN && histogram.medianAbsoluteDeviation.isNaN)
    for value in [0.0, 1e-12, -1e-12, -0.0, 4e-300] { histogram.add(value) }
    #expect(histogram.quantile(0.5) == 0 && histogram.robustDeviation == 0 && histogram.medianAbsoluteDeviation == 0)
    for _ in 0..<50 { histogram.add(1e9) }
    for _ in 0..<50 { histogram.add(-1e9) }
    #expect(histogram.total == 105)
    #expect(abs(histogram.quantile(1) - 1) < 0.01 && abs(histogram.quantile(0) + 1) < 0.01)
  }

  @Test("Robust scores leave an outlier outside")
  func scores() throws {
    let values = [1.0, 2, 3, 4, 5, 6, 7, 8, 1000]
    let scores = try #require(RobustStatistics.rangeScores(values))
    // Quartiles 2.75 and 7.25, median 5.
    #expect(abs(scores[8] - 995 / (0.7413 * 4.5)) < 1e-9 && scores[4] == 0)
    let distances = try #require(RobustStatistics.distanceScores(values))
    #expect(abs(distances[0] + 4 / (1.4826 * 2)) < 1e-12)
    #expect(RobustStatistics.rangeScores([1, 1, 1, 1, 1, 1, 1, 9]) == nil)
    #expect(RobustStatistics.distanceScores([1, 1, 1, 1, 9]) == nil)
  }
}
