import EvokeNumerics
import PosteriorEstimation
import Testing

@Suite struct UniformityTests {
  @Test(arguments: 0..<5)
  func testsAreThoseOfSciPy(_ number: Int) throws {
    let expected = try DiagnosticsReference.load().uniformity[number]
    let distance = Uniformity.kolmogorovSmirnov(expected.values)
    #expect(abs(distance.statistic - expected.distance) < 1e-14)
    #expect(abs(distance.pValue - expected.p) < 1e-6 * expected.p)
    let chiSquare = Uniformity.chiSquare(expected.values, bins: expected.bins)
    #expect(abs(chiSquare.statistic - expected.chiSquare) < 1e-10)
    #expect(abs(chiSquare.pValue - expected.chiSquareP) < 1e-12)
    #expect(distance.adjustedPValue == distance.pValue)
  }

  @Test func holmTakesTheSmallestTimesAllTheNextTimesOneFewer() {
    #expect(Uniformity.holm([0.01, 0.04, 0.03, 0.005]) == [0.03, 0.06, 0.06, 0.02])
    #expect(Uniformity.holm([0.6, 0.2]) == [0.6, 0.4])
    #expect(Uniformity.holm([0.9, 0.8]) == [1, 1])
    #expect(Uniformity.holm([]) == [])
  }

  @Test func numbersOnTheEdgeOfABinAreInTheUpperOne() {
    #expect(Uniformity.counts(of: [0, 0.25, 0.5, 0.75, 1 - 0x1p-53], bins: 4) == [1, 1, 1, 2])
  }

  @Test("Tests of one parameter raise false alarms at their level", arguments: [0.05, 0.2])
  func falseAlarmsOfOneParameter(_ level: Double) throws {
    let (seeds, model) = (600, NormalModel(parameterCount: 1))
    // Few draws: ranks alone would have steps of a ninth.
    var (distances, chiSquares) = (0, 0)
    for seed in 0..<UInt64(seeds) {
      let ranks = RankStatistics(try model.sample(runs: 60, draws: 8, seed: seed).runs, seed: seed)
      let calibration = SimulationBasedCalibration(ranks)
      distances += calibration.kolmogorovSmirnov[0].pValue < level ? 1 : 0
      chiSquares += calibration.chiSquare[0].pValue < level ? 1 : 0
    }
    #expect(agrees(Double(distances) / Double(seeds), with: level, seeds: seeds))
    // Chi-square counts in whole runs, so its level is met within a hundredth.
    #expect(abs(Double(chiSquares) / Double(seeds) - level) < 0.01 + 3.5 * (level * (1 - level) / 600).squareRoot())
  }

  @Test func calibratedPosteriorsOfSeveralParametersSeldomFail() throws {
    let seeds = 400
    let rate = try NormalModel(parameterCount: 4).rate(seeds: seeds, runs: 100, draws: 19) { sample, seed in
      !SimulationBasedCalibration(RankStatistics(sample.runs, seed: seed)).miscalibrated(at: 0.05).isEmpty
    }
    // Holm keeps the level; three tests that agree make it smaller still.
    #expect(rate <= 0.05 + 3.5 * (0.05 * 0.95 / Double(seeds)).squareRoot())
    #expect(rate > 0.005)
  }

  @Test(
    "Spoiled posteriors are found",
    arguments: [
      NormalModel(scale: 0.6), NormalModel(scale: 1.7), NormalModel(shift: 0.4), NormalModel(shift: -0.4),
    ])
  func detection(_ model: NormalModel) throws {
    let rate = try model.rate(seeds: 40, runs: 200, draws: 49) { sample, seed in
      SimulationBasedCalibration(RankStatistics(sample.runs, seed: seed)).miscalibrated(at: 0.05).count == 3
    }
    #expect(rate >= 0.9, "all three parameters were found in \(rate) of the cases")
  }

  @Test func onlyTheSpoiledParameterIsNamed() throws {
    let good = try NormalModel().sample(runs: 300, draws: 49, seed: 1).runs
    let draws = good.draws.indices.map { good.draws[$0] + ($0 % 3 == 1 ? 0.3 : 0) }
    let calibration = SimulationBasedCalibration(
      RankStatistics(try PosteriorRuns(truths: good.truths, draws: draws, parameterCount: 3)))
    #expect(calibration.miscalibrated() == [1])
  }
}

@Suite struct ECDFBandTests {
  @Test("Bands are those of binomial steps in NumPy", arguments: 0..<5)
  func bands(_ number: Int) throws {
    let expected = try DiagnosticsReference.load().bands[number]
    let band = ECDFBand(count: expected.count, level: expected.level, cells: expected.cells)
    #expect(band.lower.map { ($0 * Double(expected.count)).rounded() } == expected.lower)
    #expect(band.upper.map { ($0 * Double(expected.count)).rounded() } == expected.upper)
    #expect(abs(band.coverage - expected.coverage) < 1e-10)
    #expect(band.coverage >= expected.level)
  }

  @Test func uniformNumbersStayInsideAsOftenAsStated() {
    let (seeds, band) = (1000, ECDFBand(count: 80, level: 0.9, cells: 20))
    var stream = RandomStream(seed: 3, simulation: 0, purpose: RandomPurpose("band test"))
    let inside = (0..<seeds).count { _ in band.contains((0..<80).map { _ in stream.uniform() }) }
    #expect(agrees(Double(inside) / Double(seeds), with: band.coverage, seeds: seeds))
    #expect(band.coverage - 0.9 < 0.03)
  }

  @Test func numbersThatAreTooCentralLeaveTheBand() throws {
    let ranks = RankStatistics(
      try NormalModel(parameterCount: 1, scale: 1.7).sample(runs: 300, draws: 49, seed: 1).runs)
    #expect(!ECDFBand(count: 300).contains(ranks.positions(of: 0)))
    #expect(ECDFBand(count: 300).places.count == 99)
  }

  @Test func oneValueHasABand() {
    let band = ECDFBand(count: 1)
    #expect(band.lower == [0] && band.upper == [1] && band.coverage > 0.999_999)
  }
}
