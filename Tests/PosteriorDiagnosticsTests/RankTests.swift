import EvokeNumerics
import Foundation
import PosteriorEstimation
import Testing

@Suite struct RankTests {
  @Test func ranksAreThoseOfNumPy() throws {
    let expected = try DiagnosticsReference.load().randomPoints
    let runs = try PosteriorRuns(
      truths: expected.truths, draws: expected.draws, parameterCount: expected.parameters)
    let ranks = RankStatistics(runs)
    #expect(ranks.ranks == expected.ranks)
    #expect(ranks.drawCount == 25 && ranks.runCount == 12 && ranks.parameterCount == 3)
    for (rank, position) in zip(ranks.ranks, ranks.positions) { #expect(Int(position * 26) == rank) }
  }

  @Test func drawsThatEqualTheTruthStandBeforeAndBehindItFairly() throws {
    // Two draws below, three equal, one above: ranks 2, 3, 4 and 5 are equally likely.
    let count = 4000
    let draws = (0..<count).flatMap { _ -> [Double] in [0, 1, 0, 1, 1, 2] }
    let runs = try PosteriorRuns(truths: Array(repeating: 1, count: count), draws: draws, parameterCount: 1)
    let ranks = RankStatistics(runs, seed: 7).ranks
    let counts = (0...6).map { rank in ranks.count { $0 == rank } }
    #expect(counts[0] == 0 && counts[1] == 0 && counts[6] == 0)
    for rank in 2...5 { #expect(agrees(Double(counts[rank]) / Double(count), with: 0.25, seeds: count)) }
  }

  @Test func constantDrawsHaveTheTruthAtOneEnd() throws {
    let runs = try PosteriorRuns(truths: [1, -1], draws: [0, 0, 0, 0, 0, 0], parameterCount: 1)
    #expect(RankStatistics(runs).ranks == [3, 0])
  }

  @Test func oneDrawHasTwoRanks() throws {
    let runs = try PosteriorRuns(truths: [1, 2, 3], draws: [2, 1, 3.5], parameterCount: 1)
    #expect(RankStatistics(runs).ranks == [0, 1, 0])
  }

  @Test func theNumberOfThreadsChangesNothing() throws {
    let sample = try NormalModel().sample(runs: 50, draws: 20, seed: 3)
    let one = RankStatistics(sample.runs, seed: 5)
    #expect(one == RankStatistics(sample.runs, seed: 5, threads: 3))
    let other = RankStatistics(sample.runs, seed: 6)
    #expect(one.ranks == other.ranks && one.positions != other.positions)
  }

  @Test func everyBinExpectsAsManyRunsAlsoWhereRanksDoNotFit() throws {
    // 8 ranks in 5 bins: by ranks alone, some bins would have two of them and some one.
    let model = NormalModel(parameterCount: 1)
    let histogram = RankStatistics(try model.sample(runs: 5000, draws: 7, seed: 1).runs)
      .histogram(of: 0, bins: 5)
    #expect(histogram.reduce(0, +) == 5000)
    for count in histogram { #expect(agrees(Double(count) / 5000, with: 0.2, seeds: 5000)) }
  }

  @Test(arguments: [
    (truths: [1.0], draws: [Double](), parameters: 1, code: DiagnosticError.Code.tooFewSamples),
    ([], [1], 1, .tooFewSamples), ([1, 2, 3], [1], 2, .shapeDiffers), ([1, 2], [1, 2, 3], 1, .shapeDiffers),
    ([1, .nan], [1, 2], 1, .notFinite), ([1, 2], [1, 2, .infinity, 3], 1, .notFinite),
  ])
  func damagedRunsAreRefused(
    _ runs: (truths: [Double], draws: [Double], parameters: Int, code: DiagnosticError.Code)
  ) {
    let error = #expect(throws: DiagnosticError.self) {
      try PosteriorRuns(truths: runs.truths, draws: runs.draws, parameterCount: runs.parameters)
    }
    #expect(error?.code == runs.code)
  }

  @Test func anErrorSaysWhereTheValueIs() {
    var draws = [Double](repeating: 0, count: 2 * 300 * 3)
    draws[1 * 900 + 217 * 3 + 2] = -.infinity
    let error = #expect(throws: DiagnosticError.self) {
      try PosteriorRuns(truths: Array(repeating: 0, count: 6), draws: draws, parameterCount: 3, threads: 2)
    }
    #expect(error?.message.contains("-inf at run 1, draw 217, parameter 2") == true)
  }
}
