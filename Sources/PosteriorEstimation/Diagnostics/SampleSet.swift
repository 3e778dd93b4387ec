/// Several samples of as many values each: draws, embeddings.
public struct SampleSet: Hashable, Sendable {
  /// Shape `[sample, dimension]`.
  public let values: [Double]
  /// Values of a sample.
  public let dimensions: Int

  /// Number of samples.
  public var count: Int { values.count / dimensions }

  /// Samples of `dimensions` values each, one behind the other.
  ///
  /// - Throws: ``DiagnosticError``, code `shapeDiffers` if the numbers are no whole samples, `tooFewSamples` without a
  ///   sample, `notFinite` for a value that is infinite or not a number.
  public init(_ values: [Double], dimensions: Int) throws(DiagnosticError) {
    precondition(dimensions > 0, "a sample has a value")
    guard values.count % dimensions == 0 else {
      throw DiagnosticError(
        code: .shapeDiffers,
        message: "\(values.count) values are no whole number of samples with \(dimensions) values each")
    }
    guard !values.isEmpty else {
      throw DiagnosticError(code: .tooFewSamples, message: "a set of samples is empty")
    }
    try Finite.check(values, shape: [values.count / dimensions, dimensions], axes: ["sample", "value"], of: "samples")
    (self.values, self.dimensions) = (values, dimensions)
  }

  /// Embeddings in single precision, as networks give them; shape `[sample, dimension]`.
  public init(embeddings values: [Float], dimensions: Int) throws(DiagnosticError) {
    try self.init(values.map(Double.init), dimensions: dimensions)
  }

  /// Mean and standard deviation (divisor: count - 1) of every dimension; exact for one that is constant.
  func moments() -> (means: [Double], deviations: [Double]) {
    // The first sample as origin, so that constants have differences of exactly 0.
    var shifts = [Double](repeating: 0, count: dimensions)
    var squares = shifts
    for sample in 0..<count {
      for k in 0..<dimensions { shifts[k] += values[sample * dimensions + k] - values[k] }
    }
    for k in 0..<dimensions { shifts[k] /= Double(count) }
    for sample in 0..<count {
      for k in 0..<dimensions {
        let difference = values[sample * dimensions + k] - values[k] - shifts[k]
        squares[k] += difference * difference
      }
    }
    return (
      (0..<dimensions).map { values[$0] + shifts[$0] },
      squares.map { count > 1 ? ($0 / Double(count - 1)).squareRoot() : 0 }
    )
  }

  /// Refuses sets of unlike samples.
  static func checkPair(_ first: SampleSet, _ second: SampleSet, least: Int) throws(DiagnosticError) {
    guard first.dimensions == second.dimensions else {
      throw DiagnosticError(
        code: .shapeDiffers,
        message: "samples of \(first.dimensions) and of \(second.dimensions) values cannot be compared; choose the "
          + "same parameters in both sets")
    }
    guard min(first.count, second.count) >= least else {
      throw DiagnosticError(
        code: .tooFewSamples,
        message: "sets of \(first.count) and \(second.count) samples are too small to be compared; \(least) of each "
          + "are needed at least")
    }
  }
}
