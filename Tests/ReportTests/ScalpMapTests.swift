import EEGCore
import Foundation
import TestSupport
import Testing

@testable import Report

@Suite("Scalp map")
struct ScalpMapTests {
  private static let scale = ColourScale(limit: 10)

  private func map() throws -> ScalpMap {
    let channels = try ScalpMapReference.read().positions.prefix(64).map {
      Channel(name: $0.name, position: $0.position)
    }
    return try #require(ScalpMap(channels: Array(channels)))
  }

  private func shapes(_ values: [Double]) throws -> [Shape] {
    try map().shapes(values, scale: Self.scale, centre: Point(100, 100), radius: 50)
  }

  private static func colours(_ shapes: [Shape]) -> Set<String> {
    Set(
      shapes.compactMap { shape in
        if case .polygon(_, let colour) = shape { colour } else { nil }
      })
  }

  @Test("A constant field has one colour, zero is white", arguments: [(0.0, 10), (10, 20), (-10, 0), (1e9, 20)])
  func constant(value: Double, band: Int) throws {
    let found = Self.colours(try shapes([Double](repeating: value, count: 64)))
    #expect(found == [ColourScale.colours[band]])
    #expect(ColourScale.colours[10] == "#ffffff")
  }

  @Test("No colour stands for an amplitude beyond those at the electrodes", arguments: 0..<5 as Range<UInt64>)
  func bounded(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let values = (0..<64).map { _ in Double.random(in: -3...6, using: &generator) }
    let low = Self.scale.boundaries.count { (values.min() ?? 0) >= $0 }
    let high = Self.scale.boundaries.count { (values.max() ?? 0) >= $0 }
    let found = Self.colours(try shapes(values))
    #expect(found.isSubset(of: ColourScale.colours[low...high]))
    #expect(found.count > 5)
  }

  @Test("Nothing lies beyond the rim of the map but nose, ears and electrodes")
  func rim() throws {
    var generator = SplitMix64(seed: 3)
    let values = (0..<64).map { _ in Double.random(in: -9...9, using: &generator) }
    let map = try map()
    let reach = map.reach
    for shape in map.shapes(values, scale: Self.scale, centre: Point(100, 100), radius: 50) {
      guard case .polygon(let points, _) = shape else { continue }
      for point in points {
        let offset = point - Point(100, 100)
        #expect((offset * offset).sum().squareRoot() <= reach.bottom * 50 + 1e-9)
      }
    }
  }

  @Test("An electrode without a value is left out, and the rest is drawn")
  func missingValue() throws {
    var values = [Double](repeating: 4, count: 64)
    values[10] = .nan
    values[11] = .infinity
    let drawn = try shapes(values)
    let dots = drawn.count { if case .dot = $0 { true } else { false } }
    #expect(dots == 62)
    #expect(Self.colours(drawn).count == 1)
  }

  @Test("Without three finite values only the head is drawn")
  func noValues() throws {
    let drawn = try shapes([1, 2] + [Double](repeating: .nan, count: 62))
    #expect(Self.colours(drawn).isEmpty)
    #expect(!drawn.isEmpty)
  }

  @Test("Channels without places, or all in one line, have no map")
  func noMap() {
    let line = (1...5).map { Channel(name: "\($0)", position: Position(x: 0, y: 0.02 * Double($0) - 0.06, z: 0.08)) }
    #expect(ScalpMap(channels: line) == nil)
    #expect(ScalpMap(channels: ["a", "b", "c"].map { Channel(name: $0) }) == nil)
  }
}

@Suite("Colours")
struct ColourTests {
  @Test("Equal steps of the diverging colours look alike, on both sides of zero")
  func uniform() {
    let colours = (-20...20).map { DivergingColours.colour(Double($0) / 20) }
    let steps = zip(colours, colours.dropFirst()).map { one, other in
      let (l, a, b) = (one.lightness - other.lightness, one.a - other.a, one.b - other.b)
      return (l * l + a * a + b * b).squareRoot()
    }
    let mean = steps.reduce(0, +) / Double(steps.count)
    for step in steps { #expect(abs(step - mean) < 0.01 * mean) }
  }

  @Test("sRGB has every diverging colour; both sides are equally light, darker outwards")
  func displayable() {
    for step in 1...100 {
      let (negative, positive) = (
        DivergingColours.colour(-Double(step) / 100), DivergingColours.colour(Double(step) / 100)
      )
      #expect(negative.isDisplayable, "\(-step) %")
      #expect(positive.isDisplayable, "\(step) %")
      #expect(abs(negative.lightness - positive.lightness) < 1e-12)
      #expect(positive.lightness < DivergingColours.colour(Double(step - 1) / 100).lightness)
    }
    #expect(DivergingColours.colour(0).hexadecimal == "#ffffff")
    #expect(DivergingColours.colour(5) == DivergingColours.colour(1))
  }

  @Test(
    "A scale ends at a round number that holds all values",
    arguments: [(0.0, 1.0), (7.1e-6, 8), (10e-6, 10), (10.1e-6, 12), (123e-6, 150), (0.31e-6, 0.4)])
  func roundLimit(volts: Double, limit: Double) {
    let scale = ColourScale(volts: [-volts, .nan, volts / 2], limit: nil)
    #expect(abs(scale.limit - limit) < 1e-9)
    #expect(scale.boundaries.count == 20)
    for (low, high) in zip(scale.boundaries, scale.boundaries.reversed()) { #expect(abs(low + high) < 1e-9) }
  }

  @Test("Numbers have a real minus sign and no more digits than they need")
  func numbers() {
    #expect([-100, 0, 2.5, -0.1].map(ColourScale.shown) == ["−100", "0", "2.5", "−0.1"])
  }
}
