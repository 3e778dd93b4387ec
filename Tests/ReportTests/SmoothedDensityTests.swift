import Foundation
import TestSupport
import Testing

@testable import Report

@Suite("Smoothed densities")
struct SmoothedDensityTests {
  private func normals(_ count: Int, seed: UInt64 = 1) -> [Double] {
    var generator = SplitMix64(seed: seed)
    return PosteriorSamples.normals(count, using: &generator)
  }

  private func axis(_ draws: [Double], support: ClosedRange<Double>? = nil) -> ParameterAxis {
    ParameterAxis(draws, support: support, marks: [])
  }

  @Test("The density of 10,000 normal draws is the normal one within 4 % of its peak, and integrates to 1")
  func normal() {
    let draws = normals(10_000)
    let density = MarginalDensity(draws, axis: axis(draws))
    let peak = 1 / (2 * Double.pi).squareRoot()
    for (point, value) in density.values.enumerated() {
      let x = density.grid.value(point)
      #expect(abs(value - peak * exp(-x * x / 2)) < 0.04 * peak, "at \(x)")
    }
    #expect(abs(density.values.reduce(0, +) * density.grid.step - 1) < 0.01)
  }

  @Test("Mass at an end of the support stays there: uniform draws have a flat density")
  func uniform() {
    var generator = SplitMix64(seed: 2)
    let draws = (0..<20_000).map { _ in Double.random(in: 0..<1, using: &generator) }
    let axis = axis(draws, support: 0...1)
    #expect(axis.limits == 0...1)
    let density = MarginalDensity(draws, axis: axis)
    for value in density.values { #expect(abs(value - 1) < 0.12) }
    // The trapezoid, because the points at the ends are those of half a cell.
    let sum = density.values.reduce(0, +) - (density.values[0] + density.values[density.values.count - 1]) / 2
    #expect(abs(sum * density.grid.step - 1) < 1e-9)
  }

  @Test("Highest-density regions hold their share of new draws of the same law")
  func regions() {
    let (x, y) = (normals(10_000, seed: 3), normals(10_000, seed: 4))
    let correlated = zip(x, y).map { 0.8 * $0 + 0.6 * $1 }
    let axes = (axis(x), axis(correlated))
    let density = JointDensity(x: x, y: correlated, axes: axes, side: 96, shares: [0.9, 0.5])
    #expect(density.levels[1] > density.levels[0] && density.levels[0] > 0)
    // The region of a normal law is an ellipse; a circle in x and the noise y, with r² = -2 log(1 - share).
    for (level, share) in zip(density.levels, [0.9, 0.5]) {
      let rings = Isolines(values: density.values, side: density.side).rings(at: level)
      let area = rings.reduce(0) { $0 + ($1.holdsLarger ? $1.area : -$1.area) }
      let steps = [axes.0, axes.1].map { ($0.limits.upperBound - $0.limits.lowerBound) / Double(density.side - 1) }
      let exact = Double.pi * -2 * log(1 - share) * 0.6
      #expect(abs(area * steps[0] * steps[1] / exact - 1) < 0.06, "\(share)")
    }
  }

  @Test("Two peaks far apart stay two, each with a ring, however narrow they are", arguments: [0.02, 0.1, 0.5])
  func peaks(width: Double) {
    let (x, y) = (normals(4000, seed: 5), normals(4000, seed: 6))
    func move(_ values: [Double]) -> [Double] {
      values.enumerated().map { width * $0.element + ($0.offset % 2 == 0 ? -3 : 3) }
    }
    let (across, up) = (move(x), move(y))
    let density = JointDensity(x: across, y: up, axes: (axis(across), axis(up)), side: 96, shares: [0.5])
    let rings = Isolines(values: density.values, side: 96).rings(at: density.levels[0])
    #expect(rings.count { $0.holdsLarger && $0.area > 0.05 * (rings.map(\.area).max() ?? 0) } == 2)
    // No wider than a smoothing by three points would make them.
    let point = (axis(across).limits.upperBound - axis(across).limits.lowerBound) / 95
    let radius = (-2 * log(0.5)).squareRoot() * (width * width + 9 * point * point).squareRoot() / point
    for ring in rings { #expect(ring.area < 1.2 * .pi * radius * radius) }
  }

  @Test("Axes hold normal draws, cut heavy tails, and end where the prior does")
  func limits() {
    let draws = normals(10_000)
    let all = axis(draws).limits
    #expect(all.lowerBound < -2.9 && all.upperBound > 2.9 && all.upperBound < 4.5)
    // Cauchy's law: 95 % lie within 12.7 of its middle.
    var generator = SplitMix64(seed: 7)
    let tails = (0..<10_000).map { _ in tan(.pi * (Double.random(in: 0..<1, using: &generator) - 0.5)) }
    let cut = axis(tails).limits
    #expect(cut.lowerBound < -12 && cut.upperBound > 12 && cut.upperBound - cut.lowerBound < 60)
    let bounded = ParameterAxis(draws.map { abs($0) }, support: 0 ... .infinity, marks: [])
    #expect(bounded.limits.lowerBound == 0 && bounded.limits.upperBound > 2.9)
    // Within a support that is wider, no room is given away to it.
    #expect(ParameterAxis(draws, support: -100...100, marks: []).limits == all)
  }

  @Test("A mark is held where it is near, and does not shrink the rest where it is far")
  func marks() {
    let draws = (0...100).map { Double($0) / 100 }
    #expect(ParameterAxis(draws, support: nil, marks: [1.5]).limits.contains(1.5))
    #expect(ParameterAxis(draws, support: nil, marks: [50]).limits.upperBound < 1.2)
  }
}
