import EvokeNumerics
import Foundation
import PosteriorEstimation
import Testing

@Suite struct ContractionTests {
  @Test func scoresAreMeanErrorByDeviationAndVarianceLost() throws {
    // Means 2 and 1e9 + 1, variances 1.
    let runs = try PosteriorRuns(truths: [1, 1e9 + 3], draws: [1, 2, 3, 1e9, 1e9 + 1, 1e9 + 2], parameterCount: 1)
    let result = try PosteriorContraction(runs, priorVariances: [4])
    #expect(result.means == [2, 1e9 + 1] && result.variances == [1, 1])
    #expect(result.zScores == [1, -2] && result.contractions == [0.75, 0.75])
    #expect(result.zScores(of: 0) == [1, -2] && result.contractions(of: 0) == [0.75, 0.75])
  }

  @Test func theNormalModelContractsAsItsFormulaSays() throws {
    let sample = try NormalModel(parameterCount: 2).sample(runs: 1500, draws: 100, seed: 6)
    let result = try PosteriorContraction(sample.runs, threads: 2)
    #expect(try result == PosteriorContraction(sample.runs))
    for parameter in 0..<2 {
      let mean = result.contractions(of: parameter).reduce(0, +) / 1500
      // 1 / (1 + 0.49), over a prior variance that 1500 truths tell within 3.7 %.
      #expect(abs(mean - 1 / 1.49) < 0.037 * 3.5 * 0.329)
      let scores = result.zScores(of: parameter)
      let square = scores.reduce(0) { $0 + $1 * $1 } / 1500
      #expect(abs(scores.reduce(0, +) / 1500) < 3.5 / 1500.squareRoot())
      // A posterior of 100 draws: (1 + 1/100) times what their t-distribution adds, 99 / 97.
      #expect(abs(square - 1.01 * 99 / 97) < 3.5 * (2.0 / 1500).squareRoot() * 1.1)
    }
  }

  @Test func constantDrawsAreFarOrRightButNeverANumberOfDeviations() throws {
    let runs = try PosteriorRuns(truths: [0.3, 1, 0.1], draws: [0.1, 0.1, 0.1, 0.1, 0.1, 0.1], parameterCount: 1)
    let result = try PosteriorContraction(runs, priorVariances: [1])
    #expect(result.zScores == [-.infinity, -.infinity, 0] && result.contractions == [1, 1, 1])
  }

  @Test func whatHasNoVarianceIsRefused() throws {
    func code(_ truths: [Double], _ draws: [Double], _ variances: [Double]?) throws -> DiagnosticError.Code? {
      let runs = try PosteriorRuns(truths: truths, draws: draws, parameterCount: 1)
      return #expect(throws: DiagnosticError.self) { try PosteriorContraction(runs, priorVariances: variances) }?.code
    }
    #expect(try code([1, 2], [1, 2], nil) == .tooFewSamples)
    #expect(try code([1], [1, 2], nil) == .tooFewSamples)
    #expect(try code([1, 1], [1, 2, 1, 2], nil) == .noSpread)
    #expect(try code([1, 2], [1, 2, 1, 2], [0]) == .noSpread)
    #expect(try code([1, 2], [1, 2, 1, 2], [1, 1]) == .shapeDiffers)
  }
}

@Suite struct MarginalTests {
  @Test(arguments: 0..<4)
  func summariesAreThoseOfNumPy(_ number: Int) throws {
    let expected = try DiagnosticsReference.load().marginals[number]
    for row in expected.rows {
      let summary = MarginalSummary.summaries(of: try SampleSet(expected.draws, dimensions: 1), level: row[0])[0]
      #expect(abs(summary.mean - expected.mean) < 1e-12 && abs(summary.median - expected.median) < 1e-12)
      if let deviation = expected.deviation {
        #expect(abs(summary.deviation - deviation) < 1e-12)
      } else {
        #expect(summary.deviation.isNaN)
      }
      #expect(abs(summary.central.lower - row[1]) < 1e-12 && abs(summary.central.upper - row[2]) < 1e-12)
      #expect(summary.highestDensity.lower == row[3] && summary.highestDensity.upper == row[4])
      #expect(summary.highestDensity.level == row[0])
    }
  }

  @Test func theShortestIntervalOfASkewedLawIsAtItsPeak() {
    // Exponential: the shortest interval of 80 % is from 0 to log 5.
    var stream = RandomStream(seed: 2, simulation: 0, purpose: RandomPurpose("marginal test"))
    let draws = (0..<20_000).map { _ in -log(stream.uniform()) }.sorted()
    let shortest = CredibleInterval.highestDensity(draws, level: 0.8)
    let central = CredibleInterval.central(draws, level: 0.8)
    #expect(shortest.lower < 0.02 && abs(shortest.upper - 1.609) < 0.06)
    #expect(shortest.width < central.width && central.contains(1) && !central.contains(0.01))
  }

  @Test func parametersAreSummedUpApart() throws {
    let draws = try SampleSet([1, 10, 2, 20, 3, 30, 4, 40], dimensions: 2)
    let summaries = MarginalSummary.summaries(of: draws, level: 0.5, threads: 2)
    #expect(summaries.map(\.mean) == [2.5, 25] && summaries.map(\.median) == [2.5, 25])
  }
}
