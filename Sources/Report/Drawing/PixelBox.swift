/// A place on a page: pixels from its left and top edges.
typealias Point = SIMD2<Double>

/// A rectangle in pixels, from the top left corner of a page.
struct PixelBox: Hashable, Sendable {
  var left: Double
  var top: Double
  var width: Double
  var height: Double

  var right: Double { left + width }
  var bottom: Double { top + height }
  var centre: Point { Point(left + width / 2, top + height / 2) }

  /// True when the two have more in common than an edge.
  func overlaps(_ other: PixelBox) -> Bool {
    left < other.right && other.left < right && top < other.bottom && other.top < bottom
  }
}
