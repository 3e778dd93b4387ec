/// By what the sum of squared deviations is divided.
public enum VarianceDivisor: String, Codable, CaseIterable, Hashable, Sendable {
  /// The number of values, as numpy's `std` and MNE-Python.
  case population = "n"
  /// One less than the number of values, as MATLAB's `std`, ERPLAB, FieldTrip and R's `sd`.
  case sample = "n-1"

  /// The divisor for so many values.
  public func degreesOfFreedom(_ count: Double) -> Double { self == .population ? count : count - 1 }

  /// The standard deviation.
  ///
  /// - Parameter values: In any unit; summed in their order, so that the same values give the same bits.
  /// - Returns: In the same unit; NaN when there is no value, or a single one and the divisor is `sample`.
  public func standardDeviation(of values: some Collection<Double>) -> Double {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / degreesOfFreedom(count)).squareRoot()
  }
}
