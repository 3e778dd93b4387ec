import EEGCore
import EvokeNumerics
import Foundation
import InverseModels
import Networks
import Testing

@testable import PosteriorEstimation

@Suite("Modes of posteriors")
struct PosteriorModeTests {
  @Test("No draw and no neighbour is denser than the mode", arguments: DensitySettings.Kind.allCases)
  func densest(kind: DensitySettings.Kind) throws {
    let prior = try Simulators.gaussianPrior(2)
    let model = try train(
      quickConfiguration(kind, epochs: 20), prior, Simulators.linear(prior, count: 600, seed: 1)
    ).model
    let observations: [Float] = [0.3, -0.2, -0.5, 0.6]
    let modes = try model.modes(given: observations, seed: 2, threads: 2)
    #expect(try model.modes(given: observations, seed: 2) == modes)
    let draws = try model.draws(2000, given: observations, seed: 3)
    for (number, mode) in modes.enumerated() {
      let observation = Array(observations[2 * number..<2 * number + 2])
      let stored = try model.logDensity(of: mode.values, given: observation)[0]
      #expect(abs(stored - mode.logDensity) < 1e-4)
      let densest = draws.logDensity[number * 2000..<(number + 1) * 2000].max() ?? .infinity
      #expect(mode.logDensity > densest - 1e-3)
      // The posterior's standard deviation is 0.22.
      for step in [[0.01, 0], [-0.01, 0], [0, 0.01], [0, -0.01]] {
        let neighbour = try model.logDensity(of: zip(mode.values, step).map(+), given: observation)[0]
        #expect(neighbour < mode.logDensity + 1e-3)
      }
    }
  }

  @Test("A density that rises towards a limit has its mode next to it, inside the prior")
  func atLimit() throws {
    let prior = try Simulators.boxPrior(1)
    let model = try train(
      quickConfiguration(.splineFlow, epochs: 40), prior, Simulators.linear(prior, count: 1000, seed: 1)
    ).model
    // The likelihood is highest beyond the limit.
    let mode = try model.modes(given: [1.6], seed: 1)[0].values[0]
    #expect(mode > 0.9 && mode < 1)
  }
}

@Suite("Posteriors of other caps")
struct OtherCapTests {
  private func description(_ order: [Int]) -> InputDescription { OtherCaps.description(order) }

  private func model(_ embedding: EmbeddingSettings.Kind) throws -> PosteriorModel {
    let (prior, pairs) = try Simulators.waves(count: 100, seed: 1)
    return try train(
      quickConfiguration(.splineFlow, embedding: embedding, epochs: 2), prior, pairs, description: description([0, 1])
    ).model
  }

  @Test("A transformer's posterior does not depend on the order of electrodes, and serves fewer of them")
  func transformer() throws {
    let model = try model(.eegTransformer)
    let (_, fresh) = try Simulators.waves(count: 1, seed: 2)
    var data = [Float](repeating: 0, count: 48)
    data.withUnsafeMutableBufferPointer { fresh.read(0..<1, into: $0) }
    let draws = try model.draws(50, given: data, seed: 1)
    let swapped = try model.adapted(to: description([1, 0])).draws(50, given: Array(data[24...] + data[..<24]), seed: 1)
    for (value, other) in zip(draws.values, swapped.values) { #expect(abs(value - other) < 1e-4) }
    let single = try model.adapted(to: description([1]))
    #expect(try single.draws(50, given: Array(data[24...]), seed: 1).values.allSatisfy(\.isFinite))
    #expect(throws: PosteriorError.self) { try single.draws(50, given: data + [0], seed: 1) }
  }

  @Test(
    "What knows channels by number, and other times, are refused", arguments: [EmbeddingSettings.Kind.identity, .lstm])
  func refused(embedding: EmbeddingSettings.Kind) throws {
    let model = try model(embedding)
    var error = #expect(throws: PosteriorError.self) { try model.adapted(to: description([0])) }
    #expect(error?.code == .shapeDiffers && error?.message.contains("train") == true)
    var later = description([0, 1])
    later.times = later.times.map { $0 + 1 }
    error = #expect(throws: PosteriorError.self) { try self.model(.eegTransformer).adapted(to: later) }
    #expect(error?.code == .shapeDiffers)
  }
}
