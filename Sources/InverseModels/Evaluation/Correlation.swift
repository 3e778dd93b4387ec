import EvokeNumerics
import Foundation

/// How two lists of numbers go together.
public enum Correlation {
  /// Pearson's correlation; NaN if one of the lists has the same number everywhere or fewer than two.
  public static func pearson(_ first: [Double], _ second: [Double]) -> Double {
    precondition(first.count == second.count, "both lists have the same length")
    let (firstMean, secondMean) = (mean(first), mean(second))
    var (product, firstSquare, secondSquare) = (0.0, 0.0, 0.0)
    for (a, b) in zip(first, second) {
      product += (a - firstMean) * (b - secondMean)
      firstSquare += (a - firstMean) * (a - firstMean)
      secondSquare += (b - secondMean) * (b - secondMean)
    }
    guard firstSquare > 0, secondSquare > 0 else { return .nan }
    return max(-1, min(1, product / (firstSquare.squareRoot() * secondSquare.squareRoot())))
  }

  /// Spearman's correlation: Pearson's of the ranks, equal numbers sharing the mean of theirs.
  public static func spearman(_ first: [Double], _ second: [Double]) -> Double {
    pearson(ranks(first), ranks(second))
  }

  /// Confidence interval of a correlation by Fisher's transformation, as `scipy.stats.pearsonr` has it.
  ///
  /// - Parameters:
  ///   - correlation: Of `count` pairs.
  ///   - level: Such as 0.95.
  /// - Returns: Both ends; -1 and 1 for three pairs and fewer.
  public static func interval(
    of correlation: Double, count: Int, level: Double = 0.95
  ) -> (lower: Double, upper: Double) {
    guard count > 3 else { return (-1, 1) }
    let reach = StandardNormal.quantile((1 + level) / 2) / Double(count - 3).squareRoot()
    return (tanh(atanh(correlation) - reach), tanh(atanh(correlation) + reach))
  }

  /// The coefficient of determination, R²: 1 minus the squared error of the estimates over that of the mean of the truth.
  ///
  /// - Returns: NaN or minus infinity if the truth is the same everywhere.
  public static func determination(estimates: [Double], truth: [Double]) -> Double {
    precondition(estimates.count == truth.count, "both lists have the same length")
    let mean = mean(truth)
    func squares(_ value: (Int) -> Double) -> Double {
      truth.indices.reduce(0) { $0 + (value($1) - truth[$1]) * (value($1) - truth[$1]) }
    }
    return 1 - squares { estimates[$0] } / squares { _ in mean }
  }

  /// Ranks from 1 on; equal numbers have the mean of theirs.
  static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var first = 0
    while first < order.count {
      var last = first
      while last + 1 < order.count, values[order[last + 1]] == values[order[first]] { last += 1 }
      for place in first...last { ranks[order[place]] = Double(first + last) / 2 + 1 }
      first = last + 1
    }
    return ranks
  }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
}
