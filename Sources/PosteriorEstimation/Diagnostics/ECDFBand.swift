import EvokeNumerics
import Foundation

/// Where the distribution function of uniform numbers stays, at all places together, with a given probability.
///
/// At each place z the number of values below it is binomial. The band lies between its quantiles γ/2 and 1 - γ/2, with
/// the largest γ for which a whole path stays inside with the wanted probability.
///
/// Source: Säilynoja, Bürkner and Vehtari 2022, "Graphical test for discrete uniformity and its applications in
/// goodness-of-fit evaluation and multiple sample comparison", Statistics and Computing 32, 32. Their probability of a
/// path is a recursion over binomial steps; here the steps are Poisson's, of one mean, given that they add up to the
/// number of values, which is the same law.
public struct ECDFBand: Hashable, Sendable {
  /// Number of values.
  public let count: Int
  /// Probability with which the whole function of uniform numbers stays inside; at least that asked for.
  public let coverage: Double
  /// Probability γ of leaving the band at a single place.
  public let pointwise: Double
  /// Places, i / K for i = 1 ..< K.
  public let places: [Double]
  /// Fewest values at or below each place, as share of all.
  public let lower: [Double]
  /// Most values at or below each place, as share of all.
  public let upper: [Double]

  /// The band for a number of uniform values.
  ///
  /// - Parameters:
  ///   - count: Number of values, at least one.
  ///   - level: Probability of staying inside, in (0, 1).
  ///   - cells: Cells K between the places; as many as values but at most 100 unless given.
  public init(count: Int, level: Double = 0.95, cells: Int? = nil) {
    precondition(count > 0, "a distribution function has a value")
    precondition(level > 0 && level < 1, "a probability lies between 0 and 1")
    let cells = cells ?? min(100, max(2, count))
    precondition(cells > 1, "a band has a place")
    let paths = UniformPaths(count: count, cells: cells)
    // Leaving somewhere is no rarer than leaving at one place, and no more frequent than at all of them together.
    var (low, high) = (0.5 * (1 - level) / Double(cells), min(1, 2 * (1 - level)))
    for _ in 0..<40 {
      let middle = 0.5 * (low + high)
      if paths.probability(inside: paths.limits(pointwise: middle)) >= level { low = middle } else { high = middle }
    }
    // The probability falls in steps. Just before one, rounding would decide which limits move.
    low *= 1 - 1e-9
    let limits = paths.limits(pointwise: low)
    (self.count, pointwise) = (count, low)
    coverage = paths.probability(inside: limits)
    places = (1..<cells).map { Double($0) / Double(cells) }
    lower = limits.map { Double($0.lowerBound) / Double(count) }
    upper = limits.map { Double($0.upperBound) / Double(count) }
  }

  /// The distribution function of some values at ``places``.
  public func distribution(of positions: [Double]) -> [Double] {
    let sorted = positions.sorted()
    return places.map { place in Double(sorted.countOfFirst { $0 <= place }) / Double(sorted.count) }
  }

  /// Whether the distribution function of as many values stays inside everywhere.
  public func contains(_ positions: [Double]) -> Bool {
    precondition(positions.count == count, "the band is one of \(count) values")
    let distribution = distribution(of: positions)
    return places.indices.allSatisfy { distribution[$0] >= lower[$0] && distribution[$0] <= upper[$0] }
  }
}

extension Array {
  /// Number of the first elements that satisfy a condition, which no element behind them does.
  func countOfFirst(where holds: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// Paths of the number of uniform values below i / K, for i = 1 ..< K.
private struct UniformPaths {
  let count: Int
  let cells: Int
  /// Probability of at most k values below place i, shape `[place, k]`.
  private let cumulative: [[Double]]
  /// Probability of k values in a cell, for a Poisson number of mean count / K.
  private let steps: [Double]
  /// Probability that a Poisson number of mean count is the count.
  private let total: Double

  init(count: Int, cells: Int) {
    (self.count, self.cells) = (count, cells)
    let n = Double(count)
    let logFactorials = (0...count).map { GammaFunction.log(Double($0) + 1) }
    cumulative = (1..<cells).map { place in
      let share = Double(place) / Double(cells)
      let (inside, outside) = (log(share), log1p(-share))
      var sum = 0.0
      return (0...count).map { k in
        let ways = logFactorials[count] - logFactorials[k] - logFactorials[count - k]
        sum += exp(ways + Double(k) * inside + Double(count - k) * outside)
        return sum
      }
    }
    let mean = n / Double(cells)
    steps = (0...count).map { exp(Double($0) * log(mean) - mean - logFactorials[$0]) }
    total = exp(n * log(n) - n - logFactorials[count])
  }

  /// Quantiles γ/2 and 1 - γ/2 of the number of values below each place.
  func limits(pointwise: Double) -> [ClosedRange<Int>] {
    cumulative.map { sums in
      let low = min(sums.countOfFirst { $0 < 0.5 * pointwise }, count)
      return low...max(low, min(sums.countOfFirst { $0 < 1 - 0.5 * pointwise }, count))
    }
  }

  /// Probability that the number of values is within its limits below every place.
  func probability(inside limits: [ClosedRange<Int>]) -> Double {
    var (range, path) = (0...0, [1.0])
    for next in limits + [count...count] {
      path = next.map { target in
        var sum = 0.0
        for (offset, probability) in path.enumerated() where target >= range.lowerBound + offset {
          sum += probability * steps[target - range.lowerBound - offset]
        }
        return sum
      }
      range = next
    }
    return path[0] / total
  }
}
