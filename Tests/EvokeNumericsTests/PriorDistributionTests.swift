import Foundation
import Testing

@testable import EvokeNumerics

@Suite("Distributions of one parameter")
struct PriorDistributionTests {
  private func truncated(_ number: Int) throws -> (PriorReference.Truncated, PriorDistribution, shares: [Double]) {
    let all = try PriorReference.load()
    let one = all.truncated[number]
    return (
      one,
      .truncatedNormal(
        mean: one.mean, scale: one.scale, lower: one.lower ?? -.infinity, upper: one.upper ?? .infinity),
      all.shares
    )
  }

  @Test("Quantiles of truncated normals are mpmath's to 1e-13 of the value, in far tails too", arguments: 0..<40)
  func truncatedQuantiles(number: Int) throws {
    let (reference, distribution, shares) = try truncated(number)
    try distribution.validate()
    for (share, expected) in zip(shares, reference.quantiles) {
      let value = distribution.quantile(share)
      #expect(relativeError(value, expected) < 1e-13, "\(distribution) at \(share): \(value), not \(expected)")
      #expect(distribution.support.contains(value))
    }
    #expect(distribution.quantile(0) == distribution.support.lowerBound)
    #expect(distribution.quantile(1) == distribution.support.upperBound)
  }

  @Test("Log densities, means and variances of truncated normals are mpmath's", arguments: 0..<40)
  func truncatedMoments(number: Int) throws {
    let (reference, distribution, _) = try truncated(number)
    #expect(!reference.points.isEmpty)
    for (point, expected) in zip(reference.points, reference.logDensities) {
      #expect(
        abs(distribution.logDensity(point) - expected) < 1e-12 * max(1, abs(expected)), "\(distribution) at \(point)")
    }
    // A mean of zero by symmetry has no digits to compare.
    let size = abs(reference.average) + 1e-3 * reference.variance.squareRoot()
    #expect(abs(distribution.mean - reference.average) < 1e-12 * size, "\(distribution)")
    #expect(relativeError(distribution.variance, reference.variance) < 1e-11, "\(distribution)")
  }

  @Test("Box, normal and log-normal parameters are SciPy's", arguments: 0..<5)
  func simple(number: Int) throws {
    let reference = try PriorReference.load().simple[number]
    let distribution = Self.untruncated[number]
    for (share, (point, density)) in zip(
      [0.01, 0.2, 0.5, 0.7, 0.999], zip(reference.points, reference.logDensities))
    {
      #expect(relativeError(distribution.quantile(share), point) < 1e-12)
      #expect(abs(distribution.logDensity(point) - density) < 1e-12 * max(1, abs(density)))
    }
    #expect(relativeError(distribution.mean, reference.average) < 1e-13)
    #expect(relativeError(distribution.variance, reference.variance) < 1e-13)
  }

  private static let untruncated: [PriorDistribution] = [
    .box(lower: -2.5, upper: 7), .box(lower: 0, upper: 1e-3), .normal(mean: 3, scale: 0.25),
    .logNormal(location: -1.5, scale: 0.5), .logNormal(location: 4, scale: 1.25),
  ]
  static let all: [PriorDistribution] =
    untruncated + [
      .truncatedNormal(mean: 3.25, scale: 0.5, lower: 2, upper: 4.5),
      .truncatedNormal(mean: 0, scale: 1, lower: 0.5, upper: .infinity),
      .truncatedNormal(mean: 10, scale: 1, lower: -.infinity, upper: 2),
      .truncatedNormal(mean: 0, scale: 1, lower: -.infinity, upper: .infinity),
    ]

  @Test("Densities integrate to the shares that quantiles cut off", arguments: all)
  func normalised(distribution: PriorDistribution) {
    let shares = stride(from: 0.001, through: 0.999, by: 0.0998)
    let cuts = shares.map { ($0, distribution.quantile($0)) }
    for (first, second) in zip(cuts, cuts.dropFirst()) {
      #expect(first.1 < second.1)
      let mass = GaussLegendre.integral(from: first.1, to: second.1, panels: 64) {
        Elementary.exp(distribution.logDensity($0))
      }
      #expect(abs(mass - (second.0 - first.0)) < 1e-12)
    }
  }

  // The fourth moment of the widest log-normal one is too large for its variance to be estimated.
  @Test(
    "Draws have the mean and the variance, and lie in the support",
    arguments: all.filter { $0 != .logNormal(location: 4, scale: 1.25) })
  func draws(distribution: PriorDistribution) throws {
    let sequence = try SobolSequence(dimensions: 1, scrambling: .owen(seed: 4))
    let values = (0..<(1 << 14)).map { distribution.quantile(sequence.coordinate($0, dimension: 0)) }
    #expect(values.allSatisfy(distribution.contains))
    let measured = moments(values)
    #expect(abs(measured.mean - distribution.mean) < 2e-3 * distribution.variance.squareRoot())
    #expect(relativeError(measured.variance, distribution.variance) < 0.03)
  }

  @Test("Outside the support there is no density")
  func support() {
    let box = PriorDistribution.box(lower: 1, upper: 2)
    #expect(box.contains(1) && box.contains(2) && !box.contains(2.0.nextUp) && !box.contains(.nan))
    #expect(box.logDensity(0.5) == -.infinity && box.support == 1...2)
    let positive = PriorDistribution.logNormal(location: 0, scale: 1)
    #expect(
      !positive.contains(0) && !positive.contains(-1) && positive.contains(.leastNonzeroMagnitude)
        && !positive.contains(.infinity))
    let cut = PriorDistribution.truncatedNormal(mean: 0, scale: 1, lower: 3, upper: .infinity)
    #expect(cut.contains(3) && !cut.contains(3.0.nextDown) && cut.logDensity(.nan) == -.infinity)
    let fixed = PriorDistribution.fixed(4)
    #expect(fixed.contains(4) && !fixed.contains(4.0.nextUp) && fixed.variance == 0 && fixed.quantile(0.3) == 4)
  }

  @Test(
    "Numbers that describe no distribution are refused",
    arguments: [
      .box(lower: 1, upper: 1), .box(lower: 2, upper: 1), .box(lower: 0, upper: .infinity), .box(lower: .nan, upper: 1),
      .box(lower: -1.7e308, upper: 1.7e308), .normal(mean: 0, scale: 0), .normal(mean: 0, scale: -1),
      .normal(mean: .nan, scale: 1), .normal(mean: 0, scale: .infinity), .logNormal(location: 0, scale: .nan),
      .truncatedNormal(mean: 0, scale: 1, lower: 2, upper: 1), .truncatedNormal(mean: 0, scale: 0, lower: 0, upper: 1),
      .truncatedNormal(mean: 0, scale: 1, lower: .nan, upper: 1),
      .truncatedNormal(mean: 0, scale: 1, lower: 1, upper: .nan),
      .truncatedNormal(mean: 0, scale: 1e-10, lower: 1, upper: 2),
      .truncatedNormal(mean: 0, scale: 1, lower: .infinity, upper: .infinity), .fixed(.infinity), .fixed(.nan),
    ] as [PriorDistribution])
  func refused(distribution: PriorDistribution) {
    let error = #expect(throws: NumericsError.self) { try distribution.validate() }
    #expect(error?.code == .invalidDistribution)
  }

  @Test("JSON keeps every distribution, and infinite limits by their absence", arguments: all + [.fixed(0.1)])
  func json(distribution: PriorDistribution) throws {
    let data = try JSONEncoder().encode(distribution)
    #expect(try JSONDecoder().decode(PriorDistribution.self, from: data) == distribution)
  }

  @Test(
    "JSON that describes no distribution is refused",
    arguments: [
      #"{"kind":"box","lower":2,"upper":1}"#, #"{"kind":"box","lower":2}"#, #"{"kind":"cauchy"}"#, #"{}"#,
      #"{"kind":"normal","mean":0,"scale":-1}"#,
    ])
  func damaged(text: String) {
    #expect(throws: (any Error).self) { try JSONDecoder().decode(PriorDistribution.self, from: Data(text.utf8)) }
  }
}
