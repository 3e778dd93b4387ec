/// Lines through many points.
enum Polyline {
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
