import EEGCore
import TestSupport
import Testing

@Suite("Eigenvalues of symmetric matrices")
struct SymmetricEigenTests {
  private static func random(_ size: Int, seed: Int) -> Matrix {
    var generator = SplitMix64(seed: UInt64(seed))
    var matrix = Matrix(rows: size, columns: size)
    for row in 0..<size {
      for column in 0...row {
        matrix[row, column] = Double.random(in: -1...1, using: &generator)
        matrix[column, row] = matrix[row, column]
      }
    }
    return matrix
  }

  private static func product(_ first: Matrix, _ second: Matrix) -> Matrix {
    var product = Matrix(rows: first.rows, columns: second.columns)
    for row in 0..<first.rows {
      for column in 0..<second.columns {
        product[row, column] = (0..<first.columns).reduce(0) { $0 + first[row, $1] * second[$1, column] }
      }
    }
    return product
  }

  private static func distance(_ first: Matrix, _ second: Matrix) -> Double {
    zip(first.values, second.values).map { abs($0 - $1) }.max() ?? 0
  }

  @Test("Vectors are orthonormal and give the matrix back", arguments: [1, 2, 3, 7, 20, 65])
  func decomposition(size: Int) throws {
    let matrix = Self.random(size, seed: size)
    let eigen = try #require(SymmetricEigen(matrix))
    #expect(eigen.values == eigen.values.sorted())
    for row in 0..<size {
      for column in 0..<size {
        let dot = (0..<size).reduce(0) { $0 + eigen.vectors[row, $1] * eigen.vectors[column, $1] }
        #expect(abs(dot - (row == column ? 1 : 0)) < 1e-14)
        let sum = (0..<size).reduce(0) { $0 + eigen.values[$1] * eigen.vectors[$1, row] * eigen.vectors[$1, column] }
        #expect(abs(sum - matrix[row, column]) < 1e-14 * Double(size))
      }
    }
  }

  @Test("Known values: a rotation's mirror, a multiple of ones, zero, and a diagonal matrix")
  func known() throws {
    let mirror = try #require(SymmetricEigen(Matrix(rows: 2, columns: 2, values: [0, 1, 1, 0])))
    for (value, expected) in zip(mirror.values, [-1.0, 1]) { #expect(abs(value - expected) < 1e-15) }
    let ones = try #require(SymmetricEigen(Matrix(rows: 4, columns: 4, values: [Double](repeating: 2, count: 16))))
    for (value, expected) in zip(ones.values, [0.0, 0, 0, 8]) { #expect(abs(value - expected) < 1e-14) }
    #expect(try #require(SymmetricEigen(Matrix(rows: 3, columns: 3))).values == [0, 0, 0])
    let diagonal = Matrix(rows: 3, columns: 3, values: [3, 0, 0, 0, -1e-9, 0, 0, 0, 2])
    #expect(try #require(SymmetricEigen(diagonal)).values == [-1e-9, 2, 3])
  }

  @Test("The pseudo-inverse is the inverse where there is one", arguments: [1, 2, 5, 33])
  func inverse(size: Int) throws {
    let matrix = Self.random(size, seed: 100 + size)
    let inverse = try #require(SymmetricEigen(matrix)).pseudoInverse(tolerance: 1e-14)
    var identity = Matrix(rows: size, columns: size)
    for place in 0..<size { identity[place, place] = 1 }
    #expect(Self.distance(Self.product(matrix, inverse), identity) < 1e-10)
  }

  @Test("The pseudo-inverse of a singular matrix meets Penrose's conditions")
  func singular() throws {
    // Rank 2: sums of two products.
    let (u, v): ([Double], [Double]) = ([1, 2, -1, 0.5], [0, 1, 3, -2])
    var matrix = Matrix(rows: 4, columns: 4)
    for row in 0..<4 { for column in 0..<4 { matrix[row, column] = u[row] * u[column] - 0.1 * v[row] * v[column] } }
    let inverse = try #require(SymmetricEigen(matrix)).pseudoInverse(tolerance: 1e-10)
    #expect(Self.distance(Self.product(Self.product(matrix, inverse), matrix), matrix) < 1e-13)
    #expect(Self.distance(Self.product(Self.product(inverse, matrix), inverse), inverse) < 1e-13)
    let projector = Self.product(matrix, inverse)
    for row in 0..<4 { for column in 0..<row { #expect(abs(projector[row, column] - projector[column, row]) < 1e-13) } }
  }
}
