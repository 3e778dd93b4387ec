import EvokeNumerics
import Foundation
import TestSupport
import Testing

@testable import PosteriorEstimation

/// A prior of a few parameters of all kinds, with numbers of a seed.
func randomPrior(seed: UInt64) throws -> Prior {
  var generator = SplitMix64(seed: seed)
  func uniform(_ lower: Double, _ upper: Double) -> Double { Double.random(in: lower...upper, using: &generator) }
  var components: [Prior.Component] = []
  for _ in 0..<Int.random(in: 1...6, using: &generator) {
    let (center, scale) = (uniform(-100, 100), uniform(0.01, 30))
    switch Int.random(in: 0..<8, using: &generator) {
    case 0: components.append(.single(.box(lower: center, upper: center + scale)))
    case 1: components.append(.single(.normal(mean: center, scale: scale)))
    case 2: components.append(.single(.logNormal(location: uniform(-3, 3), scale: uniform(0.05, 2))))
    case 3:
      components.append(
        .single(
          .truncatedNormal(
            mean: center, scale: scale, lower: center - uniform(-1, 4) * scale, upper: center + uniform(1.5, 5) * scale)
        ))
    case 4:
      components.append(.single(.truncatedNormal(mean: center, scale: scale, lower: center - scale, upper: .infinity)))
    case 5:
      components.append(.single(.truncatedNormal(mean: center, scale: scale, lower: -.infinity, upper: center)))
    case 6: components.append(.single(.fixed(center)))
    default:
      let (first, second, share) = (uniform(0.1, 3), uniform(0.1, 3), uniform(-0.9, 0.9))
      let covariance = [[first * first, share * first * second], [share * first * second, second * second]]
      components.append(.correlated(try CorrelatedNormal(mean: [center, uniform(-1, 1)], covariance: covariance)))
    }
  }
  components.append(.single(.box(lower: -1, upper: 2)))
  return try Prior((0..<components.reduce(0) { $0 + $1.count }).map { Prior.Parameter("p\($0)") }, components)
}

@Suite("Unconstrained space")
struct SpaceTests {
  private func points(_ space: UnconstrainedSpace, seed: UInt64, count: Int = 20) -> [[Double]] {
    var stream = RandomStream(seed: seed, simulation: 1, purpose: .parameters)
    // Up to the ends of a box, which is 1.7 standard deviations wide, and well into its edges.
    return (0..<count).map { _ in (0..<space.count).map { _ in stream.normal() } }
  }

  @Test("Parameters of any point lie inside the prior, and lead back to the point", arguments: UInt64(0)..<40)
  func roundTrip(seed: UInt64) throws {
    let space = try UnconstrainedSpace(randomPrior(seed: seed))
    for point in points(space, seed: seed) {
      let values = space.parameters(at: point)
      #expect(space.freePrior.contains(values))
      let back = try #require(space.point(of: values))
      let again = space.parameters(at: back)
      for place in point.indices {
        // Where a limit is not 0, its digits hide how close to it a value is; so values are compared, not points.
        #expect(abs(again[place] - values[place]) <= 1e-12 * max(1, abs(values[place])), "\(space.prior) at \(point)")
      }
      #expect(space.point(of: space.allParameters(values)) == back)
    }
  }

  @Test("The volume is the determinant of the derivative, and its gradient its slope", arguments: UInt64(0)..<40)
  func volume(seed: UInt64) throws {
    let space = try UnconstrainedSpace(randomPrior(seed: seed))
    let d = space.count
    for deep in points(space, seed: seed, count: 5) {
      // Closer to a limit, its digits hide the differences.
      let (point, step) = (space.clamped(deep, depth: 3), 1e-5)
      var jacobian = [Double](repeating: 0, count: d * d)
      let gradient = space.logVolumeGradient(at: point)
      for column in 0..<d {
        var (up, down) = (point, point)
        up[column] += step
        down[column] -= step
        let (above, below) = (space.parameters(at: up), space.parameters(at: down))
        for row in 0..<d { jacobian[row * d + column] = (above[row] - below[row]) / (2 * step) }
        let slope = (space.logVolume(at: up) - space.logVolume(at: down)) / (2 * step)
        #expect(abs(slope - gradient[column]) < 1e-4 * max(1, abs(slope)), "\(space.prior) at \(point)")
      }
      // Correlated pairs are triangular, so the determinant is the product of the diagonal; so are all others.
      let expected = (0..<d).reduce(0) { $0 + log(jacobian[$1 * d + $1]) }
      #expect(abs(space.logVolume(at: point) - expected) < 1e-4 * max(1, abs(expected)), "\(space.prior) at \(point)")
    }
  }

  @Test(
    "The prior over the space integrates to one",
    arguments: [
      PriorDistribution.box(lower: 3, upper: 3.5), .normal(mean: -2, scale: 4), .logNormal(location: 1, scale: 0.7),
      .truncatedNormal(mean: 0, scale: 1, lower: -1, upper: 2), .truncatedNormal(mean: 5, scale: 1, lower: 6, upper: 9),
      .truncatedNormal(mean: 0, scale: 2, lower: 0, upper: .infinity),
      .truncatedNormal(mean: 0, scale: 2, lower: -50, upper: 1),
    ])
  func integral(distribution: PriorDistribution) throws {
    let space = try UnconstrainedSpace(Prior([.init("a")], [.single(distribution)]))
    let step = 1e-3
    let sum = stride(from: -14.0, through: 14, by: step).reduce(0.0) {
      $0 + exp(space.logPriorDensity(at: [$1])) * step
    }
    #expect(abs(sum - 1) < 1e-6)
  }

  @Test("A box is a straight line except next to its limits")
  func straight() throws {
    let space = try UnconstrainedSpace(Prior([.init("a")], [.single(.box(lower: 10, upper: 20))]))
    let deviation = 10 / 12.0.squareRoot()
    for value in [11.0, 12, 15, 19] {
      let point = try #require(space.point(of: [value]))
      #expect(abs(point[0] - (value - 15) / deviation) < 1e-12)
      #expect(abs(space.logVolume(at: point) - log(deviation)) < 1e-12)
    }
    // In the middle of an edge: lower + 2 * edge * Φ(-1).
    let bent = 10 + 2 * StandardNormal.cumulative(-1)
    let point = try #require(space.point(of: [bent]))
    let expected = (11 - (2 / Double.pi).squareRoot() - 15) / deviation
    #expect(abs(point[0] - expected) < 1e-12)
  }

  @Test("A limit of 0 loses no digits of what is close to it", arguments: [1e-3, 1e-8, 1e-12])
  func tails(value: Double) throws {
    for (distribution, sign) in [
      (PriorDistribution.box(lower: 0, upper: 1), 1.0), (.box(lower: -1, upper: 0), -1),
      (.truncatedNormal(mean: 1, scale: 1, lower: 0, upper: .infinity), 1),
    ] {
      let space = try UnconstrainedSpace(Prior([.init("a")], [.single(distribution)]))
      let point = try #require(space.point(of: [sign * value]))
      #expect(abs(space.parameters(at: point)[0] / (sign * value) - 1) < 1e-12)
    }
  }

  @Test("Values at limits, or rounded beyond them in single precision, are taken; others outside are not")
  func limits() throws {
    let space = try UnconstrainedSpace(Prior([.init("a")], [.single(.box(lower: 0.1, upper: 0.7))]))
    for value in [0.1, 0.7, Double(Float(0.1)), Double(Float(0.7)), 0.1 - 5e-9, 0.7 + 3e-8] {
      let point = try #require(space.point(of: [value]))
      #expect(point[0].isFinite && abs(point[0]) < 4)
      #expect((0.1...0.7).contains(space.parameters(at: point)[0]))
    }
    for value in [0.0999, 0.7001, -.infinity, .nan] { #expect(space.point(of: [value]) == nil) }
    let positive = try UnconstrainedSpace(Prior([.init("a")], [.single(.logNormal(location: 0, scale: 1))]))
    for value in [0, -1.0] { #expect(positive.point(of: [value]) == nil) }
  }

  @Test("Points as far away as numbers go stay inside the prior")
  func extremes() throws {
    for seed in UInt64(0)..<20 {
      let space = try UnconstrainedSpace(randomPrior(seed: seed))
      for size in [30.0, -30] {
        let values = space.parameters(at: Array(repeating: size, count: space.count))
        for (value, support) in zip(values, space.freePrior.support) { #expect(support.contains(value)) }
      }
    }
  }

  @Test("Fixed parameters are no dimensions, and a prior of them alone is refused")
  func fixed() throws {
    let prior = try Prior(
      ["a", "b", "c"].map { Prior.Parameter($0) },
      [.single(.fixed(3)), .single(.box(lower: 0, upper: 1)), .single(.fixed(5))])
    let space = try UnconstrainedSpace(prior)
    #expect(space.count == 1 && space.freePlaces == [1] && space.parameters.map(\.name) == ["b"])
    #expect(space.allParameters([0.25]) == [3, 0.25, 5])
    #expect(space.point(of: [3, 0.25, 5]) == space.point(of: [0.25]))
    let error = #expect(throws: PosteriorError.self) {
      try UnconstrainedSpace(Prior([.init("a")], [.single(.fixed(1))]))
    }
    #expect(error?.code == .nothingToEstimate)
  }

  @Test("A clamped point is no deeper in an edge, and others stay")
  func clamped() throws {
    let space = try UnconstrainedSpace(randomPrior(seed: 5))
    let box = try UnconstrainedSpace(Prior([.init("a")], [.single(.box(lower: 0, upper: 1))]))
    let (deep, shallow) = (box.clamped([-9], depth: 2), box.clamped([1], depth: 2))
    #expect(abs(box.parameters(at: deep)[0] - 0.2 * StandardNormal.cumulative(-2)) < 1e-15)
    #expect(shallow == [1])
    let point = Array(repeating: 0.1, count: space.count)
    #expect(space.clamped(point, depth: 2) == point)
  }
}
