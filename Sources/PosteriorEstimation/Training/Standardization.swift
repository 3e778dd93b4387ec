import EEGCore
import Foundation

/// Values less a mean, divided by a standard deviation: what was found on the training split alone.
public struct Standardization: Hashable, Codable, Sendable {
  /// One a value.
  public var mean: [Double]
  /// One a value, above 0.
  public var deviation: [Double]

  /// A standardization that is known.
  public init(mean: [Double], deviation: [Double]) { (self.mean, self.deviation) = (mean, deviation) }

  /// Log of the volume of values by that of standardized ones.
  public var logVolume: Double { deviation.reduce(0) { $0 + log($1) } }
}

/// How data are brought to a size near 1 before an embedding.
public enum DataScaling: String, Hashable, Sendable, NamedChoice {
  /// They stay.
  case none
  /// Each value by its own mean and standard deviation: for features.
  case independent
  /// All values by one mean and standard deviation: for series, whose shape in time stays.
  case structured
}

/// Means and deviations of rows, found in one pass (Welford 1962).
struct RunningMoments {
  private(set) var count = 0
  private var mean: [Double]
  private var squares: [Double]

  init(count width: Int) {
    (mean, squares) = (Array(repeating: 0, count: width), Array(repeating: 0, count: width))
  }

  mutating func add(_ row: some Collection<Double>) {
    count += 1
    for (place, value) in row.enumerated() {
      let difference = value - mean[place]
      mean[place] += difference / Double(count)
      squares[place] += difference * (value - mean[place])
    }
  }

  /// By value; a deviation of 0 becomes 1, so that what never changes is 0.
  var independent: Standardization {
    Standardization(
      mean: mean, deviation: squares.map { $0 > 0 ? ($0 / Double(max(1, count))).squareRoot() : 1 })
  }

  /// Over all values together.
  var structured: Standardization {
    let (width, rows) = (Double(mean.count), Double(max(1, count)))
    let center = mean.reduce(0, +) / width
    let within = squares.reduce(0, +) / rows / width
    let between = mean.reduce(0) { $0 + ($1 - center) * ($1 - center) } / width
    let deviation = (within + between).squareRoot()
    return Standardization(
      mean: mean.map { _ in center }, deviation: mean.map { _ in deviation > 0 ? deviation : 1 })
  }
}
