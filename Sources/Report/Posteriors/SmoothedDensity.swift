import Foundation

/// Points along an axis at which a density is estimated, and some beyond its ends.
struct DensityGrid: Hashable, Sendable {
  /// Points from end to end; the first and the last one are the ends.
  let count: Int
  /// Points beyond each end.
  let guardCount: Int
  private let limits: ClosedRange<Double>
  private let support: ClosedRange<Double>

  init(_ axis: ParameterAxis, count: Int) {
    (limits, support, self.count) = (axis.limits, axis.support, count)
    guardCount = Kernel.reach(Kernel.widths(count: count).last ?? 1)
  }

  /// All points.
  var total: Int { count + 2 * guardCount }
  /// Distance of two points.
  var step: Double { (limits.upperBound - limits.lowerBound) / Double(count - 1) }
  /// The value of a point from end to end.
  func value(_ point: Int) -> Double { limits.lowerBound + Double(point) * step }

  /// Place of a value among all points; nil beyond them, and where the prior has no density.
  func place(_ value: Double) -> Double? {
    guard support.contains(value) else { return nil }
    let place = (value - limits.lowerBound) / step + Double(guardCount)
    return place >= 0 && place < Double(total - 1) ? place : nil
  }

  /// Continues masses beyond an end of the support as if it were a mirror, so that a density that is cut off there is
  /// not smoothed away.
  ///
  /// Source: Silverman 1986, "Density estimation for statistics and data analysis", section 2.10.
  func mirror(_ masses: inout [Double], start: Int, stride: Int) {
    func place(_ point: Int) -> Int { start + point * stride }
    if support.lowerBound == limits.lowerBound {
      for point in 1...guardCount { masses[place(guardCount - point)] = masses[place(guardCount + point)] }
      // Half of the cell of the point at the end lies beyond it.
      masses[place(guardCount)] *= 2
    }
    if support.upperBound == limits.upperBound {
      let end = guardCount + count - 1
      for point in 1...guardCount { masses[place(end + point)] = masses[place(end - point)] }
      masses[place(end)] *= 2
    }
  }
}

/// Weights of a normal distribution at a point and its neighbours.
private struct Kernel {
  let weights: [Double]

  init(width: Double) {
    let reach = Self.reach(width)
    let raw = (0...reach).map { exp(-0.5 * pow(Double($0) / width, 2)) }
    let sum = 2 * raw.reduce(0, +) - raw[0]
    weights = raw.map { $0 / sum }
  }

  static func reach(_ width: Double) -> Int { Int((3 * width).rounded(.up)) }

  /// Standard deviations to choose from, in points of a grid.
  static func widths(count: Int) -> [Double] {
    [0.5, 0.75, 1.1, 1.6, 2.4, 3.5, 5, 7.5].map { max(0.5, $0 * Double(count) / 96) }
  }

  /// Smooths numbers, `stride` apart, at `count` places after `guardCount`.
  func smooth(
    _ values: UnsafePointer<Double>, stride: Int, guardCount: Int, count: Int,
    into result: UnsafeMutablePointer<Double>,
    resultStride: Int
  ) {
    for point in 0..<count {
      let centre = values + (point + guardCount) * stride
      var sum = weights[0] * centre[0]
      for distance in 1..<weights.count {
        sum += weights[distance] * (centre[distance * stride] + centre[-distance * stride])
      }
      result[point * resultStride] = sum
    }
  }
}

extension DensityGrid {
  /// The width under which one half of the draws is most likely given the other.
  ///
  /// No peak is assumed, so thin crescents stay thin.
  ///
  /// Source: likelihood cross-validation; Habbema, Hermans and van den Broek 1974, in two folds.
  fileprivate static func bestWidth(
    _ widths: [Double], smooth: (_ width: Double) -> [Double], held: [Double]
  ) -> Double {
    let total = held.reduce(0, +)
    let scores = widths.map { width in
      let density = smooth(width)
      // A draw far from all others would else decide alone.
      let floor = 1e-4 * max(density.reduce(0, +), 1e-300) / Double(density.count)
      return zip(held, density).reduce(0) { $1.0 > 0 ? $0 + $1.0 / total * log($1.1 + floor) : $0 }
    }
    let best = scores.max() ?? 0
    // Of those that are as good as the best, the widest: edges that nobody explained would else make ripples.
    return widths[scores.lastIndex { $0 >= best - 0.001 } ?? widths.count - 1]
  }
}

/// The density of draws along one axis, smoothed.
struct MarginalDensity: Hashable, Sendable {
  let grid: DensityGrid
  /// Per unit of the axis, at the points from end to end.
  let values: [Double]

  /// - Parameters:
  ///   - draws: In the unit of the axis.
  ///   - axis: That of the parameter.
  ///   - count: Points.
  init(_ draws: [Double], axis: ParameterAxis, count: Int = 192) {
    let grid = DensityGrid(axis, count: count)
    let halves = [0, 1].map { Self.masses(draws, grid, part: $0) }
    let (guardCount, inner) = (grid.guardCount, grid.guardCount..<(grid.guardCount + count))
    func smooth(_ masses: [Double], _ width: Double) -> [Double] {
      var mirrored = masses
      grid.mirror(&mirrored, start: 0, stride: 1)
      var result = [Double](repeating: 0, count: count)
      mirrored.withUnsafeBufferPointer { masses in
        result.withUnsafeMutableBufferPointer { result in
          guard let masses = masses.baseAddress, let result = result.baseAddress else { return }
          Kernel(width: width).smooth(
            masses, stride: 1, guardCount: guardCount, count: count, into: result, resultStride: 1)
        }
      }
      return result
    }
    let width = DensityGrid.bestWidth(
      Kernel.widths(count: count), smooth: { smooth(halves[0], $0) }, held: Array(halves[1][inner]))
    let all = zip(halves[0], halves[1]).map(+)
    self.grid = grid
    values = smooth(all, width).map { $0 / (Double(draws.count) * grid.step) }
  }

  /// Each draw divided between the two points beside it.
  private static func masses(_ draws: [Double], _ grid: DensityGrid, part: Int) -> [Double] {
    var masses = [Double](repeating: 0, count: grid.total)
    for number in stride(from: part, to: draws.count, by: 2) {
      guard let place = grid.place(draws[number]) else { continue }
      let below = Int(place)
      masses[below] += 1 - (place - Double(below))
      masses[below + 1] += place - Double(below)
    }
    return masses
  }
}

/// The density of draws over two axes, smoothed, and the levels of its highest-density regions.
struct JointDensity: Hashable, Sendable {
  /// Points along each axis.
  let side: Int
  /// Row after row, upwards; up to a factor.
  let values: [Double]
  /// The density above which a share of the draws lies, for each of the shares that were asked for.
  ///
  /// Source: Hyndman 1996, "Computing and graphing highest density regions", American Statistician 50, 120-126.
  let levels: [Double]

  /// - Parameters:
  ///   - x: Across, in the unit of its axis.
  ///   - y: Upwards, as many.
  ///   - axes: Those of both parameters.
  ///   - side: Points along each.
  ///   - shares: Of the draws.
  init(x: [Double], y: [Double], axes: (x: ParameterAxis, y: ParameterAxis), side: Int, shares: [Double]) {
    let grids = (x: DensityGrid(axes.x, count: side), y: DensityGrid(axes.y, count: side))
    let (guardCount, total) = (grids.x.guardCount, grids.x.total)
    let places = zip(x, y).map { x, y -> (x: Double, y: Double)? in
      guard let across = grids.x.place(x), let up = grids.y.place(y) else { return nil }
      return (across, up)
    }
    func masses(_ part: Int) -> [Double] {
      var masses = [Double](repeating: 0, count: total * total)
      for number in stride(from: part, to: places.count, by: 2) {
        guard let place = places[number] else { continue }
        let (column, row) = (Int(place.x), Int(place.y))
        let (right, up) = (place.x - Double(column), place.y - Double(row))
        masses[row * total + column] += (1 - right) * (1 - up)
        masses[row * total + column + 1] += right * (1 - up)
        masses[(row + 1) * total + column] += (1 - right) * up
        masses[(row + 1) * total + column + 1] += right * up
      }
      return masses
    }
    func mirrored(_ masses: [Double]) -> [Double] {
      var masses = masses
      for row in 0..<total { grids.x.mirror(&masses, start: row * total, stride: 1) }
      for column in 0..<total { grids.y.mirror(&masses, start: column, stride: total) }
      return masses
    }
    // Half of the draws, and then all, mirrored once.
    func smooth(_ masses: [Double], _ width: Double) -> [Double] {
      let kernel = Kernel(width: width)
      var rows = [Double](repeating: 0, count: total * side)
      var result = [Double](repeating: 0, count: side * side)
      masses.withUnsafeBufferPointer { masses in
        rows.withUnsafeMutableBufferPointer { rows in
          result.withUnsafeMutableBufferPointer { result in
            guard let masses = masses.baseAddress, let rows = rows.baseAddress, let result = result.baseAddress else {
              return
            }
            for row in 0..<total {
              kernel.smooth(
                masses + row * total, stride: 1, guardCount: guardCount, count: side, into: rows + row * side,
                resultStride: 1)
            }
            for column in 0..<side {
              kernel.smooth(
                rows + column, stride: side, guardCount: guardCount, count: side, into: result + column,
                resultStride: side)
            }
          }
        }
      }
      return result
    }
    let halves = (masses(0), masses(1))
    let inner = guardCount..<(guardCount + side)
    let held = inner.flatMap { row in inner.map { halves.1[row * total + $0] } }
    let half = mirrored(halves.0)
    let width = DensityGrid.bestWidth(Kernel.widths(count: side), smooth: { smooth(half, $0) }, held: held)
    let density = smooth(mirrored(zip(halves.0, halves.1).map(+)), width)
    (self.side, values) = (side, density)
    let atDraws = places.map { place -> Double in
      guard let place else { return 0 }
      let (across, up) = (place.x - Double(guardCount), place.y - Double(guardCount))
      guard across >= 0, up >= 0, across <= Double(side - 1), up <= Double(side - 1) else { return 0 }
      let (column, row) = (min(Int(across), side - 2), min(Int(up), side - 2))
      let (right, above) = (across - Double(column), up - Double(row))
      let corner = row * side + column
      return (1 - above) * ((1 - right) * density[corner] + right * density[corner + 1])
        + above * ((1 - right) * density[corner + side] + right * density[corner + side + 1])
    }.sorted()
    levels = shares.map { share in
      atDraws[min(atDraws.count - 1, max(0, Int((1 - share) * Double(atDraws.count))))]
    }
  }
}

extension JointDensity {
  /// Points along an axis of some pixels.
  static func usualSide(pixels: Double) -> Int { max(40, min(128, Int(0.75 * pixels))) }

  /// The density of two parameters.
  init(of x: PosteriorColumn, _ y: PosteriorColumn, side: Int, shares: [Double]) {
    self.init(x: x.draws, y: y.draws, axes: (x.axis, y.axis), side: side, shares: shares)
  }
}
