/// A head seen from above: circle, nose and ears.
///
/// Source: MNE-Python 1.13's `_make_head_outlines`.
enum HeadOutline {
  /// How far nose and ears reach, in radii of the head.
  static let reach = Point(1.1, 1.16)

  /// The lines, for a head of `radius` pixels about `centre`.
  static func shapes(centre: Point, radius: Double, colour: String = Ink.outline, width: Double = 1) -> [Shape] {
    let nose = [Point(-0.2094, 0.9778), Point(0, 1.15), Point(0.2094, 0.9778)]
    return [Polyline.circle(count: radius > 120 ? 180 : 72), nose, ear, ear.map { Point(-$0.x, $0.y) }].map { points in
      let line = Polyline.simplified(points.map { centre + Point($0.x, -$0.y) * radius }, tolerance: 0.1)
      return .line(line, colour: colour, width: width)
    }
  }

  private static let ear = Polyline.smooth(
    zip(
      [0.994, 1.02, 1.036, 1.0598, 1.0838, 1.08, 1.094, 1.064, 1.02, 0.978],
      [0.111, 0.155, 0.1566, 0.1492, 0.111, -0.011, -0.1864, -0.2626, -0.2768, -0.2398]
    ).map { Point($0, $1) })
}
