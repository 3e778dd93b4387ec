import EvokeNumerics
import Foundation
import Testing

@testable import PosteriorEstimation

@Suite("What observations of the training look like to a posterior")
struct TypicalityTests {
  private func trained(
    _ embedding: EmbeddingSettings.Kind, members: Int = 1, count: Int = 4000
  ) throws -> (model: PosteriorModel, typicality: Typicality, pairs: InMemoryPairs) {
    let prior = try Simulators.boxPrior(3)
    let pairs = try Simulators.linear(prior, count: count, seed: 1)
    var configuration = quickConfiguration(.mixture, embedding: embedding, epochs: 2)
    configuration.ensemble = members
    // Many are held out, so that probabilities are fine.
    configuration.validationShare = 0.25
    let training = try train(configuration, prior, pairs)
    let typicality = try #require(
      try Typicality(of: training.model, pairs, training: training.trainingPairs, heldOut: training.validationPairs))
    return (training.model, typicality, pairs)
  }

  private func data(_ count: Int, seed: UInt64, shift: Float = 0, factor: Float = 1) throws -> [Float] {
    let pairs = try Simulators.linear(Simulators.boxPrior(3), count: count, seed: seed)
    var data = [Float](repeating: 0, count: 3 * count)
    data.withUnsafeMutableBufferPointer { pairs.read(0..<count, into: $0) }
    return data.map { factor * $0 + shift }
  }

  @Test(
    "Probabilities of observations of the same simulator are uniform, whatever stands in front of the density",
    arguments: [EmbeddingSettings.Kind.identity, .fullyConnected], [1, 3])
  func calibrated(embedding: EmbeddingSettings.Kind, members: Int) throws {
    let (model, typicality, _) = try trained(embedding, members: members)
    #expect(typicality.distances.heldOutDistances.count == 1000 && typicality.heldOut.count == 500)
    let count = 1000
    let scores = try typicality.scores(of: model.contexts(of: data(count, seed: 2)), threads: 2)
    // Both 1,000 held-out and 1,000 fresh distances scatter: Kolmogorov and Smirnov's test of two sets, whose distance
    // passes 1.95 sqrt(2 / n) once in a thousand times.
    var distance = 0.0
    for (place, p) in scores.map(\.pValue).sorted().enumerated() {
      distance = max(distance, abs(p - (Double(place) + 0.5) / Double(count)))
    }
    #expect(distance < 1.95 * (2 / Double(count)).squareRoot(), "\(distance)")
    let set = try typicality.discrepancy(of: model.contexts(of: data(200, seed: 3)), seed: 1)
    #expect(try #require(set.pValue) > 0.01)
  }

  @Test(
    "Observations of another simulator are found, one by one and as a set",
    arguments: [EmbeddingSettings.Kind.identity, .fullyConnected])
  func strange(embedding: EmbeddingSettings.Kind) throws {
    let (model, typicality, _) = try trained(embedding)
    let far = try typicality.scores(of: model.contexts(of: data(100, seed: 4, shift: 4)))
    #expect(far.allSatisfy { $0.pValue < Typicality.strangeLevel })
    // Shifted by less than half a deviation, few of them are strange alone, and all of them together are.
    let near = try model.contexts(of: data(300, seed: 5, shift: 0.25))
    #expect(try typicality.scores(of: near).count { $0.pValue < Typicality.strangeLevel } < 30)
    #expect(try #require(typicality.discrepancy(of: near, seed: 1).pValue) < 0.01)
  }

  @Test("What was stored scores as what was learnt")
  func stored() throws {
    let (model, typicality, _) = try trained(.fullyConnected, count: 400)
    let again = try Typicality(distances: OutOfDistribution(typicality.distances.learnt), heldOut: typicality.heldOut)
    let contexts = try model.contexts(of: data(50, seed: 6))
    #expect(again == typicality)
    #expect(try again.scores(of: contexts) == typicality.scores(of: contexts))
  }

  @Test("Parts that contradict each other are refused")
  func contradictions() throws {
    let (_, typicality, _) = try trained(.identity, count: 200)
    let changes: [(inout OutOfDistribution.Learnt) -> Void] = [
      { $0.mean.removeLast() }, { $0.factor.removeLast() }, { $0.factor[0] = 0 }, { $0.factor[3] = .nan },
      { $0.deviation = [0, 0, 0] }, { $0.heldOutDistances = [] }, { $0.heldOutDistances = [2, 1] },
    ]
    for change in changes {
      var learnt = typicality.distances.learnt
      change(&learnt)
      let error = #expect(throws: DiagnosticError.self) { try OutOfDistribution(learnt) }
      #expect(error?.code == .shapeDiffers)
    }
    #expect(throws: DiagnosticError.self) {
      try Typicality(distances: typicality.distances, heldOut: SampleSet([1, 2], dimensions: 2))
    }
    #expect(throws: DiagnosticError.self) { try typicality.scores(of: [1, 2]) }
  }

  @Test("Contexts that are too wide, or all the same, are not scored")
  func none() throws {
    let prior = try Simulators.boxPrior(1)
    let theta = try Simulators.linear(prior, count: 30, seed: 7).parameters()
    for (width, value) in [(513, Float?.none), (4, 2)] {
      var generator = RandomStream(seed: 1, simulation: width, purpose: Simulators.noise)
      let data = (0..<30 * width).map { _ in value ?? Float(generator.normal()) }
      let pairs = InMemoryPairs(parameters: theta, data: data, shape: [width])
      let training = try train(quickConfiguration(.mixture, epochs: 1), prior, pairs)
      #expect(
        try Typicality(
          of: training.model, pairs, training: training.trainingPairs, heldOut: training.validationPairs) == nil)
    }
  }

  @Test("Observations of fewer records than the pairs have are as likely as those of training were", arguments: [1, 6])
  func records(count: Int) throws {
    let prior = try Simulators.boxPrior(1)
    func made(_ pairs: Int, seed: UInt64) throws -> (theta: [Double], data: [Float]) {
      let sampler = try ParameterSampler(prior: prior, method: .random, seed: seed)
      let theta = (0..<pairs).flatMap { sampler.parameters(of: $0) }
      let data = theta.indices.flatMap { pair -> [Float] in
        var stream = RandomStream(seed: seed, simulation: pair, purpose: Simulators.noise)
        return (0..<6).map { _ in Float(theta[pair] + 0.3 * stream.normal()) }
      }
      return (theta, data)
    }
    var configuration = quickConfiguration(.mixture, epochs: 4)
    (configuration.records, configuration.validationShare) = (RecordSettings(), 0.4)
    let (theta, data) = try made(2000, seed: 1)
    let pairs = InMemoryPairs(parameters: theta, data: data, shape: [6])
    let training = try train(configuration, prior, pairs)
    let typicality = try #require(
      try Typicality(of: training.model, pairs, training: training.trainingPairs, heldOut: training.validationPairs))
    let fresh = try made(400, seed: 2).data.enumerated().map { $0.offset % 6 < count ? $0.element : .nan }
    let strange = try typicality.scores(of: training.model.contexts(of: fresh)).count {
      $0.pValue < Typicality.strangeLevel
    }
    // One in a hundred of all numbers of records, and at most six of one number.
    #expect(strange < 28, "\(strange)")
  }
}
