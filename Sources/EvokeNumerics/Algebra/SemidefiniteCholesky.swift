/// Cholesky's factor of a symmetric positive semidefinite matrix, as covariances are: `A = L Lᵀ`.
///
/// Rows stay in their order as long as that is safe, so that L is lower triangular for a matrix far from singular. Once
/// what is left of the next diagonal element falls below a millionth of the largest one left, the largest comes first
/// (diagonal pivoting), and when that falls below the tolerance, the rest is left out: then L has fewer columns than
/// rows. All elements of L are at most the square root of the largest diagonal element, so rounding does not grow.
///
/// Source: Higham 2002, "Accuracy and Stability of Numerical Algorithms", sections 10.1 and 10.3.
public struct SemidefiniteCholesky: Hashable, Sendable {
  /// Number of rows of the matrix, n.
  public let count: Int
  /// Number of columns of the factor, r.
  public let rank: Int
  /// L, shape `[n, r]`, row-major, with rows in the order of the matrix.
  public let factor: [Double]
  /// For every row, how many of its first elements are not all zero by construction; at most r.
  public let depths: [Int]

  /// Below this part of the largest diagonal element left, the next one gives way to it.
  private static let natural = 1e-6

  /// Factors a matrix, of which only the lower triangle is read.
  ///
  /// - Parameters:
  ///   - matrix: Shape `[n, n]`, row-major.
  ///   - count: n.
  ///   - tolerance: What is left out of each diagonal element, at most, as part of the largest one.
  /// - Throws: ``NumericsError``, code `notPositive`, for values that are not finite and for a matrix with a diagonal
  ///   element that is, or becomes, negative by more than the tolerance and rounding allow.
  public init(_ matrix: [Double], count: Int, tolerance: Double = 1e-12) throws(NumericsError) {
    precondition(matrix.count == count * count, "only square matrices have such a factor")
    precondition(tolerance >= 0 && tolerance < 1, "a tolerance is a small part of one")
    guard matrix.allSatisfy(\.isFinite) else {
      throw NumericsError(code: .notPositive, message: "a covariance holds values that are infinite or not numbers")
    }
    let largest = (0..<count).reduce(0) { max($0, matrix[$1 * count + $1]) }
    // Rounding leaves something of this size where nothing should be left.
    let rounding = Double(count) * 4 * Double.ulpOfOne
    let limit = max(tolerance, rounding) * largest
    var (rest, order) = (matrix, Array(0..<count))
    var rank = 0
    var lowest = (0..<count).reduce(0) { min($0, matrix[$1 * count + $1]) }
    rest.withUnsafeMutableBufferPointer { rest in
      order.withUnsafeMutableBufferPointer { order in
        while rank < count {
          var (best, value) = (rank, rest[rank * count + rank])
          for row in rank..<count where rest[row * count + row] > value {
            (best, value) = (row, rest[row * count + row])
          }
          guard value > limit else { break }
          if rest[rank * count + rank] > max(limit, Self.natural * value) { best = rank }
          if best != rank {
            Self.exchange(rank, best, in: rest, count)
            order.swapAt(rank, best)
          }
          Self.eliminate(rank, in: rest, count)
          for row in (rank + 1)..<max(count, rank + 1) { lowest = min(lowest, rest[row * count + row]) }
          rank += 1
        }
      }
    }
    // Covariances are no larger than the variances that are left, apart from what rounding adds, which pivots of a
    // millionth magnify.
    let slack = max(10 * limit, 1e-9 * largest)
    for row in rank..<count {
      for column in rank..<max(row, rank) { lowest = min(lowest, slack - abs(rest[row * count + column])) }
    }
    guard lowest >= -slack else {
      throw NumericsError(
        code: .notPositive,
        message:
          "a matrix is no covariance: some combination of its rows has a negative variance, about \(lowest) where "
          + "the largest variance is \(largest); check that it is symmetric and complete")
    }
    var factor = [Double](repeating: 0, count: count * rank)
    var depths = [Int](repeating: 0, count: count)
    for (place, row) in order.enumerated() {
      depths[row] = min(place + 1, rank)
      for column in 0..<depths[row] { factor[row * rank + column] = rest[place * count + column] }
    }
    (self.count, self.rank, self.factor, self.depths) = (count, rank, factor, depths)
  }

  /// Whether rows kept their order, so that L is lower triangular.
  public var isTriangular: Bool { depths.indices.allSatisfy { depths[$0] == min($0 + 1, rank) } }

  /// Exchanges two rows and columns, of which the lower triangle is stored, and the rows of the factor so far.
  private static func exchange(_ low: Int, _ high: Int, in a: UnsafeMutableBufferPointer<Double>, _ count: Int) {
    for column in 0..<low { a.swapAt(low * count + column, high * count + column) }
    a.swapAt(low * count + low, high * count + high)
    for k in (low + 1)..<max(high, low + 1) { a.swapAt(k * count + low, high * count + k) }
    for row in (high + 1)..<max(count, high + 1) { a.swapAt(row * count + low, row * count + high) }
  }

  /// Makes a column of the factor and takes it off the rest.
  private static func eliminate(_ k: Int, in a: UnsafeMutableBufferPointer<Double>, _ count: Int) {
    let root = a[k * count + k].squareRoot()
    a[k * count + k] = root
    let inverse = 1 / root
    // The column, laid out as a row in the upper triangle, which nobody reads.
    for row in (k + 1)..<max(count, k + 1) {
      let value = a[row * count + k] * inverse
      a[row * count + k] = value
      a[k * count + row] = value
    }
    guard let base = a.baseAddress else { return }
    let source = base + k * count
    for row in (k + 1)..<max(count, k + 1) {
      let (factor, target) = (source[row], base + row * count)
      if factor == 0 { continue }
      for column in (k + 1)...row { target[column] -= factor * source[column] }
    }
  }
}
