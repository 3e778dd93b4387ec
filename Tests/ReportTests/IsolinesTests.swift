import Foundation
import TestSupport
import Testing

@testable import Report

@Suite("Lines of equal value")
struct IsolinesTests {
  @Test("The ring of a cone is a circle of the right size, with larger values inside")
  func cone() throws {
    let side = 41
    let values = (0..<(side * side)).map { index in
      10 - hypot(Double(index % side) - 20, Double(index / side) - 20)
    }
    let rings = Isolines(values: values, side: side).rings(at: 1.5)
    let ring = try #require(rings.first)
    #expect(rings.count == 1)
    #expect(ring.holdsLarger)
    #expect(abs(ring.area - Double.pi * 8.5 * 8.5) < 0.01 * ring.area)
    for point in ring.points { #expect(abs(hypot(point.x - 20, point.y - 20) - 8.5) < 0.02) }
  }

  @Test("A hollow has a ring that holds smaller values, inside the one along the border")
  func hollow() {
    let side = 21
    let values = (0..<(side * side)).map { hypot(Double($0 % side) - 10, Double($0 / side) - 10) }
    let rings = Isolines(values: values, side: side).rings(at: 4).sorted { $0.area < $1.area }
    #expect(rings.map(\.holdsLarger) == [false, true])
    #expect(abs((rings.first?.area ?? 0) - Double.pi * 16) < 1)
    #expect(abs((rings.last?.area ?? 0) - 400) < 1)
  }

  @Test("Painting rings from the largest to the smallest gives every point its band", arguments: 0..<8 as Range<UInt64>)
  func painting(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let side = 12
    let values = (0..<(side * side)).map { _ in Double.random(in: -5...5, using: &generator) }
    let levels = [-4.0, -2, -0.5, 0.5, 2, 4]
    let isolines = Isolines(values: values, side: side)
    let rings = levels.enumerated().flatMap { index, level in
      isolines.rings(at: level).map { (ring: $0, band: $0.holdsLarger ? index + 1 : index) }
    }.sorted { $0.ring.area > $1.ring.area }
    for row in 0..<side {
      for column in 0..<side {
        let point = Point(Double(column), Double(row))
        // The border itself lies on rings, not in them.
        guard (1..<(side - 1)).contains(row), (1..<(side - 1)).contains(column) else { continue }
        let painted = rings.last { Self.isInside(point, $0.ring.points) }?.band ?? 0
        #expect(painted == levels.count { values[row * side + column] >= $0 }, "seed \(seed), \(row), \(column)")
      }
    }
  }

  /// The even-odd rule.
  private static func isInside(_ point: Point, _ ring: [Point]) -> Bool {
    zip(ring, ring.dropFirst() + ring.prefix(1)).count { start, end in
      (start.y > point.y) != (end.y > point.y)
        && point.x < start.x + (point.y - start.y) / (end.y - start.y) * (end.x - start.x)
    } % 2 == 1
  }

  @Test("A simplified line stays within its tolerance", arguments: 0..<6 as Range<UInt64>)
  func simplified(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    var line = [Point(0, 0)]
    for _ in 0..<200 {
      line.append(line[line.count - 1] + Point(1, Double.random(in: -1...1, using: &generator)))
    }
    let short = Polyline.simplified(line, tolerance: 0.7)
    #expect(short.count < line.count)
    #expect(short.first == line.first)
    #expect(short.last == line.last)
    for point in line {
      let nearest = zip(short, short.dropFirst()).map { Self.distance(point, $0, $1) }.min() ?? .infinity
      #expect(nearest <= 0.7 + 1e-12)
    }
  }

  private static func distance(_ point: Point, _ start: Point, _ end: Point) -> Double {
    let along = end - start
    let fraction = max(0, min(1, (along * (point - start)).sum() / (along * along).sum()))
    let offset = point - start - fraction * along
    return (offset * offset).sum().squareRoot()
  }
}
