import EEGCore

/// Interpolation of potentials on the head by spherical splines.
///
/// Source: Perrin, Pernier, Bertrand and Echallier 1989, "Spherical splines for scalp potential and current density
/// mapping", with MNE-Python's settings: splines of order 4, 50 Legendre terms, and 1e-5 on the diagonal.
public enum SphericalSpline {
  /// Order of the spline, m in Perrin's equation 3.
  private static let stiffness = 4
  private static let legendreTerms = 50
  /// Added to the diagonal, so that channels with noise are not followed exactly.
  private static let regularization = 1e-5

  /// The matrix that turns potentials of some electrodes into those expected at others.
  ///
  /// Every row sums to 1, so a reference that all electrodes share is kept. Compare MNE-Python's
  /// `channels.interpolation._make_interpolation_matrix`.
  ///
  /// - Parameters:
  ///   - good: Where potentials are known [m].
  ///   - bad: Where they are wanted [m].
  ///   - origin: Centre of the sphere [m] on which all electrodes are projected; see ``HeadSphere``.
  /// - Returns: Shape `[bad, good]`.
  /// - Throws: ``ERPError``, code `noElectrodePositions`, when there is no good electrode, and for an electrode at the
  ///   origin or at a position that is not finite.
  public static func matrix(from good: [Position], to bad: [Position], origin: Position) throws -> Matrix {
    guard !good.isEmpty else {
      throw ERPError(code: .noElectrodePositions, message: "there is no good electrode to interpolate from")
    }
    let (from, to) = (try good.map { try direction($0, origin) }, try bad.map { try direction($0, origin) })
    let count = from.count
    // The splines' weights sum to zero; the last row and column see to that and give the constant term.
    var system = Matrix(rows: count + 1, columns: count + 1)
    for row in 0..<count {
      for column in 0..<row {
        system[row, column] = spline(dot(from[row], from[column]))
        system[column, row] = system[row, column]
      }
      system[row, row] = spline(dot(from[row], from[row])) + regularization
      (system[row, count], system[count, row]) = (1, 1)
    }
    guard let eigen = SymmetricEigen(system) else {
      throw ERPError(code: .noElectrodePositions, message: "the electrode positions allow no interpolation; check them")
    }
    // The limit of scipy.linalg.pinv.
    let inverse = eigen.pseudoInverse(tolerance: Double(count + 1) * Double.ulpOfOne)
    var matrix = Matrix(rows: to.count, columns: count)
    for (row, wanted) in to.enumerated() {
      let terms = from.map { spline(dot(wanted, $0)) } + [1]
      for (index, term) in terms.enumerated() {
        for column in 0..<count { matrix[row, column] += term * inverse[index, column] }
      }
    }
    return matrix
  }

  /// The unit vector from the origin to an electrode.
  private static func direction(_ position: Position, _ origin: Position) throws -> SIMD3<Double> {
    let vector = SIMD3(position.x - origin.x, position.y - origin.y, position.z - origin.z)
    let length = dot(vector, vector).squareRoot()
    guard length.isFinite, length > 0 else {
      throw ERPError(
        code: .noElectrodePositions,
        message:
          "the electrode position (\(position.x), \(position.y), \(position.z)) m has no direction from the centre "
          + "of the head; correct it or leave the channel out")
    }
    return vector / length
  }

  private static func dot(_ first: SIMD3<Double>, _ second: SIMD3<Double>) -> Double { (first * second).sum() }

  /// The function g of Perrin's equation 3, of the cosine of an angle, summed by Clenshaw's recurrence.
  private static func spline(_ cosine: Double) -> Double {
    var (next, afterNext) = (0.0, 0.0)
    for degree in stride(from: legendreTerms, to: 0, by: -1) {
      let n = Double(degree)
      // P(n+1) = ((2n + 1) x P(n) - n P(n-1)) / (n + 1)
      let value = factors[degree - 1] + (2 * n + 1) / (n + 1) * cosine * next - (n + 1) / (n + 2) * afterNext
      (next, afterNext) = (value, next)
    }
    // The term of degree 0 is left out.
    return cosine * next - afterNext / 2
  }

  /// `(2n + 1) / (4 pi n^m (n + 1)^m)` for n = 1, 2, ...
  private static let factors: [Double] = (1...legendreTerms).map { degree in
    let n = Double(degree)
    var product = 1.0
    for _ in 0..<stiffness { product *= n * (n + 1) }
    return (2 * n + 1) / (4 * .pi * product)
  }
}
