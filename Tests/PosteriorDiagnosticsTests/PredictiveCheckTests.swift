import EvokeNumerics
import PosteriorEstimation
import Testing

@Suite struct PredictiveCheckTests {
  static let groups = [
    PredictiveCheck.Group(name: "front", channels: [0, 1]), PredictiveCheck.Group(name: "back", channels: [2, 3]),
  ]

  /// An observation and replicates: 4 channels of 25 samples with noise that channels share in part; an offset in the
  /// observation's last two channels.
  static func check(
    replicates: Int, offset: Double = 0, scale: Double = 1, seed: UInt64, threads: Int = 1
  ) throws -> PredictiveCheck {
    func data(_ number: Int, offset: Double, scale: Double) -> [Double] {
      var stream = RandomStream(seed: seed, simulation: number, purpose: RandomPurpose("predictive test"))
      let shared = (0..<25).map { _ in stream.normal() }
      return (0..<100).map { place in
        scale * (shared[place % 25] + stream.normal()) + (place >= 50 ? offset : 0) + Double(place % 25)
      }
    }
    return try PredictiveCheck(
      observation: data(0, offset: offset, scale: scale),
      replicates: (1...replicates).flatMap { data($0, offset: 0, scale: 1) }, channelCount: 4, groups: groups,
      level: 0.9, threads: threads)
  }

  @Test func bandsAndDiscrepanciesAreThoseOfAWorkedExample() throws {
    // Three replicates of one channel and two samples; a band of 50 % is from the first to the third replicate.
    let check = try PredictiveCheck(
      observation: [2, 9], replicates: [1, 4, 3, 5, 2, 6], channelCount: 1, level: 0.5)
    #expect(check.lower == [1, 4] && check.median == [2, 5] && check.upper == [3, 6])
    let fit = check.fits[0]
    #expect(fit.group.name == "all" && fit.insideShare == 0.5)
    // From the mean of the replicates, 2 and 5: differences 0 and 4.
    #expect(abs(fit.discrepancy - 8.0.squareRoot()) < 1e-14)
    // The replicates from the mean of the others: (1, 4) from (7/3, 20/3), (3, 5) from (5/3, 19/3), (2, 6) from (2, 6).
    #expect(abs(fit.replicateDiscrepancy - (16.0 / 9).squareRoot()) < 1e-14)
    #expect(fit.pValue == 0.25)
  }

  @Test func probabilitiesAndBandsOfTheRightModelAreNominal() throws {
    let seeds = 400
    let checks = try (0..<UInt64(seeds)).map { try Self.check(replicates: 19, seed: $0) }
    for fit in 0..<3 {
      let rate = Double(checks.count { $0.fits[fit].pValue <= 0.2 }) / Double(seeds)
      #expect(agrees(rate, with: 0.2, seeds: seeds))
      let inside = checks.map { $0.fits[fit].insideShare }
      let mean = inside.reduce(0, +) / Double(seeds)
      let variance = inside.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(seeds - 1)
      #expect(abs(mean - 0.9) < 3.5 * (variance / Double(seeds)).squareRoot())
    }
  }

  @Test func groupsThatDoNotFitAreNamed() throws {
    let check = try Self.check(replicates: 99, offset: 3, seed: 1)
    #expect(check.fits.map(\.group.name) == ["all", "front", "back"])
    #expect(check.fits[2].pValue == 0.01 && check.fits[2].insideShare < 0.5)
    #expect(check.fits[1].pValue > 0.05 && check.fits[1].insideShare > 0.75)
    #expect(check.fits[2].discrepancy > 2 * check.fits[2].replicateDiscrepancy)
  }

  @Test func anObservationWithTooLittleNoiseHasAProbabilityNearOne() throws {
    let check = try Self.check(replicates: 99, scale: 0.1, seed: 2)
    #expect(check.fits[0].pValue > 0.98 && check.fits[0].insideShare == 1)
  }

  @Test func theNumberOfThreadsChangesNothing() throws {
    #expect(try Self.check(replicates: 30, seed: 3) == Self.check(replicates: 30, seed: 3, threads: 3))
  }

  @Test func unusableDataAreRefused() {
    func code(
      _ observation: [Double], _ replicates: [Double], channels: Int = 1, group: [Int] = [0]
    ) -> DiagnosticError.Code? {
      #expect(throws: DiagnosticError.self) {
        try PredictiveCheck(
          observation: observation, replicates: replicates, channelCount: channels,
          groups: [PredictiveCheck.Group(name: "a", channels: group)])
      }?.code
    }
    #expect(code([], [1, 2]) == .shapeDiffers)
    #expect(code([1, 2, 3], [1, 2, 3, 1, 2, 3], channels: 2) == .shapeDiffers)
    #expect(code([1, 2], [1, 2, 3]) == .shapeDiffers)
    #expect(code([1, 2], [1, 2]) == .tooFewSamples)
    #expect(code([1, 2], [1, 2, 3, 4], group: [1]) == .invalidSetting)
    #expect(code([1, 2], [1, 2, 3, 4], group: []) == .invalidSetting)
    #expect(code([1, .nan], [1, 2, 3, 4]) == .notFinite)
    #expect(code([1, 2], [1, 2, 3, .nan]) == .notFinite)
  }
}
