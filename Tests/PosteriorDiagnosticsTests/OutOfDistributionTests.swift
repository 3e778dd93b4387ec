import EvokeNumerics
import Testing

@testable import PosteriorEstimation

@Suite struct OutOfDistributionTests {
  /// Embeddings that are far from normal: products and squares of normal numbers, the last one a copy of the first.
  static func embeddings(_ count: Int, shift: Double = 0, seed: UInt64) throws -> SampleSet {
    var stream = RandomStream(seed: seed, simulation: 0, purpose: RandomPurpose("embedding test"))
    return try SampleSet(
      (0..<count).flatMap { _ -> [Double] in
        let (a, b, c) = (stream.normal(), stream.normal(), stream.normal())
        return [a + shift, 1e4 * a * b, b * b * b, max(0, c), 5 * (a + shift)]
      }, dimensions: 5)
  }

  @Test("Covariance and distances are those of scikit-learn", arguments: 0..<4)
  func shrinkage(_ number: Int) throws {
    let expected = try DiagnosticsReference.load().distances[number]
    let d = expected.dimensions
    let samples = try SampleSet(expected.samples, dimensions: d)
    let (means, deviations) = samples.moments()
    let scaled = samples.values.indices.map { (samples.values[$0] - means[$0 % d]) / deviations[$0 % d] }
    let covariance = ShrunkCovariance(centred: scaled, dimensions: d)
    #expect(abs(covariance.shrinkage - expected.shrinkage) < 1e-12)
    for (value, stored) in zip(covariance.values, expected.covariance) { #expect(abs(value - stored) < 1e-12) }
    let score = try OutOfDistribution(training: samples, heldOut: samples)
    let others = try score.scores(of: SampleSet(expected.others, dimensions: d)).map(\.distance)
    #expect(others.count == 2)
    for (value, stored) in zip(others, expected.distances) { #expect(abs(value - stored) < 1e-9 * stored) }
    #expect(abs(score.shrinkage - expected.shrinkage) < 1e-12)
  }

  @Test("Probabilities are uniform for embeddings that are not normal", arguments: [0.05, 0.5])
  func calibration(_ level: Double) throws {
    let score = try OutOfDistribution(
      training: Self.embeddings(2000, seed: 1), heldOut: Self.embeddings(3999, seed: 2), threads: 2)
    let fresh = try score.scores(of: Self.embeddings(4000, seed: 3), threads: 2)
    let rate = Double(fresh.count { $0.pValue <= level }) / 4000
    // Both held-out and fresh embeddings scatter.
    #expect(abs(rate - level) < 3.5 * (2 * level * (1 - level) / 4000).squareRoot())
    // Chi-square with five degrees of freedom would have raised three times as many alarms.
    let naive = fresh.count { ChiSquareDistribution.survival($0.distance * $0.distance, degrees: 5) <= 0.01 }
    #expect(Double(naive) / 4000 > 0.03)
  }

  @Test func fewTrainingEmbeddingsKeepTheLevel() throws {
    // Ten embeddings of five dimensions, one of them double: the covariance alone cannot be inverted.
    let rates = try (0..<UInt64(300)).map { seed -> Double in
      let score = try OutOfDistribution(
        training: Self.embeddings(10, seed: 3 * seed), heldOut: Self.embeddings(19, seed: 3 * seed + 1))
      #expect(score.shrinkage > 0)
      let fresh = try score.scores(of: Self.embeddings(20, seed: 3 * seed + 2))
      return Double(fresh.count { $0.pValue <= 0.1 }) / 20
    }
    let mean = rates.reduce(0, +) / 300
    #expect(abs(mean - 0.1) < 3.5 * (rates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 299 / 300).squareRoot())
  }

  @Test func strangeObservationsAreFound() throws {
    let score = try OutOfDistribution(training: Self.embeddings(1000, seed: 1), seed: 1)
    #expect(score.heldOutDistances.count == 200)
    let far = try score.scores(of: Self.embeddings(50, shift: 12, seed: 2))
    #expect(far.allSatisfy { $0.pValue == 1.0 / 201 })
    // The first value and its copy disagree, each of them within what was seen.
    let broken = try score.scores(of: SampleSet([2.0, 0, 0, 0.4, -10], dimensions: 5))
    #expect(broken[0].pValue == 1.0 / 201)
  }

  @Test func aValueThatNeverVariedMakesAnObservationInfinitelyFar() throws {
    func set(_ count: Int, seed: UInt64, constant: Double) throws -> SampleSet {
      let values = try Self.embeddings(count, seed: seed).values
      return try SampleSet((0..<count).flatMap { [values[5 * $0], constant] }, dimensions: 2)
    }
    let score = try OutOfDistribution(
      training: set(100, seed: 1, constant: 0.1), heldOut: set(99, seed: 2, constant: 0.1))
    let same = try score.scores(of: set(20, seed: 3, constant: 0.1))
    #expect(same.allSatisfy { $0.distance.isFinite })
    let other = try score.scores(of: set(1, seed: 3, constant: 0.2))
    #expect(other[0].distance == .infinity && other[0].pValue == 0.01)
  }

  @Test func embeddingsThatSayNothingAreRefused() throws {
    func code(_ training: [Double], _ heldOut: [Double]?, dimensions: Int = 1) throws -> DiagnosticError.Code? {
      let sets = (
        try SampleSet(training, dimensions: 1), try heldOut.map { try SampleSet($0, dimensions: dimensions) }
      )
      return #expect(throws: DiagnosticError.self) {
        try OutOfDistribution(training: sets.0, heldOut: sets.1)
      }?.code
    }
    #expect(try code([0.1, 0.1, 0.1], [1]) == .noSpread)
    #expect(try code([1], [1]) == .tooFewSamples)
    #expect(try code([1, 2, 3], nil) == .tooFewSamples)
    #expect(try code([1, 2, 3], [1, 2], dimensions: 2) == .shapeDiffers)
    let score = try OutOfDistribution(
      training: SampleSet([1.0, 2, 3], dimensions: 1), heldOut: SampleSet([1.0], dimensions: 1))
    let error = #expect(throws: DiagnosticError.self) { try score.scores(of: SampleSet([1.0, 2], dimensions: 2)) }
    #expect(error?.code == .shapeDiffers)
  }
}
