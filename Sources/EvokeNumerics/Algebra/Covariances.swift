/// Covariance matrices one behind the other.
package enum Covariances {
  /// Roots of the diagonals; NaN where a variance is negative.
  ///
  /// - Parameters:
  ///   - matrices: Shape `[matrix, d, d]`.
  ///   - d: Rows of a matrix.
  /// - Returns: Shape `[matrix, d]`.
  package static func deviations(_ matrices: [Double], size d: Int) -> [Double] {
    precondition(d > 0 && matrices.count % (d * d) == 0, "matrices have \(d) x \(d) values each")
    return (0..<matrices.count / d).map { matrices[$0 * d + $0 % d].squareRoot() }
  }
}
