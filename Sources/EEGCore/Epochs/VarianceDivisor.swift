/// What the sum of squares is divided by for a variance.
public enum VarianceDivisor: String, Hashable, Sendable, Codable, CaseIterable {
  /// N, as MNE-Python and numpy.
  case population = "n"
  /// N - 1, as ERPLAB, FieldTrip and R.
  case sample = "n-1"

  /// The divisor for so many values; 0 for a single one with `sample`, whose variance is not known.
  public func degreesOfFreedom(_ count: Double) -> Double { self == .population ? count : count - 1 }

  /// The standard deviation of some values, in their unit; NaN when there are too few.
  public func standardDeviation(_ values: [Double]) -> Double {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / degreesOfFreedom(count)).squareRoot()
  }
}
