/// The sphere that lies nearest to the electrodes of a head.
public struct HeadSphere: Hashable, Sendable {
  /// Its centre [m].
  public var center: Position
  /// Its radius [m].
  public var radius: Double

  /// A sphere; centre and radius in metres.
  public init(center: Position, radius: Double) {
    self.center = center
    self.radius = radius
  }

  /// Fits a sphere to electrodes by linear least squares.
  ///
  /// The squared distance from the origin is linear in the centre, `|p|² = 2 p·c + (r² - |c|²)`. Electrodes low in
  /// front (z below 0 and y above 0, on the face) are left out. Source: MNE-Python's `bem._fit_sphere` and
  /// `get_fitting_dig`, with which MNE centres the electrodes of `interpolate_bads(origin="auto")`.
  ///
  /// - Parameter positions: In metres, of all electrodes, bad ones too.
  /// - Throws: ``ElectrodeError``, code `tooFewPositions`, for fewer than 4 usable ones and for numbers that are not
  ///   finite.
  public init(fitting positions: [Position]) throws(ElectrodeError) {
    let used = positions.filter { !($0.z < -1e-6 && $0.y > 1e-6) }
    guard used.count >= 4, used.allSatisfy({ $0.x.isFinite && $0.y.isFinite && $0.z.isFinite }) else {
      throw ElectrodeError(
        code: .tooFewPositions,
        message: "a sphere needs 4 electrodes with a position that are not on the face; there are \(used.count)")
    }
    var normal = Matrix(rows: 4, columns: 4)
    var right = [Double](repeating: 0, count: 4)
    for p in used {
      let row = [2 * p.x, 2 * p.y, 2 * p.z, 1]
      let squared = p.x * p.x + p.y * p.y + p.z * p.z
      for (i, first) in row.enumerated() {
        right[i] += first * squared
        for (j, second) in row.enumerated() { normal[i, j] += first * second }
      }
    }
    guard let eigen = SymmetricEigen(normal) else {
      throw ElectrodeError(code: .tooFewPositions, message: "no sphere fits the electrode positions; check their units")
    }
    // Of the normal equations, so the square of MNE's limit of 1e-6 on singular values.
    let inverse = eigen.pseudoInverse(tolerance: 1e-12)
    let solution = (0..<4).map { row in (0..<4).reduce(0) { $0 + inverse[row, $1] * right[$1] } }
    center = Position(x: solution[0], y: solution[1], z: solution[2])
    radius =
      (solution[0] * solution[0] + solution[1] * solution[1] + solution[2] * solution[2] + solution[3]).squareRoot()
  }
}
