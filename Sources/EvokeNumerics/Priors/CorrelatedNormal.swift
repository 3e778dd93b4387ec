/// A normal distribution of several parameters that depend on each other.
public struct CorrelatedNormal: Hashable, Sendable {
  /// Shape `[d]`.
  public let mean: [Double]
  /// Shape `[d, d]`, symmetric and positive definite.
  public let covariance: [[Double]]
  /// Cholesky's lower triangle L with L Lᵀ = covariance, row-major.
  private let factor: [Double]

  /// A normal distribution by mean and covariance.
  ///
  /// - Throws: ``NumericsError``, code `invalidDistribution`, if shapes disagree, values are not finite, or the
  ///   covariance is not symmetric (to 1e-12 of its scale) and positive definite.
  public init(mean: [Double], covariance: [[Double]]) throws(NumericsError) {
    func refuse(_ problem: String) -> NumericsError { NumericsError(code: .invalidDistribution, message: problem) }
    let count = mean.count
    guard count > 0, covariance.count == count, covariance.allSatisfy({ $0.count == count }) else {
      throw refuse("a normal distribution of \(count) parameters needs a covariance of as many rows and columns")
    }
    guard mean.allSatisfy(\.isFinite), covariance.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
      throw refuse("mean and covariance of a normal distribution must be finite")
    }
    var factor = [Double](repeating: 0, count: count * count)
    for row in 0..<count {
      for column in 0...row {
        let (value, twin) = (covariance[row][column], covariance[column][row])
        guard abs(value - twin) <= 1e-12 * max(abs(value), abs(twin)) else {
          throw refuse("the covariance is not symmetric at row \(row) and column \(column): \(value) and \(twin)")
        }
        var rest = value
        for k in 0..<column { rest -= factor[row * count + k] * factor[column * count + k] }
        if row == column {
          // What is left of a variance is noise of rounding below this.
          guard rest > 1e-14 * value, value > 0 else {
            throw refuse(
              "the covariance is not positive definite: parameter \(row) is a combination of those before it")
          }
          factor[row * count + row] = rest.squareRoot()
        } else {
          factor[row * count + column] = rest / factor[column * count + column]
        }
      }
    }
    (self.mean, self.covariance, self.factor) = (mean, covariance, factor)
  }

  /// Number of parameters.
  public var count: Int { mean.count }

  /// Turns uniform numbers, from a place on, into a draw: mean + L z, where z are their normal quantiles.
  func draw(replacing values: inout [Double], from start: Int) {
    for index in 0..<count { values[start + index] = StandardNormal.quantile(values[start + index]) }
    values.withUnsafeMutableBufferPointer { color($0, from: start) }
  }

  /// Turns independent standard normal numbers z, from a place on, into mean + L z.
  package func color(_ values: UnsafeMutableBufferPointer<Double>, from start: Int) {
    // From the last row up, since a row needs the normal numbers before it.
    for row in stride(from: count - 1, through: 0, by: -1) {
      var sum = mean[row]
      for column in 0...row { sum += factor[row * count + column] * values[start + column] }
      values[start + row] = sum
    }
  }

  /// Turns values, from a place on, into the independent standard normal numbers z of which they are mean + L z.
  package func whiten(_ values: inout [Double], from start: Int) {
    for row in 0..<count {
      var rest = values[start + row] - mean[row]
      for column in 0..<row { rest -= factor[row * count + column] * values[start + column] }
      values[start + row] = rest / factor[row * count + row]
    }
  }

  /// Log of the volume by which L multiplies: half the log of the covariance's determinant.
  package var logVolume: Double { (0..<count).reduce(0) { $0 + Elementary.log(factor[$1 * count + $1]) } }

  /// Log of the density at a point, whose integral is one.
  public func logDensity(_ values: some Collection<Double>) -> Double {
    precondition(values.count == count, "a density needs one value a parameter")
    var whitened = Array(values)
    whiten(&whitened, from: 0)
    return whitened.reduce(-logVolume) { $0 - 0.5 * $1 * $1 - StandardNormal.logNormalizer }
  }
}

extension CorrelatedNormal: Codable {
  private enum CodingKeys: String, CodingKey { case mean, covariance }

  /// Reads and validates a distribution.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      mean: values.decode([Double].self, forKey: .mean), covariance: values.decode([[Double]].self, forKey: .covariance)
    )
  }
}
