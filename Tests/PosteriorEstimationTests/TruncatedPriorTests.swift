import EvokeNumerics
import Foundation
import Testing

@testable import PosteriorEstimation

@Suite("Truncated priors")
struct TruncatedPriorTests {
  private let prior: Prior
  private let model: PosteriorModel
  private let region: TruncatedPrior
  private let sampler: ParameterSampler

  init() throws {
    prior = try Simulators.boxPrior(2)
    model = try train(
      quickConfiguration(.mixture, epochs: 30), prior, Simulators.linear(prior, count: 600, seed: 1, variance: 0.04)
    ).model
    region = try TruncatedPrior(model, observation: [0.3, -0.4], quantile: 1e-3, seed: 7, threads: 1)
    sampler = try ParameterSampler(prior: prior, method: .random, seed: 3)
  }

  private func region(threads: Int) throws -> TruncatedPrior {
    try TruncatedPrior(model, observation: [0.3, -0.4], quantile: 1e-3, seed: 7, threads: threads)
  }

  /// Means, then variances and the covariance, of two columns.
  private func moments(_ values: [Double]) -> (means: [Double], seconds: [Double]) {
    let columns: [[Double]] = (0..<2).map { place in stride(from: place, to: values.count, by: 2).map { values[$0] } }
    let means: [Double] = columns.map { $0.reduce(0, +) / Double($0.count) }
    func second(_ a: Int, _ b: Int) -> Double {
      var sum = 0.0
      for row in columns[a].indices { sum += (columns[a][row] - means[a]) * (columns[b][row] - means[b]) }
      return sum / Double(columns[a].count)
    }
    return (means, [second(0, 0), second(1, 1), second(0, 1)])
  }

  @Test("Candidates inside the region are kept in their order, and no others")
  func rejection() throws {
    var next = 500
    let draws = try region.draws(400, sampler: sampler, next: &next, leastAcceptance: 1e-3)
    #expect(!draws.isResampled && draws.values.count == 800 && next == 500 + draws.candidates)
    let candidates = (500..<next).flatMap { sampler.parameters(of: $0) }
    let inside = try region.contains(candidates)
    #expect(draws.accepted == inside.count { $0 })
    let expected = inside.indices.filter { inside[$0] }.prefix(400).flatMap { candidates[2 * $0..<2 * $0 + 2] }
    #expect(draws.values == expected)
    // Of a posterior of deviation 0.2 in a box of 4, 0.4 or so are inside.
    let share = Double(draws.accepted) / Double(draws.candidates)
    #expect(share > 0.2 && share < 0.7, "\(share)")
  }

  @Test("Where too little is accepted, no more candidates are looked at, and the posterior is resampled")
  func bounded() throws {
    var next = 0
    let draws = try region.draws(7000, sampler: sampler, next: &next, leastAcceptance: 0.9)
    #expect(draws.isResampled && draws.candidates == 8192 && next == 8192 && draws.values.count == 14_000)
    #expect(draws.accepted < 7000)
    #expect(try region.contains(draws.values).allSatisfy(\.self))
  }

  @Test("The number of threads changes no bit of resampled points")
  func threads() throws { #expect(try region(threads: 3).resampled(300) == region.resampled(300)) }

  @Test("Resampled points are spread over the region as the prior is")
  func resampled() throws {
    var next = 0
    let count = 4000
    let exact = try region.draws(count, sampler: sampler, next: &next, leastAcceptance: 1e-3)
    let points = try region.resampled(count)
    #expect(points.count == 2 * count)
    #expect(try region.contains(points).allSatisfy(\.self))
    #expect(Set(stride(from: 0, to: points.count, by: 2).map { points[$0] }).count > count * 9 / 10)
    let (a, b) = (moments(exact.values), moments(points))
    for place in 0..<2 {
      // Both means err by the root of variance by count, and variances of such draws by 2 %.
      let error = (2 * a.seconds[place] / Double(count)).squareRoot()
      #expect(abs(a.means[place] - b.means[place]) < 4 * error)
      #expect(abs(b.seconds[place] / a.seconds[place] - 1) < 0.1)
    }
    #expect(abs(b.seconds[2] - a.seconds[2]) < 0.1 * (a.seconds[0] * a.seconds[1]).squareRoot())
  }
}
