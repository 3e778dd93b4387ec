import EEGCore
import Foundation

/// Draws amplitudes of electrodes as coloured heads seen from above.
///
/// A ``ThinPlateSpline`` through the electrodes is drawn in bands of colour up to the head circle, or to the outermost
/// electrode where one lies beyond it, with contour lines at every third border between bands. It never exceeds the
/// largest and the smallest value at the electrodes: beyond the outermost ones it would run on to amplitudes that nobody
/// measured.
struct ScalpMap: Sendable {
  /// The rows of channels that have a place.
  let rows: [Int]
  private let places: [Point]
  /// Where colours end, in radii of the head.
  private let rim: Double
  private let grid: [Point]
  private let spline: ThinPlateSpline
  private let basis: [Double]

  /// Points a side of the grid on which the surface is computed.
  private static let side = 64
  /// How far a drawn line may lie from the computed one [pixels].
  private static let tolerance = 0.12

  /// Prepares maps of EEG channels; nil when fewer than three have a place of their own, or all lie in one line.
  init?(channels: [Channel]) {
    let all = HeadProjection.places(channels)
    let rows = channels.indices.filter { channels[$0].kind == .eeg && all[$0] != nil }
    let places = rows.compactMap { all[$0] }
    guard let spline = ThinPlateSpline(places: places) else { return nil }
    self.rows = rows
    self.places = places
    self.spline = spline
    // As MNE-Python: the head circle, or a little more than the outermost electrode.
    rim = max(1, (places.map { ($0 * $0).sum().squareRoot() }.max() ?? 0) * 1.01)
    grid = Self.gridPoints(reach: rim * 1.02)
    basis = spline.basis(at: grid)
  }

  /// How far a map reaches from its centre, in radii of the head: to the sides and upwards, downwards.
  var reach: (side: Double, top: Double, bottom: Double) {
    (max(rim, HeadOutline.reach.x), max(rim, HeadOutline.reach.y), rim)
  }

  /// A map of one value [µV] a row of ``rows``; without three finite values nothing but the head.
  ///
  /// - Parameter radius: Of the head circle in pixels.
  func shapes(_ values: [Double], scale: ColourScale, centre: Point, radius: Double) -> [Shape] {
    var shapes: [Shape] = []
    let usable = values.indices.filter { values[$0].isFinite }
    if let surface = surface(values, usable: usable) {
      shapes += bands(surface, scale: scale, centre: centre, radius: radius)
    }
    if rim > 1.001 {
      shapes.append(.line(circle(rim, centre, radius), colour: "#ffffff", width: 1.4))
    }
    shapes += HeadOutline.shapes(centre: centre, radius: radius)
    let dot = max(0.5, min(1.2, radius / 40)) * min(1, (64 / Double(values.count)).squareRoot())
    shapes += usable.map { index in
      .dot(centre + Point(places[index].x, -places[index].y) * radius, radius: dot, colour: "#101010")
    }
    return shapes
  }

  /// The surface on the grid, in the unit of the values.
  private func surface(_ values: [Double], usable: [Int]) -> [Double]? {
    let finite = usable.map { values[$0] }
    guard let lowest = finite.min(), let highest = finite.max() else { return nil }
    var surface: [Double]
    if usable.count == values.count {
      surface = spline.surface(spline.weights(values), basis: basis)
    } else {
      guard let rest = ThinPlateSpline(places: usable.map { places[$0] }) else { return nil }
      surface = rest.surface(rest.weights(finite), basis: rest.basis(at: grid))
    }
    for index in surface.indices { surface[index] = max(lowest, min(highest, surface[index])) }
    return surface
  }

  private func bands(_ surface: [Double], scale: ColourScale, centre: Point, radius: Double) -> [Shape] {
    let isolines = Isolines(values: surface, side: Self.side)
    let reach = rim * 1.02
    let step = 2 * reach / Double(Self.side - 1)
    func onPage(_ point: Point) -> (place: Point, isBeyond: Bool) {
      // Rows of the grid go from front to back, as pixels do.
      let place = point * step - Point(reach, reach)
      let distance = (place * place).sum().squareRoot()
      // What lies beyond the rim is drawn on it: areas inside stay as they are, and need no clipping.
      return (centre + (distance > rim ? place * (rim / distance) : place) * radius, distance > rim)
    }
    // The ground is the lowest band that shows; every level below it has its ring outside.
    let lowest = surface.min() ?? 0
    let levels = scale.boundaries
    let ground = levels.firstIndex { $0 > lowest } ?? levels.count
    var areas: [(area: Double, shape: Shape)] = []
    var lines: [Shape] = []
    for (index, level) in levels.enumerated().dropFirst(ground) {
      let isContour = (index - 1) % 3 == 1
      for ring in isolines.rings(at: level) {
        let points = ring.points.map(onPage)
        let outline = Polyline.simplified(points.map(\.place), tolerance: Self.tolerance)
        // Just inside a ring lies the band above its level or the one below.
        let colour = ColourScale.colours[ring.holdsLarger ? index + 1 : index]
        // Rings beside the head end up without an area.
        if Polyline.area(outline) > 0.1 { areas.append((ring.area, .polygon(outline, colour: colour))) }
        if isContour { lines += contour(points) }
      }
    }
    // Rings never cross, so the smaller one of two lies inside or beside the larger one.
    areas.sort { $0.area > $1.area }
    return [.polygon(circle(rim, centre, radius), colour: ColourScale.colours[ground])] + areas.map(\.shape) + lines
  }

  /// The pieces of a ring that lie inside the rim.
  private func contour(_ points: [(place: Point, isBeyond: Bool)]) -> [Shape] {
    // Begins beyond the rim where it can, so that no piece is cut at the ring's end.
    let start = points.firstIndex { $0.isBeyond } ?? 0
    let turned = points[start...] + points[..<start] + [points[start]]
    return turned.split(maxSplits: .max, omittingEmptySubsequences: true) { $0.isBeyond }.compactMap { piece in
      let line = Polyline.simplified(piece.map(\.place), tolerance: Self.tolerance)
      return line.count > 1 ? .line(line, colour: "#303030", width: 0.45) : nil
    }
  }

  private func circle(_ size: Double, _ centre: Point, _ radius: Double) -> [Point] {
    Polyline.circle().map { centre + $0 * (size * radius) }
  }

  /// From front left to back right.
  private static func gridPoints(reach: Double) -> [Point] {
    let ticks = (0..<side).map { reach * (2 * Double($0) / Double(side - 1) - 1) }
    return ticks.flatMap { down in ticks.map { Point($0, -down) } }
  }
}
