/// A covariance that is drawn towards a multiple of the identity, the more the fewer samples there are.
///
/// Source: Ledoit and Wolf 2004, "A well-conditioned estimator for large-dimensional covariance matrices", Journal of
/// Multivariate Analysis 88, 365-411; `sklearn.covariance.ledoit_wolf` is the same function.
struct ShrunkCovariance: Hashable, Sendable {
  /// Number of dimensions.
  let dimensions: Int
  /// Weight of the identity, from 0 to 1.
  let shrinkage: Double
  /// Shape `[d, d]`.
  let values: [Double]

  /// The covariance (divisor: count) of samples whose mean is 0, shape `[count, d]`.
  init(centred samples: [Double], dimensions d: Int) {
    let count = samples.count / d
    var sums = [Double](repeating: 0, count: d * d)
    var fourth = 0.0
    samples.withUnsafeBufferPointer { samples in
      sums.withUnsafeMutableBufferPointer { sums in
        for start in stride(from: 0, to: samples.count, by: d) {
          var square = 0.0
          for row in 0..<d {
            let value = samples[start + row]
            square += value * value
            for column in 0...row { sums[row * d + column] += value * samples[start + column] }
          }
          fourth += square * square
        }
      }
    }
    let n = Double(count)
    var values = sums.map { $0 / n }
    for row in 0..<d {
      for column in 0..<row { values[column * d + row] = values[row * d + column] }
    }
    let mean = (0..<d).reduce(0) { $0 + values[$1 * d + $1] } / Double(d)
    let squares = values.reduce(0) { $0 + $1 * $1 }
    let distance = squares - Double(d) * mean * mean
    let error = (fourth / n - squares) / n
    // A multiple of the identity is its own target.
    shrinkage = distance > 0 ? min(1, max(0, error) / distance) : 0
    for row in 0..<d {
      for column in 0..<d {
        values[row * d + column] = (1 - shrinkage) * values[row * d + column] + (row == column ? shrinkage * mean : 0)
      }
    }
    (dimensions, self.values) = (d, values)
  }
}
