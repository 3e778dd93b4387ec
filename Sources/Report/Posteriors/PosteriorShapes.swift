import Foundation

/// Shapes of all panels of a figure, those of one style together, which makes short files.
struct PosteriorShapes {
  /// Above each other in this order.
  private var areas: [Shape] = []
  private var frames: [Shape] = []
  private var priors: [Shape] = []
  private var lines: [Shape] = []
  private var truths: [Shape] = []
  private var halos: [Shape] = []
  private var dots: [Shape] = []
  var texts: [Shape] = []

  /// Everything, in the order of drawing.
  var all: [Shape] { areas + priors + lines + truths + frames + halos + dots + texts }

  /// Pixels that a simplified line may be off.
  private static let tolerance = 0.25
  private static let tickLength = 3.0
  private static let size = 11.0

  /// The density of one parameter over its axis.
  mutating func marginal(_ column: PosteriorColumn, in box: PixelBox) {
    // A little room above the curve.
    let height = 0.94 * box.height
    let highest = column.highest
    func place(_ point: Int, _ density: Double) -> Point {
      Point(
        box.left + Double(point) / Double(column.marginal.grid.count - 1) * box.width,
        box.bottom - min(1, density / highest) * height)
    }
    let curve = Self.simplified(column.marginal.values.enumerated().map { place($0.offset, $0.element) })
    areas.append(
      .polygon([Point(box.left, box.bottom)] + curve + [Point(box.right, box.bottom)], colour: PosteriorColours.most))
    lines.append(.line(curve, colour: PosteriorColours.line, width: 1.4))
    if let prior = column.prior {
      priors.append(
        .line(
          Self.simplified(prior.enumerated().map { place($0.offset, $0.element) }), colour: PosteriorColours.prior,
          width: 1))
    }
    if let truth = column.truth { markTruth(column.axis.fraction(truth), in: box) }
    if let map = column.map, (0...1).contains(column.axis.fraction(map)) {
      let fraction = column.axis.fraction(map)
      let point = fraction * Double(column.marginal.grid.count - 1)
      let below = min(Int(point), column.marginal.grid.count - 2)
      let values = column.marginal.values
      let density = values[below] + (point - Double(below)) * (values[below + 1] - values[below])
      dot(Point(box.left + fraction * box.width, place(0, density).y))
    }
    frames.append(
      .line([Point(box.left, box.bottom), Point(box.right, box.bottom)], colour: Ink.axis, width: 0.8))
  }

  /// A line across the panel, or a pointer at its edge to a truth that lies beyond it.
  private mutating func markTruth(_ fraction: Double, in box: PixelBox) {
    if (0...1).contains(fraction) {
      let across = box.left + fraction * box.width
      truths.append(.line([Point(across, box.top), Point(across, box.bottom)], colour: PosteriorColours.truth))
    } else {
      let (tip, back) = fraction < 0 ? (box.left, box.left + 7) : (box.right, box.right - 7)
      areas.append(
        .polygon(
          [
            Point(tip, box.bottom - 10), Point(back, box.bottom - 14), Point(back, box.bottom - 6),
          ], colour: PosteriorColours.truth))
    }
  }

  /// Regions of two parameters, x across and y upwards.
  mutating func pair(_ x: PosteriorColumn, _ y: PosteriorColumn, _ density: JointDensity, in box: PixelBox) {
    let side = density.side
    let isolines = Isolines(values: density.values, side: side)
    func place(_ point: Point) -> Point {
      let last = Double(side - 1)
      return Point(
        box.left + min(max(point.x, 0), last) / last * box.width,
        box.bottom - min(max(point.y, 0), last) / last * box.height)
    }
    let colours = [PosteriorColours.most, PosteriorColours.half]
    var rings: [(area: Double, shape: Shape)] = []
    for (index, level) in density.levels.enumerated() where level > 0 {
      for ring in isolines.rings(at: level) {
        let outline = Self.simplified(ring.points.map(place), isClosed: true)
        guard Polyline.area(outline) > 0.4 else { continue }
        // Just inside a hole lies what is outside of its region.
        let colour = ring.holdsLarger ? colours[index] : index == 0 ? PosteriorColours.paper : colours[index - 1]
        rings.append((ring.area, .polygon(outline, colour: colour)))
      }
    }
    // Rings never cross, so the smaller one of two lies inside or beside the larger one.
    areas += rings.sorted { $0.area > $1.area }.map(\.shape)
    if let truth = x.truth, (0...1).contains(x.axis.fraction(truth)) {
      let across = box.left + x.axis.fraction(truth) * box.width
      truths.append(.line([Point(across, box.top), Point(across, box.bottom)], colour: PosteriorColours.truth))
    }
    if let truth = y.truth, (0...1).contains(y.axis.fraction(truth)) {
      let up = box.bottom - y.axis.fraction(truth) * box.height
      truths.append(.line([Point(box.left, up), Point(box.right, up)], colour: PosteriorColours.truth))
    }
    if let across = x.map.map(x.axis.fraction), let up = y.map.map(y.axis.fraction), (0...1).contains(across),
      (0...1).contains(up)
    {
      dot(Point(box.left + across * box.width, box.bottom - up * box.height))
    }
    frames.append(
      .line(
        [Point(box.left, box.top), Point(box.left, box.bottom), Point(box.right, box.bottom)], colour: Ink.axis,
        width: 0.8))
  }

  /// A mark that is seen on any ground.
  private mutating func dot(_ place: Point) {
    halos.append(.dot(place, radius: 3.6, colour: PosteriorColours.paper))
    dots.append(.dot(place, radius: 2.4, colour: PosteriorColours.map))
  }

  /// Ticks at the lower or the left edge of a panel, and their numbers where there is room for them.
  mutating func ticks(_ axis: ParameterAxis, along box: PixelBox, isVertical: Bool, hasNumbers: Bool) {
    let length = isVertical ? box.height : box.width
    var ticks = axis.ticks(length: length, room: isVertical ? 40 : 45)
    if !isVertical {
      ticks = ticks.thinned(length: axis.limits.upperBound - axis.limits.lowerBound, width: length)
    }
    // Texts at the ends keep apart from those of the next panel.
    let beyond = isVertical ? 3.0 : 1
    var end = -Double.infinity
    for (value, text) in zip(ticks.values, ticks.texts) {
      let along = axis.fraction(value) * length
      guard along >= -0.01, along <= length + 0.01 else { continue }
      let place =
        isVertical ? Point(box.left, box.bottom - along) : Point(box.left + along, box.bottom)
      let tip = isVertical ? Point(-Self.tickLength, 0) : Point(0, Self.tickLength)
      frames.append(.line([place, place + tip], colour: Ink.axis, width: 0.8))
      guard hasNumbers, !text.isEmpty else { continue }
      let half = isVertical ? 0.6 * Self.size : TextMeasure.width(text, size: Self.size) / 2
      let centre = min(max(along, half - beyond), length + beyond - half)
      guard centre - half >= end, centre - half >= -beyond - 0.01 else { continue }
      end = centre + half + (isVertical ? 2 : 6)
      texts.append(
        isVertical
          ? .text(text, Point(box.left - 7, box.bottom - centre), size: Self.size, anchor: .right)
          : .text(text, Point(box.left + centre, box.bottom + 15), size: Self.size, anchor: .center))
    }
  }

  /// The line without points that do not matter; a closed one keeps its first.
  private static func simplified(_ points: [Point], isClosed: Bool = false) -> [Point] {
    guard isClosed, points.count > 3 else { return Polyline.simplified(points, tolerance: tolerance) }
    // Two halves, because the ends of a closed line are one point.
    let middle = points.count / 2
    return Polyline.simplified(Array(points[...middle]), tolerance: tolerance).dropLast()
      + Polyline.simplified(Array(points[middle...]) + [points[0]], tolerance: tolerance).dropLast()
  }
}
