/// Eigenvalues and eigenvectors of a real symmetric matrix: `A = V diag(values) Vᵀ`.
///
/// Householder reflections make the matrix tridiagonal, implicit QL steps make it diagonal. Eigenvalues are exact to a
/// few units of rounding of the largest one. Source: the procedures tred2 and tql2 of Bowdler, Martin, Reinsch and
/// Wilkinson 1968, Numerische Mathematik 11, 293-306.
package struct SymmetricEigen: Sendable {
  /// In ascending order.
  package private(set) var values: [Double]
  /// Orthonormal, row k for value k; shape `[value, component]`.
  package private(set) var vectors: Matrix

  /// Decomposes a matrix, of which only the lower triangle is read; its values must be finite.
  ///
  /// - Returns: Nil when the QL steps do not converge, which has not been seen with finite values.
  package init?(_ matrix: Matrix) {
    precondition(matrix.rows == matrix.columns, "only square matrices have eigenvalues")
    precondition(matrix.values.allSatisfy(\.isFinite), "eigenvalues need finite numbers")
    var reduction = Tridiagonal(matrix)
    guard reduction.diagonalize() else { return nil }
    let order = reduction.diagonal.indices.sorted { reduction.diagonal[$0] < reduction.diagonal[$1] }
    values = order.map { reduction.diagonal[$0] }
    vectors = Matrix(rows: matrix.rows, columns: matrix.rows)
    for (row, source) in order.enumerated() {
      for component in order.indices { vectors[row, component] = reduction.rows[source * matrix.rows + component] }
    }
  }

  /// The Moore-Penrose inverse.
  ///
  /// - Parameter tolerance: Eigenvalues whose magnitude is not above this part of the largest count as zero.
  package func pseudoInverse(tolerance: Double) -> Matrix {
    let count = values.count
    let limit = tolerance * (values.map { abs($0) }.max() ?? 0)
    var inverse = Matrix(rows: count, columns: count)
    for (index, value) in values.enumerated() where abs(value) > limit {
      let vector = vectors[row: index]
      for (row, first) in vector.enumerated() {
        let weight = first / value
        for (column, second) in vector.enumerated() { inverse[row, column] += weight * second }
      }
    }
    return inverse
  }
}

/// A symmetric matrix on its way to diagonal form.
private struct Tridiagonal {
  /// The transposed product of all transformations so far, row-major; each row becomes an eigenvector.
  var rows: [Double]
  var diagonal: [Double]
  /// Place k holds the element between k - 1 and k; place 0 is zero.
  private var offDiagonal: [Double]
  private let count: Int

  /// Reduces by Householder reflections, from the last row on (tred2).
  init(_ matrix: Matrix) {
    let count = matrix.rows
    var a = matrix.values
    var (d, e) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
    var scales = d
    for row in stride(from: count - 1, to: 0, by: -1) {
      // The row left of the diagonal is reflected onto its last element.
      var scale = 0.0
      for k in 0..<row { scale += abs(a[row * count + k]) }
      guard scale > 0, row > 1 else {
        e[row] = a[row * count + row - 1]
        continue
      }
      var norm = 0.0
      for k in 0..<row {
        a[row * count + k] /= scale
        norm += a[row * count + k] * a[row * count + k]
      }
      let last = a[row * count + row - 1]
      let root = last >= 0 ? -norm.squareRoot() : norm.squareRoot()
      e[row] = scale * root
      norm -= last * root
      a[row * count + row - 1] = last - root
      scales[row] = norm
      var sum = 0.0
      for j in 0..<row {
        // Column `row` keeps the scaled vector for the product of reflections below.
        a[j * count + row] = a[row * count + j] / norm
        var product = 0.0
        for k in 0...j { product += a[j * count + k] * a[row * count + k] }
        for k in stride(from: j + 1, to: row, by: 1) { product += a[k * count + j] * a[row * count + k] }
        e[j] = product / norm
        sum += e[j] * a[row * count + j]
      }
      let half = sum / (norm + norm)
      for j in 0..<row {
        let f = a[row * count + j]
        e[j] -= half * f
        let g = e[j]
        for k in 0...j { a[j * count + k] -= f * e[k] + g * a[row * count + k] }
      }
    }
    // The product of all reflections, from the first on.
    for row in 0..<count {
      if scales[row] != 0 {
        for j in 0..<row {
          var product = 0.0
          for k in 0..<row { product += a[row * count + k] * a[k * count + j] }
          for k in 0..<row { a[k * count + j] -= product * a[k * count + row] }
        }
      }
      d[row] = a[row * count + row]
      a[row * count + row] = 1
      for j in 0..<row {
        a[j * count + row] = 0
        a[row * count + j] = 0
      }
    }
    // Transposed, so that the QL steps turn whole rows.
    rows = [Double](repeating: 0, count: count * count)
    for row in 0..<count {
      for column in 0..<count { rows[column * count + row] = a[row * count + column] }
    }
    (diagonal, offDiagonal, self.count) = (d, e, count)
  }

  /// Implicit QL steps until nothing is left beside the diagonal (tql2); false when they do not converge.
  mutating func diagonalize() -> Bool {
    guard count > 1 else { return true }
    offDiagonal.removeFirst()
    offDiagonal.append(0)
    for low in 0..<count {
      var steps = 0
      while true {
        var high = low
        while high < count - 1 {
          let scale = abs(diagonal[high]) + abs(diagonal[high + 1])
          if abs(offDiagonal[high]) <= Double.ulpOfOne / 2 * scale { break }
          high += 1
        }
        if high == low { break }
        steps += 1
        guard steps <= 60 else { return false }
        step(low, high)
      }
    }
    return true
  }

  /// One QL step with Wilkinson's shift on the block `low ... high`.
  private mutating func step(_ low: Int, _ high: Int) {
    var g = (diagonal[low + 1] - diagonal[low]) / (2 * offDiagonal[low])
    var r = hypotenuse(g, 1)
    g = diagonal[high] - diagonal[low] + offDiagonal[low] / (g + (g >= 0 ? r : -r))
    var (sine, cosine, shift) = (1.0, 1.0, 0.0)
    for index in stride(from: high - 1, through: low, by: -1) {
      let f = sine * offDiagonal[index]
      let b = cosine * offDiagonal[index]
      r = hypotenuse(f, g)
      offDiagonal[index + 1] = r
      guard r != 0 else {
        // The block falls apart here.
        diagonal[index + 1] -= shift
        offDiagonal[high] = 0
        return
      }
      (sine, cosine) = (f / r, g / r)
      g = diagonal[index + 1] - shift
      r = (diagonal[index] - g) * sine + 2 * cosine * b
      shift = sine * r
      diagonal[index + 1] = g + shift
      g = cosine * r - b
      for k in 0..<count {
        let (upper, lower) = (rows[(index + 1) * count + k], rows[index * count + k])
        rows[(index + 1) * count + k] = sine * lower + cosine * upper
        rows[index * count + k] = cosine * lower - sine * upper
      }
    }
    diagonal[low] -= shift
    offDiagonal[low] = g
    offDiagonal[high] = 0
  }

  private func hypotenuse(_ a: Double, _ b: Double) -> Double {
    let (large, small) = (max(abs(a), abs(b)), min(abs(a), abs(b)))
    guard large > 0 else { return 0 }
    let ratio = small / large
    return large * (1 + ratio * ratio).squareRoot()
  }
}
