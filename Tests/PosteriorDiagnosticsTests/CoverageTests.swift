import EvokeNumerics
import PosteriorEstimation
import Testing

@Suite struct CoverageTests {
  @Test func intervalsOfSharesAreThoseOfSciPy() throws {
    for row in try DiagnosticsReference.load().wilson {
      let share = CoveredShare(level: 0.5, covered: Int(row[0]), runCount: Int(row[1]), confidence: row[2])
      #expect(abs(share.lower - row[3]) < 1e-12 && abs(share.upper - row[4]) < 1e-12)
    }
  }

  @Test func coverageCountsLevelsUpToTheOneAskedFor() {
    let coverage = ExpectedCoverage(levels: [0.9, 0.1, 0.5, 0.5])
    #expect(coverage.coverage(at: 0.1).share == 0.25)
    #expect(coverage.coverage(at: 0.5).share == 0.75)
    #expect(coverage.coverage(at: 0.899).share == 0.75)
    #expect(coverage.coverage(at: 1).share == 1 && coverage.coverage(at: 0).share == 0)
  }

  @Test func excessIsTheAreaBetweenCurveAndDiagonal() {
    // Levels all at 1: nothing is covered below, so coverage less level is -level, on average -1/2; above 1/2, -3/4.
    let none = ExpectedCoverage(levels: [1, 1, 1])
    #expect(abs(none.excess() + 0.5) < 1e-15 && abs(none.excess(from: 0.5) + 0.75) < 1e-15)
    let all = ExpectedCoverage(levels: [0, 0])
    #expect(abs(all.excess() - 0.5) < 1e-15 && abs(all.excess(from: 0.5) - 0.25) < 1e-15)
    // Against a sum over a fine grid.
    let coverage = ExpectedCoverage(levels: [0.2, 0.7, 0.75, 0.9])
    let grid = (0..<10_000).map { 0.5 + (Double($0) + 0.5) / 20_000 }
    let sum = grid.reduce(0) { $0 + coverage.coverage(at: $1).share - $1 } / 10_000
    #expect(abs(coverage.excess(from: 0.5) - sum) < 1e-4)
  }

  @Test func highestDensityLevelsAreSharesOfDenserDraws() throws {
    // 2 of 4 draws are denser, none is as dense: the level is somewhere in 2/5 ... 3/5.
    let coverage = try ExpectedCoverage.highestDensity(truths: [-1], draws: [0, -2, -0.5, -3])
    #expect(coverage.levels[0] > 0.4 && coverage.levels[0] < 0.6)
    // A truth that the posterior excludes is outside of every region.
    let excluded = try ExpectedCoverage.highestDensity(truths: [-.infinity], draws: [0, -2, -0.5, -3])
    #expect(excluded.levels[0] > 0.8)
    let flat = try ExpectedCoverage.highestDensity(
      truths: Array(repeating: 1, count: 4000), draws: Array(repeating: 1, count: 8000))
    #expect(flat.uniformity.pValue > 0.01)
  }

  @Test("Coverage of calibrated posteriors is nominal", arguments: [0.5, 0.8, 0.9, 0.95])
  func calibrated(_ level: Double) throws {
    let runs = 4000
    // Nine draws: without places drawn within ranks, coverage could be a multiple of a tenth only.
    let sample = try NormalModel(parameterCount: 2).sample(runs: runs, draws: 9, seed: 11)
    let densest = try ExpectedCoverage.highestDensity(truths: sample.truthDensities, draws: sample.drawDensities)
    #expect(agrees(densest.coverage(at: level).share, with: level, seeds: runs))
    let ranks = RankStatistics(sample.runs)
    for parameter in 0..<2 {
      #expect(agrees(ranks.centralCoverage(of: parameter).coverage(at: level).share, with: level, seeds: runs))
    }
  }

  @Test func coverageOfSpoiledPosteriorsIsThatOfTheNormalDistribution() throws {
    // Draws with 0.6 of the right deviation: a 90 % interval reaches 0.6 * 1.645 deviations.
    let model = NormalModel(parameterCount: 1, scale: 0.6)
    let sample = try model.sample(runs: 4000, draws: 199, seed: 2)
    let expected = 2 * StandardNormal.cumulative(0.6 * StandardNormal.quantile(0.95)) - 1
    let central = RankStatistics(sample.runs).centralCoverage(of: 0)
    #expect(agrees(central.coverage(at: 0.9).share, with: expected, seeds: 4000))
    let densest = try ExpectedCoverage.highestDensity(truths: sample.truthDensities, draws: sample.drawDensities)
    #expect(agrees(densest.coverage(at: 0.9).share, with: expected, seeds: 4000))
    #expect(!densest.coverage(at: 0.9).isAsExpected && densest.excess() < -0.05)
    let wide = try NormalModel(parameterCount: 1, scale: 1.7).sample(runs: 4000, draws: 199, seed: 2)
    #expect(RankStatistics(wide.runs).centralCoverage(of: 0).excess() > 0.05)
  }

  @Test func intervalsHoldTheTrueCoverageAsOftenAsStated() throws {
    let seeds = 500
    var stream = RandomStream(seed: 1, simulation: 0, purpose: RandomPurpose("interval test"))
    let rate = (0..<seeds).count { _ in
      ExpectedCoverage(levels: (0..<200).map { _ in stream.uniform() }).coverage(at: 0.8).isAsExpected
    }
    // Wilson's interval of 200 runs at 0.8 holds the truth with probability 0.946.
    #expect(agrees(Double(rate) / Double(seeds), with: 0.946, seeds: seeds))
  }

  @Test func bootstrapBandsAreBinomial() {
    let coverage = ExpectedCoverage(levels: (0..<400).map { (Double($0) + 0.5) / 400 })
    let band = coverage.bootstrapBand(at: [0, 0.5, 0.9, 1], replicates: 2000, seed: 4, threads: 2)
    #expect(band.lower[0] == 0 && band.upper[0] == 0 && band.lower[3] == 1 && band.upper[3] == 1)
    for (place, level) in [(1, 0.5), (2, 0.9)] {
      let reach = 1.96 * (level * (1 - level) / 400).squareRoot()
      #expect(abs(band.lower[place] - (level - reach)) < 0.15 * reach)
      #expect(abs(band.upper[place] - (level + reach)) < 0.15 * reach)
    }
    let again = coverage.bootstrapBand(at: [0, 0.5, 0.9, 1], replicates: 2000, seed: 4)
    #expect(again.lower == band.lower && again.upper == band.upper)
  }

  @Test func unusableDensitiesAreRefused() {
    func code(_ truths: [Double], _ draws: [Double]) -> DiagnosticError.Code? {
      #expect(throws: DiagnosticError.self) { try ExpectedCoverage.highestDensity(truths: truths, draws: draws) }?.code
    }
    #expect(code([.nan], [1]) == .notFinite)
    #expect(code([1], [.infinity]) == .notFinite)
    #expect(code([1], []) == .tooFewSamples)
    #expect(code([1, 2], [1, 2, 3]) == .shapeDiffers)
  }

  @Test func theNumberOfThreadsChangesNothing() throws {
    let sample = try NormalModel().sample(runs: 60, draws: 20, seed: 9)
    func coverage(_ threads: Int) throws -> ExpectedCoverage {
      try .highestDensity(truths: sample.truthDensities, draws: sample.drawDensities, seed: 1, threads: threads)
    }
    #expect(try coverage(1) == coverage(3))
    #expect(try TARP(sample.runs, seed: 1) == TARP(sample.runs, seed: 1, threads: 3))
  }
}

@Suite struct TARPTests {
  @Test func positionsAreThoseOfNumPy() throws {
    let expected = try DiagnosticsReference.load().randomPoints
    let runs = try PosteriorRuns(
      truths: expected.truths, draws: expected.draws, parameterCount: expected.parameters)
    let tarp = try TARP(runs, references: .given(expected.references))
    #expect(tarp.positions.map { Int($0 * 26) } == expected.nearer)
  }

  @Test func otherTruthsAreAllTruthsButOnesOwn() throws {
    let sample = try NormalModel(parameterCount: 1).sample(runs: 40, draws: 3, seed: 1)
    let tarp = try TARP(sample.runs, seed: 5)
    #expect(tarp.references.sorted() == sample.runs.truths.sorted())
    for (reference, truth) in zip(tarp.references, sample.runs.truths) { #expect(reference != truth) }
  }

  @Test func boxesHoldUniformPoints() throws {
    let sample = try NormalModel(parameterCount: 2).sample(runs: 2000, draws: 1, seed: 1)
    let points = try TARP(sample.runs, references: .box).references
    for k in 0..<2 {
      let truths = stride(from: k, to: 4000, by: 2).map { sample.runs.truths[$0] }
      let (low, high) = (truths.min() ?? 0, truths.max() ?? 0)
      let shares = stride(from: k, to: 4000, by: 2).map { (points[$0] - low) / (high - low) }
      #expect(Uniformity.kolmogorovSmirnov(shares).pValue > 0.001)
    }
  }

  @Test("Calibrated posteriors fail at the level of the test", arguments: [TARP.References.otherTruths, .box])
  func falseAlarms(_ references: TARP.References) throws {
    let seeds = 500
    let rate = try NormalModel(parameterCount: 2).rate(seeds: seeds, runs: 50, draws: 15) { sample, seed in
      try TARP(sample.runs, references: references, seed: seed).coverage.uniformity.pValue < 0.1
    }
    #expect(agrees(rate, with: 0.1, seeds: seeds))
  }

  @Test func tooNarrowAndTooWideHaveOppositeSigns() throws {
    func coverage(_ model: NormalModel) throws -> ExpectedCoverage {
      try TARP(model.sample(runs: 1000, draws: 49, seed: 3).runs).coverage
    }
    let narrow = try coverage(NormalModel(scale: 0.6))
    let wide = try coverage(NormalModel(scale: 1.7))
    let shifted = try coverage(NormalModel(shift: 0.7))
    #expect(narrow.excess(from: 0.5) < -0.03 && narrow.uniformity.pValue < 1e-3)
    #expect(wide.excess(from: 0.5) > 0.03 && wide.uniformity.pValue < 1e-3)
    #expect(shifted.uniformity.pValue < 0.01)
    #expect(try coverage(NormalModel()).uniformity.pValue > 0.01)
  }

  @Test func dependenceThatMarginalsCannotSeeIsFound() throws {
    func sample(_ forgets: Bool) throws -> NormalModel.Sample {
      try SumModel(forgetsDependence: forgets).sample(runs: 1000, draws: 49, seed: 4)
    }
    func densest(_ sample: NormalModel.Sample) throws -> TestResult {
      try ExpectedCoverage.highestDensity(truths: sample.truthDensities, draws: sample.drawDensities).uniformity
    }
    let (right, wrong) = (try sample(false), try sample(true))
    #expect(SimulationBasedCalibration(RankStatistics(wrong.runs)).miscalibrated(at: 0.001) == [])
    #expect(try TARP(wrong.runs).coverage.uniformity.pValue < 1e-3)
    #expect(try densest(wrong).pValue < 1e-3)
    #expect(try TARP(right.runs).coverage.uniformity.pValue > 0.001)
    #expect(try densest(right).pValue > 0.001)
  }

  @Test func aPriorAsPosteriorIsFoundByPointsThatDependOnTheData() throws {
    let sample = try NormalModel(isPrior: true).sample(runs: 500, draws: 49, seed: 5)
    #expect(SimulationBasedCalibration(RankStatistics(sample.runs)).miscalibrated(at: 0.001) == [])
    #expect(try TARP(sample.runs).coverage.uniformity.pValue > 0.001)
    #expect(try TARP(sample.runs, references: .given(sample.data)).coverage.uniformity.pValue < 1e-6)
    // The true posterior passes with the same points.
    let right = try NormalModel().sample(runs: 500, draws: 49, seed: 5)
    #expect(try TARP(right.runs, references: .given(right.data)).coverage.uniformity.pValue > 0.001)
  }

  @Test func unusableRunsAreRefused() throws {
    func code(_ truths: [Double], _ references: TARP.References) throws -> DiagnosticError.Code? {
      let runs = try PosteriorRuns(truths: truths, draws: truths + truths, parameterCount: 1)
      return #expect(throws: DiagnosticError.self) { try TARP(runs, references: references) }?.code
    }
    #expect(try code([1], .otherTruths) == .tooFewSamples)
    #expect(try code([0.1, 0.1, 0.1], .otherTruths) == .noSpread)
    #expect(try code([1, 2], .given([1])) == .shapeDiffers)
    #expect(try code([1, 2], .given([1, .nan])) == .notFinite)
  }
}
