/// Places rectangles of one size near where they belong, without overlaps.
enum RectanglePlacement {
  /// The largest rectangles, and their centres, that fit a page without overlaps and without going far.
  ///
  /// Overlapping pairs push each other apart along the shorter way; where that does not end, or moves a rectangle by
  /// more than 1.6 times its own size, all become smaller.
  ///
  /// - Parameters:
  ///   - wanted: The centres as they should be.
  ///   - area: Holds all rectangles.
  ///   - aspects: Widths by heights to choose from; the one with the largest rectangles wins.
  ///   - largest: The width to begin with.
  ///   - taken: A corner that stays free.
  /// - Returns: Centres in the order of `wanted`, and the size.
  static func place(
    _ wanted: [Point], in area: PixelBox, aspects: [Double], largest: Double, around taken: PixelBox
  ) -> (centres: [Point], size: Point) {
    let all = aspects.map { place(wanted, in: area, aspect: $0, largest: largest, around: taken) }
    return all.max { $0.size.x * $0.size.y < $1.size.x * $1.size.y } ?? (wanted, Point(0, 0))
  }

  private static func place(
    _ wanted: [Point], in area: PixelBox, aspect: Double, largest: Double, around taken: PixelBox
  ) -> (centres: [Point], size: Point) {
    func attempt(_ width: Double, farthest: Double) -> (centres: [Point], size: Point)? {
      let size = Point(width, width / aspect)
      return relaxed(wanted, area: area, around: taken, size: size, farthest: farthest).map { ($0, size) }
    }
    if let best = attempt(largest, farthest: Self.farthest) { return best }
    // Smaller and smaller steps towards the largest size that works.
    var (low, high) = (6.0, largest)
    var best = attempt(low, farthest: .infinity)
    for _ in 0..<7 {
      let middle = (low + high) / 2
      if let found = attempt(middle, farthest: Self.farthest) {
        (best, low) = (found, middle)
      } else {
        high = middle
      }
    }
    // Without any: places that coincide, more of them than the page holds.
    return best ?? (wanted, Point(low, low / aspect))
  }

  /// How far a rectangle may go, in its own widths and heights.
  private static let farthest = 1.6

  private static func relaxed(
    _ wanted: [Point], area: PixelBox, around taken: PixelBox, size: Point, farthest: Double
  ) -> [Point]? {
    let low = Point(area.left, area.top) + size / 2
    let high = Point(area.right, area.bottom) - size / 2
    guard low.x <= high.x, low.y <= high.y else { return nil }
    var centres = wanted.map { $0.clamped(lowerBound: low, upperBound: high) }
    for _ in 0..<120 {
      var hasOverlap = false
      for first in centres.indices {
        for second in (first + 1)..<max(centres.count, first + 1) {
          let offset = centres[second] - centres[first]
          let (x, y) = (size.x - abs(offset.x), size.y - abs(offset.y))
          guard x > 1e-6, y > 1e-6 else { continue }
          hasOverlap = true
          let push =
            x / size.x < y / size.y
            ? Point(offset.x < 0 ? -x : x, 0) : Point(0, offset.y < 0 ? -y : y)
          centres[first] = (centres[first] - push * 0.52).clamped(lowerBound: low, upperBound: high)
          centres[second] = (centres[second] + push * 0.52).clamped(lowerBound: low, upperBound: high)
        }
      }
      let isFree = centres.allSatisfy { centre in
        !taken.overlaps(
          PixelBox(left: centre.x - size.x / 2, top: centre.y - size.y / 2, width: size.x, height: size.y))
      }
      if !hasOverlap, !isFree { return nil }
      if !hasOverlap {
        let isNear = zip(centres, wanted).allSatisfy { centre, place in
          let moved = (centre - place) / size
          return max(abs(moved.x), abs(moved.y)) <= farthest
        }
        return isNear ? centres : nil
      }
    }
    return nil
  }
}
