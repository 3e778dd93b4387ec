import EvokeNumerics
import TestSupport
import Testing

@Suite("Cholesky's factor of semidefinite matrices")
struct SemidefiniteCholeskyTests {
  /// A = B Bᵀ with B of so many columns.
  private static func matrix(_ count: Int, rank: Int, seed: UInt64) -> [Double] {
    var generator = SplitMix64(seed: seed)
    let b = (0..<(count * rank)).map { _ in Double.random(in: -1...1, using: &generator) }
    return (0..<(count * count)).map { place in
      (0..<rank).reduce(0) { $0 + b[place / count * rank + $1] * b[place % count * rank + $1] }
    }
  }

  private static func product(_ factor: SemidefiniteCholesky) -> [Double] {
    (0..<(factor.count * factor.count)).map { place in
      let (row, column) = (place / factor.count, place % factor.count)
      return (0..<factor.rank).reduce(0) {
        $0 + factor.factor[row * factor.rank + $1] * factor.factor[column * factor.rank + $1]
      }
    }
  }

  @Test("L Lᵀ is the matrix, whatever its rank", arguments: [(1, 1), (7, 9), (20, 20), (20, 5), (33, 32), (12, 1)])
  func reconstructs(count: Int, rank: Int) throws {
    let matrix = Self.matrix(count, rank: rank, seed: UInt64(count + rank))
    let factor = try SemidefiniteCholesky(matrix, count: count)
    let largest = matrix.map { abs($0) }.max() ?? 0
    #expect(factor.rank == min(count, rank))
    #expect(zip(Self.product(factor), matrix).allSatisfy { abs($0 - $1) < 1e-11 * largest })
    for row in 0..<count {
      #expect((factor.depths[row]..<factor.rank).allSatisfy { factor.factor[row * factor.rank + $0] == 0 })
    }
  }

  @Test("Rows keep their order where nothing is nearly singular")
  func triangular() throws {
    // A symmetric matrix known by hand: L = [[2, 0, 0], [6, 1, 0], [-8, 5, 3]].
    let factor = try SemidefiniteCholesky([4, 12, -16, 12, 37, -43, -16, -43, 98], count: 3)
    #expect(factor.factor == [2, 0, 0, 6, 1, 0, -8, 5, 3] && factor.isTriangular && factor.depths == [1, 2, 3])
  }

  @Test("A first row of zeros moves to the end, and one of little variance gives way")
  func pivots() throws {
    let factor = try SemidefiniteCholesky([0, 0, 0, 0, 4, 2, 0, 2, 5], count: 3)
    // The row of 5 comes first: its root is first, and what it says of the other is 2 over that.
    let root = 5.0.squareRoot()
    let expected = [0, 0, 2 / root, 4 / root, root, 0]
    #expect(factor.rank == 2 && zip(factor.factor, expected).allSatisfy { abs($0 - $1) < 1e-15 })
    let small = try SemidefiniteCholesky([1e-9, 0, 0, 1], count: 2)
    #expect(!small.isTriangular && small.rank == 2 && small.depths == [2, 1])
  }

  @Test("What is left out stays below the tolerance", arguments: [1e-2, 1e-4, 1e-8])
  func tolerance(tolerance: Double) throws {
    // Autocovariances of a smooth process, of which few directions have variance.
    let count = 40
    let matrix = (0..<(count * count)).map { place in
      let lag = Double(place / count - place % count) / 16
      return 1 / (1 + lag * lag)
    }
    let factor = try SemidefiniteCholesky(matrix, count: count, tolerance: tolerance)
    let product = Self.product(factor)
    #expect(factor.rank < count)
    for row in 0..<count {
      let left = matrix[row * count + row] - product[row * count + row]
      #expect(left > -1e-9 && left < tolerance * 1.0001)
    }
  }

  @Test(
    "What is no covariance is refused", arguments: [[-1.0], [.nan], [1, 2, 2, 1], [0, 1, 1, 0], [1, 0, 0, -1e-3]])
  func refuses(matrix: [Double]) {
    let error = #expect(throws: NumericsError.self) {
      try SemidefiniteCholesky(matrix, count: matrix.count == 1 ? 1 : 2)
    }
    #expect(error?.code == .notPositive)
  }
}
