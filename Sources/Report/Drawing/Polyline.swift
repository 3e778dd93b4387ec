import Foundation

/// Lines through many points.
enum Polyline {
  /// The unit circle as a closed line.
  static func circle(count: Int = 72) -> [Point] {
    (0...count).map { step in
      let angle = 2 * Double.pi * Double(step) / Double(count)
      return Point(cos(angle), sin(angle))
    }
  }

  /// A smooth line through the points: four pieces between two of them, by Catmull and Rom's spline.
  static func smooth(_ points: [Point]) -> [Point] {
    guard let first = points.first, let last = points.last else { return [] }
    let padded = [first] + points + [last]
    return (1..<max(1, padded.count - 2)).flatMap { index -> [Point] in
      let (p, q, r, s) = (padded[index - 1], padded[index], padded[index + 1], padded[index + 2])
      return (0..<4).map { step in
        let t = Double(step) / 4
        let linear = (r - p) * t
        let square = (2 * p - 5 * q + 4 * r - s) * (t * t)
        let cubic = (3 * q - p - 3 * r + s) * (t * t * t)
        return (2 * q + linear + square + cubic) / 2
      }
    } + [last]
  }

  /// The points that matter: no point of the line is farther than `tolerance` from the simplified one.
  ///
  /// Source: Douglas and Peucker 1973, "Algorithms for the reduction of the number of points required to represent a
  /// digitized line or its caricature".
  static func simplified(_ points: [Point], tolerance: Double) -> [Point] {
    guard points.count > 2 else { return points }
    var isKept = [Bool](repeating: false, count: points.count)
    isKept[0] = true
    isKept[points.count - 1] = true
    var pending = [(0, points.count - 1)]
    while let (first, last) = pending.popLast() {
      var farthest = first
      var largest = tolerance * tolerance
      for index in (first + 1)..<max(last, first + 1) {
        let distance = squaredDistance(points[index], from: points[first], to: points[last])
        if distance > largest { (farthest, largest) = (index, distance) }
      }
      guard farthest > first else { continue }
      isKept[farthest] = true
      pending.append((first, farthest))
      pending.append((farthest, last))
    }
    return zip(points, isKept).filter(\.1).map(\.0)
  }

  /// Pieces between gaps: a point that is not finite ends one.
  static func pieces(_ points: [Point]) -> [[Point]] {
    points.split { !$0.x.isFinite || !$0.y.isFinite }.map(Array.init)
  }

  /// The area inside a closed line, whose last point is joined to the first.
  static func area(_ points: [Point]) -> Double { abs(signedArea(points)) }

  /// The area inside a closed line, positive when it turns from x to y.
  static func signedArea(_ points: [Point]) -> Double {
    zip(points, points.dropFirst() + points.prefix(1)).reduce(0) { $0 + $1.0.x * $1.1.y - $1.1.x * $1.0.y } / 2
  }

  private static func squaredDistance(_ point: Point, from start: Point, to end: Point) -> Double {
    let (along, offset) = (end - start, point - start)
    let length = (along * along).sum()
    let fraction = length > 0 ? max(0, min(1, (along * offset).sum() / length)) : 0
    let nearest = offset - fraction * along
    return (nearest * nearest).sum()
  }
}
