import Foundation

/// The smoothest surface through values at places: exact at every place, and a plane where the values are one.
///
/// It minimises the integral of the squared second derivatives, `sum w_i r^2 log r + a + b x + c y`, and runs on
/// straight beyond the outermost electrodes. MNE-Python's maps are piecewise cubic (Clough and Tocher) and go back to
/// the neighbours' mean there.
/// Source: Duchon 1977, "Splines minimizing rotation-invariant semi-norms in Sobolev spaces"; in EEG, Perrin et al. 1987.
struct ThinPlateSpline: Sendable {
  private let places: [Point]
  /// Which of the distinct places each given one is.
  private let member: [Int]
  private let system: LinearSystem

  /// Prepares a surface through values at these places; values at one and the same place are averaged.
  ///
  /// Nil when fewer than three places differ, or all lie in one line: no plane is defined then.
  init?(places given: [Point]) {
    var distinct: [Point] = []
    var member: [Int] = []
    for place in given {
      if let known = distinct.firstIndex(where: { Self.squaredDistance($0, place) < 1e-12 }) {
        member.append(known)
      } else {
        member.append(distinct.count)
        distinct.append(place)
      }
    }
    guard distinct.count >= 3, Self.spanPlane(distinct) else { return nil }
    let size = distinct.count + 3
    var matrix = [Double](repeating: 0, count: size * size)
    for row in distinct.indices {
      for column in distinct.indices {
        matrix[row * size + column] = Self.kernel(Self.squaredDistance(distinct[row], distinct[column]))
      }
      for (column, value) in [1, distinct[row].x, distinct[row].y].enumerated() {
        matrix[row * size + distinct.count + column] = value
        matrix[(distinct.count + column) * size + row] = value
      }
    }
    guard let system = LinearSystem(matrix: matrix, size: size) else { return nil }
    (places, self.member, self.system) = (distinct, member, system)
  }

  /// The weights of a surface: one a distinct place, then constant, x and y.
  func weights(_ values: [Double]) -> [Double] {
    precondition(values.count == member.count, "a surface needs one value a place")
    var sums = [Double](repeating: 0, count: places.count + 3)
    var counts = [Double](repeating: 0, count: places.count)
    for (index, value) in zip(member, values) {
      sums[index] += value
      counts[index] += 1
    }
    for index in places.indices { sums[index] /= counts[index] }
    return system.solve(sums)
  }

  /// The kernel at every place of a grid, to be used for many surfaces; shape `[grid.count, places + 3]`.
  func basis(at grid: [Point]) -> [Double] {
    var basis: [Double] = []
    basis.reserveCapacity(grid.count * (places.count + 3))
    for point in grid {
      for place in places { basis.append(Self.kernel(Self.squaredDistance(point, place))) }
      basis += [1, point.x, point.y]
    }
    return basis
  }

  /// The surface where `basis` was computed.
  func surface(_ weights: [Double], basis: [Double]) -> [Double] {
    let size = weights.count
    return basis.withUnsafeBufferPointer { basis in
      weights.withUnsafeBufferPointer { weights in
        (0..<(basis.count / size)).map { row in
          var sum = 0.0
          for column in 0..<size { sum += basis[row * size + column] * weights[column] }
          return sum
        }
      }
    }
  }

  /// `r^2 log r`, but for the factor 1/2.
  private static func kernel(_ squaredDistance: Double) -> Double {
    squaredDistance > 0 ? squaredDistance * log(squaredDistance) : 0
  }

  private static func squaredDistance(_ first: Point, _ second: Point) -> Double {
    let difference = first - second
    return (difference * difference).sum()
  }

  /// True unless all places lie in one line: the smaller of the two variances along principal axes tells.
  private static func spanPlane(_ places: [Point]) -> Bool {
    let mean = places.reduce(Point(0, 0), +) / Double(places.count)
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for place in places {
      let offset = place - mean
      xx += offset.x * offset.x
      yy += offset.y * offset.y
      xy += offset.x * offset.y
    }
    let (trace, determinant) = (xx + yy, xx * yy - xy * xy)
    return determinant > 1e-8 * trace * trace
  }
}

/// A square system of equations, factorised once: `P A = L U`.
struct LinearSystem: Sendable {
  private let size: Int
  private let factors: [Double]
  private let order: [Int]

  /// Gaussian elimination with row pivoting; nil when the matrix is singular.
  init?(matrix: [Double], size: Int) {
    var factors = matrix
    var order = Array(0..<size)
    let scale = matrix.reduce(0) { max($0, abs($1)) }
    let isRegular = factors.withUnsafeMutableBufferPointer { a in
      for column in 0..<size {
        var pivot = column
        for row in column..<size where abs(a[row * size + column]) > abs(a[pivot * size + column]) { pivot = row }
        guard abs(a[pivot * size + column]) > 1e-13 * scale else { return false }
        if pivot != column {
          for index in 0..<size { a.swapAt(pivot * size + index, column * size + index) }
          order.swapAt(pivot, column)
        }
        for row in (column + 1)..<max(size, column + 1) {
          let factor = a[row * size + column] / a[column * size + column]
          a[row * size + column] = factor
          guard factor != 0 else { continue }
          for index in (column + 1)..<size { a[row * size + index] -= factor * a[column * size + index] }
        }
      }
      return true
    }
    guard isRegular else { return nil }
    (self.size, self.factors, self.order) = (size, factors, order)
  }

  func solve(_ right: [Double]) -> [Double] {
    var x = order.map { right[$0] }
    for row in 0..<size {
      for column in 0..<row { x[row] -= factors[row * size + column] * x[column] }
    }
    for row in (0..<size).reversed() {
      for column in (row + 1)..<max(size, row + 1) { x[row] -= factors[row * size + column] * x[column] }
      x[row] /= factors[row * size + row]
    }
    return x
  }
}
