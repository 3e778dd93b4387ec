/// Lines of equal value on a square grid, as closed rings.
///
/// Source: marching squares; Lorensen and Cline 1987 in two dimensions.
struct Isolines: Sendable {
  /// A closed line; its last point is joined to the first.
  struct Ring: Hashable, Sendable {
    let points: [Point]
    /// True when values inside are larger than on the ring.
    let holdsLarger: Bool
    /// Enclosed area, not negative.
    let area: Double
  }

  private let values: [Double]
  private let side: Int
  /// A value below every other surrounds the grid, so that every line closes, along the border if need be.
  private static let outside = -1e30

  /// A grid of `side` times `side` finite values, row after row; point (column, row) has the value
  /// `values[row * side + column]`.
  init(values: [Double], side: Int) {
    precondition(values.count == side * side, "a square grid needs side * side values")
    self.side = side + 2
    var padded = [Double](repeating: Self.outside, count: (side + 2) * (side + 2))
    for row in 0..<side {
      for column in 0..<side { padded[(row + 1) * (side + 2) + column + 1] = values[row * side + column] }
    }
    self.values = padded
  }

  /// All rings on which the surface has the value `level`, in units of the grid's columns and rows.
  func rings(at level: Double) -> [Ring] {
    // An edge lies between a grid point and its right (even) or its lower neighbour (odd); every crossed edge leads to
    // the next one of its ring, with the larger values on the right (rows go downwards).
    var next = [Int](repeating: -1, count: 2 * values.count)
    var starts: [Int] = []
    for row in 0..<(side - 1) {
      for column in 0..<(side - 1) {
        let corner = row * side + column
        let (a, b, c, d) = (
          values[corner] >= level, values[corner + 1] >= level, values[corner + side + 1] >= level,
          values[corner + side] >= level
        )
        if a == b, b == c, c == d { continue }
        let (top, right, bottom, left) = (2 * corner, 2 * (corner + 1) + 1, 2 * (corner + side), 2 * corner + 1)
        func join(_ from: Int, _ to: Int) {
          next[from] = to
          starts.append(from)
        }
        switch (a, b, c, d) {
        case (true, false, false, false): join(top, left)
        case (false, true, false, false): join(right, top)
        case (false, false, true, false): join(bottom, right)
        case (false, false, false, true): join(left, bottom)
        case (true, true, false, false): join(right, left)
        case (false, true, true, false): join(bottom, top)
        case (false, false, true, true): join(left, right)
        case (true, false, false, true): join(top, bottom)
        case (false, true, true, true): join(left, top)
        case (true, false, true, true): join(top, right)
        case (true, true, false, true): join(right, bottom)
        case (true, true, true, false): join(bottom, left)
        default:
          // A saddle: the mean of the four corners says which two belong together.
          let mean =
            (values[corner] + values[corner + 1] + values[corner + side + 1] + values[corner + side]) / 4
          switch (a, mean >= level) {
          case (true, true):
            join(top, right)
            join(bottom, left)
          case (true, false):
            join(top, left)
            join(bottom, right)
          case (false, true):
            join(left, top)
            join(right, bottom)
          case (false, false):
            join(right, top)
            join(left, bottom)
          }
        }
      }
    }
    return starts.compactMap { start in
      guard next[start] >= 0 else { return nil }
      var points: [Point] = []
      var edge = start
      repeat {
        points.append(crossing(edge, level))
        let following = next[edge]
        next[edge] = -1
        edge = following
      } while edge != start
      return Self.ring(points)
    }
  }

  private func crossing(_ edge: Int, _ level: Double) -> Point {
    let first = edge / 2
    let second = edge % 2 == 0 ? first + 1 : first + side
    let fraction = (level - values[first]) / (values[second] - values[first])
    // The padding shifts the grid by one.
    let place = Point(Double(first % side - 1), Double(first / side - 1))
    return place + fraction * (edge % 2 == 0 ? Point(1, 0) : Point(0, 1))
  }

  private static func ring(_ points: [Point]) -> Ring {
    let area = Polyline.signedArea(points)
    return Ring(points: points, holdsLarger: area > 0, area: abs(area))
  }
}
