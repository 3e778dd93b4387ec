import Foundation
import TestSupport
import Testing

@testable import Report

@Suite("Thin-plate spline")
struct ThinPlateSplineTests {
  static let seeds: [UInt64] = [1, 2, 3, 4]

  /// Random places in the unit disc, and beyond it a little.
  static func places(_ count: Int, using generator: inout SplitMix64) -> [Point] {
    (0..<count).map { _ in
      Point(Double.random(in: -1.1...1.1, using: &generator), Double.random(in: -1.1...1.1, using: &generator))
    }
  }

  private func surface(_ places: [Point], _ values: [Double], at points: [Point]) throws -> [Double] {
    let spline = try #require(ThinPlateSpline(places: places))
    return spline.surface(spline.weights(values), basis: spline.basis(at: points))
  }

  @Test("It equals SciPy's spline of the 64 electrodes of EEGMMIDB")
  func likeSciPy() throws {
    let reference = try ScalpMapReference.read()
    let places = reference.positions.prefix(64).map { Point($0.map_m[0], $0.map_m[1]) / 0.095 }
    let points = reference.spline.points.map { Point($0[0], $0[1]) }
    let surface = try surface(places, reference.spline.values, at: points)
    #expect(surface.count == 60)
    for (value, expected) in zip(surface, reference.spline.surface) {
      #expect(abs(value - expected) < max(1e-9, 1e-9 * abs(expected)))
    }
  }

  @Test("It goes through every value", arguments: seeds)
  func exact(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let places = Self.places(40, using: &generator)
    let values = places.map { _ in Double.random(in: -10...10, using: &generator) }
    for (value, expected) in zip(try surface(places, values, at: places), values) {
      #expect(abs(value - expected) < 1e-9)
    }
  }

  @Test("A linear field stays linear, a constant one constant, at and beyond the electrodes", arguments: seeds)
  func linear(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let places = Self.places(30, using: &generator)
    let points = Self.places(50, using: &generator).map { $0 * 1.5 }
    for (constant, slope) in [(3.0, Point(0, 0)), (-1, Point(2, -5))] {
      func field(_ point: Point) -> Double { constant + (slope * point).sum() }
      for (value, point) in zip(try surface(places, places.map(field), at: points), points) {
        #expect(abs(value - field(point)) < 1e-9)
      }
    }
  }

  @Test("Values mirrored from left to right give a mirrored surface", arguments: seeds)
  func symmetric(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let half = Self.places(15, using: &generator).map { Point(abs($0.x) + 0.01, $0.y) }
    let values = half.map { _ in Double.random(in: -10...10, using: &generator) }
    let places = half + half.map { Point(-$0.x, $0.y) }
    let points = Self.places(40, using: &generator)
    let right = try surface(places, values + values, at: points)
    let left = try surface(places, values + values, at: points.map { Point(-$0.x, $0.y) })
    for (one, other) in zip(right, left) { #expect(abs(one - other) < 1e-9) }
  }

  @Test("Values at one place are averaged")
  func sharedPlace() throws {
    let places = [Point(0, 0), Point(1, 0), Point(0, 1), Point(-1, -1), Point(0, 0)]
    let values = try surface(places, [1, 5, 6, 7, 3], at: Array(places.prefix(4)))
    for (value, expected) in zip(values, [2.0, 5, 6, 7]) { #expect(abs(value - expected) < 1e-12) }
  }

  @Test(
    "Fewer than three places, or places in one line, define no surface",
    arguments: [
      [], [Point(0, 0)], [Point(0, 0), Point(1, 1)], [Point(0, 0), Point(1, 1), Point(-1, -1), Point(0.5, 0.5)],
      [Point(0, 0), Point(0, 0), Point(1, 1), Point(1, 1)],
    ])
  func tooFew(places: [Point]) {
    #expect(ThinPlateSpline(places: places) == nil)
  }
}
