import EvokeNumerics
import Foundation
import PosteriorEstimation
import Testing

@Suite struct KernelTestTests {
  /// Normal samples.
  static func samples(_ count: Int, _ dimensions: Int, mean: Double = 0, scale: Double = 1, seed: UInt64) throws
    -> SampleSet
  {
    var stream = RandomStream(seed: seed, simulation: 0, purpose: RandomPurpose("kernel test"))
    return try SampleSet((0..<count * dimensions).map { _ in mean + scale * stream.normal() }, dimensions: dimensions)
  }

  @Test("The discrepancy is that of NumPy in double precision", arguments: 0..<4)
  func discrepancy(_ number: Int) throws {
    let expected = try DiagnosticsReference.load().kernels[number]
    let test = try KernelTest(
      SampleSet(expected.first, dimensions: expected.dimensions),
      SampleSet(expected.second, dimensions: expected.dimensions))
    #expect(abs(test.bandwidth - expected.median) < 1e-6 * expected.median)
    #expect(abs(test.squaredDiscrepancy - expected.value) < 2e-7)
  }

  @Test func sumsInBlocksAreTheSameForOneBlockMoreOrLess() throws {
    // 130 + 140 samples make three blocks. Against sums in double precision.
    let (first, second) = (try Self.samples(130, 2, seed: 1), try Self.samples(140, 2, mean: 0.2, seed: 2))
    var settings = KernelTest.Settings()
    (settings.bandwidth, settings.isScaled, settings.permutations) = (1.5, false, 0)
    let test = try KernelTest(first, second, settings: settings)
    func sum(_ a: SampleSet, _ b: SampleSet, isSame: Bool) -> Double {
      var sum = 0.0
      for i in 0..<a.count {
        for j in 0..<b.count where !isSame || i != j {
          let (x, y) = (a.values[2 * i] - b.values[2 * j], a.values[2 * i + 1] - b.values[2 * j + 1])
          sum += exp(-(x * x + y * y) / 4.5)
        }
      }
      return sum
    }
    let expected =
      sum(first, first, isSame: true) / (130 * 129) + sum(second, second, isSame: true) / (140 * 139)
      - 2 * sum(first, second, isSame: false) / (130 * 140)
    #expect(abs(test.squaredDiscrepancy - expected) < 1e-7)
    #expect(test.pValue == nil)
  }

  @Test func setsOfOneLawFailAtTheLevelOfTheTest() throws {
    let seeds = 400
    var settings = KernelTest.Settings()
    settings.permutations = 99
    let rejected = try (0..<UInt64(seeds)).count { seed in
      let test = try KernelTest(
        Self.samples(20, 2, seed: 2 * seed), Self.samples(30, 2, seed: 2 * seed + 1), settings: settings, seed: seed)
      return (test.pValue ?? 0) <= 0.1
    }
    #expect(agrees(Double(rejected) / Double(seeds), with: 0.1, seeds: seeds))
  }

  @Test("Sets of other laws are found", arguments: [(0.5, 1.0), (0, 2)])
  func detection(_ mean: Double, _ scale: Double) throws {
    let found = try (0..<UInt64(20)).count { seed in
      let (first, second) = (
        try Self.samples(100, 3, seed: 2 * seed), try Self.samples(80, 3, mean: mean, scale: scale, seed: 2 * seed + 1)
      )
      return try KernelTest(first, second, seed: seed).pValue ?? 1 <= 0.05
    }
    #expect(found >= 18)
  }

  @Test func theSmallestProbabilityIsOneByPermutations() throws {
    let test = try KernelTest(Self.samples(60, 1, seed: 1), Self.samples(60, 1, mean: 9, seed: 2))
    #expect(test.pValue == 1.0 / 501)
    #expect(test.squaredDiscrepancy > 0.5)
  }

  @Test func theNumberOfThreadsChangesNothing() throws {
    let (first, second) = (try Self.samples(200, 2, seed: 1), try Self.samples(300, 2, seed: 2))
    #expect(try KernelTest(first, second, seed: 3) == KernelTest(first, second, seed: 3, threads: 3))
  }

  @Test func aDimensionThatIsConstantAddsNothing() throws {
    let (first, second) = (try Self.samples(40, 1, seed: 1), try Self.samples(40, 1, seed: 2))
    func widened(_ set: SampleSet) throws -> SampleSet {
      try SampleSet(set.values.flatMap { [$0, 0.1] }, dimensions: 2)
    }
    let (narrow, wide) = (try KernelTest(first, second), try KernelTest(widened(first), widened(second)))
    #expect(abs(narrow.squaredDiscrepancy - wide.squaredDiscrepancy) < 1e-7 && narrow.pValue == wide.pValue)
  }

  @Test func setsThatCannotBeComparedAreRefused() throws {
    func code(
      _ first: [Double], _ second: [Double], _ settings: KernelTest.Settings = KernelTest.Settings()
    ) throws -> DiagnosticError.Code? {
      let sets = (try SampleSet(first, dimensions: 1), try SampleSet(second, dimensions: 1))
      return #expect(throws: DiagnosticError.self) { try KernelTest(sets.0, sets.1, settings: settings) }?.code
    }
    #expect(try code([1], [1, 2]) == .tooFewSamples)
    #expect(try code([0.1, 0.1], [0.1, 0.1]) == .noSpread)
    #expect(try code([1, 1, 1, 1, 1], [1, 2]) == .noSpread)
    var settings = KernelTest.Settings()
    settings.bandwidth = 0
    #expect(try code([1, 2], [1, 2], settings) == .invalidSetting)
  }
}
