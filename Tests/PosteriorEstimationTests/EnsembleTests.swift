import EvokeNumerics
import Foundation
import Networks
import Testing

@testable import PosteriorEstimation

@Suite("Mixtures of densities that learn side by side")
struct DensityEnsembleTests {
  private let store: ParameterStore
  private let shared: DensityEnsemble
  private let apart: DensityEnsemble
  private let memberWidth = 2

  /// Three members of unlike kinds over one value, whose parameters differ much.
  init() throws {
    var store = ParameterStore()
    func members(_ name: String) throws -> [any ConditionalDensity] {
      try [DensitySettings.Kind.splineFlow, .autoregressiveFlow, .mixture].enumerated().map { number, kind in
        try store.prefixing("\(name).\(number).") { store throws(PosteriorError) in
          try quickConfiguration(kind).density.density(count: 1, contextCount: 2, seed: UInt64(number), in: &store)
        }
      }
    }
    shared = DensityEnsemble(try members("shared"), sharesContext: true)
    apart = DensityEnsemble(try members("apart"), sharesContext: false)
    var stream = RandomStream(seed: 8, simulation: 0, purpose: Simulators.noise)
    for place in store.values.indices { store.values[place] += Float(0.2 * stream.normal()) }
    self.store = store
  }

  private func run<Result>(_ body: (Tape) throws -> Result) rethrows -> Result {
    let tape = Tape()
    return try store.values.withUnsafeBufferPointer { values in
      tape.start(parameters: values.baseAddress, gradients: nil, training: nil)
      return try body(tape)
    }
  }

  private func logDensities(_ density: any ConditionalDensity, at points: [Float], _ context: [Float]) -> [Double] {
    run { tape in
      tape.values(
        of: density.logDensity(
          of: tape.constant(points, rows: points.count, columns: 1),
          given: tape.constant(context, rows: 1, columns: context.count), on: tape)
      ).map(Double.init)
    }
  }

  @Test("It is the log of the mean of the members' densities, each given its part of the context")
  func mean() {
    let points: [Float] = [-2, -0.3, 0, 0.7, 40]
    let context: [Float] = [0.5, -1, 1.5, 0.2, -0.7, 2]
    #expect(shared.contextCount == 2 && apart.contextCount == 6)
    for (ensemble, context) in [(shared, Array(context[..<2])), (apart, context)] {
      let found = logDensities(ensemble, at: points, context)
      let own = ensemble.members.enumerated().map { number, member in
        let part = ensemble.sharesContext ? context : Array(context[number * memberWidth..<(number + 1) * memberWidth])
        return logDensities(member, at: points, part)
      }
      for row in points.indices {
        let largest = own.map { $0[row] }.max() ?? 0
        let expected = largest + log(own.reduce(0) { $0 + exp($1[row] - largest) } / 3)
        #expect(abs(found[row] - expected) < 1e-5 * max(1, abs(expected)))
      }
    }
  }

  @Test("It integrates to one, and draws have it, each context its own", arguments: [1, 3])
  func draws(contexts: Int) throws {
    let each = 20_000
    var stream = RandomStream(seed: 3, simulation: contexts, purpose: Simulators.noise)
    let context = (0..<contexts * 6).map { _ in Float(stream.normal()) }
    #expect(apart.noiseCount == 3)
    let noise = (0..<contexts * each * 3).map { _ in Float(stream.normal()) }
    let (draws, drawn) = run { tape in
      let draws = apart.draws(
        from: tape.constant(noise, rows: contexts * each, columns: 3),
        given: tape.constant(context, rows: contexts, columns: 6), on: tape)
      return (tape.values(of: draws.values), tape.values(of: draws.logDensity).map(Double.init))
    }
    let step = 2e-3
    let grid = stride(from: -60.0, through: 60, by: step).map { Float($0) }
    for number in 0..<contexts {
      let at = Array(context[number * 6..<(number + 1) * 6])
      let densities = logDensities(apart, at: grid, at).map { exp($0) }
      let sum = densities.reduce(0, +) * step
      #expect(abs(sum - 1) < 1e-3, "\(sum)")
      // Kolmogorov and Smirnov's distance; 1.95 / sqrt(n) is passed once in a thousand times.
      let own = Array(draws[number * each..<(number + 1) * each])
      var (below, place, distance) = (0.0, 0, 0.0)
      for (rank, draw) in own.sorted().enumerated() {
        while place < grid.count, grid[place] < draw {
          below += densities[place] * step
          place += 1
        }
        distance = max(distance, abs(below - (Double(rank) + 0.5) / Double(each)))
      }
      #expect(distance < 1.95 / Double(each).squareRoot(), "\(distance)")
      for (found, expected) in zip(drawn[number * each..<(number + 1) * each], logDensities(apart, at: own, at)) {
        #expect(abs(found - expected) < 1e-4 * max(1, abs(expected)))
      }
    }
  }

  @Test("Gradients for values and contexts are slopes by central differences")
  func gradients() {
    let (rows, width) = (5, 6)
    var stream = RandomStream(seed: 4, simulation: 0, purpose: Simulators.noise)
    let start = (0..<rows * (1 + width)).map { _ in Float(stream.normal()) }
    func value(_ point: [Float]) -> (sum: Double, gradients: [Float]) {
      let tape = Tape()
      var gradients = [Float](repeating: 0, count: store.values.count)
      return store.values.withUnsafeBufferPointer { parameters in
        gradients.withUnsafeMutableBufferPointer { gradients in
          tape.start(parameters: parameters.baseAddress, gradients: gradients.baseAddress, training: nil)
          let (values, context) = (tape.matrix(rows: rows, columns: 1), tape.matrix(rows: rows, columns: width))
          for place in 0..<rows { values.values[place] = point[place] }
          for place in 0..<rows * width { context.values[place] = point[rows + place] }
          let density = apart.logDensity(of: values, given: context, on: tape)
          let sum = tape.values(of: density).reduce(0.0) { $0 + Double($1) }
          tape.backward(from: density)
          let slopes = [values, context].flatMap { node in
            tape.gradient(of: node).map { Array(UnsafeBufferPointer(start: $0.values, count: node.count)) } ?? []
          }
          return (sum, slopes)
        }
      }
    }
    let gradients = value(start).gradients
    #expect(gradients.count == start.count)
    let length = gradients.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    for place in start.indices {
      var (low, high) = (start, start)
      low[place] -= 2e-3
      high[place] += 2e-3
      let slope = (value(high).sum - value(low).sum) / Double(high[place] - low[place])
      #expect(abs(slope - Double(gradients[place])) < 0.01 * length, "\(place): \(slope), not \(gradients[place])")
    }
  }

  @Test("A mixture none of whose members has a density has none, and no gradient")
  func none() {
    let tape = Tape()
    let parameters: [Float] = [-.infinity, -.infinity, 0, -.infinity]
    var gradients = [Float](repeating: 0, count: 4)
    var store = ParameterStore()
    let parameter = store.add("x", shape: [2, 2]) { 0 }
    parameters.withUnsafeBufferPointer { parameters in
      gradients.withUnsafeMutableBufferPointer { gradients in
        tape.start(parameters: parameters.baseAddress, gradients: gradients.baseAddress, training: nil)
        let found = tape.logMeanExp(tape.node(parameter))
        #expect(tape.values(of: found) == [-.infinity, -log(2)])
        tape.backward(from: found)
      }
    }
    #expect(gradients == [0, 0, 1, 0])
  }
}

@Suite("Ensembles of posteriors")
struct PosteriorEnsembleTests {
  private func configuration(
    _ kind: DensitySettings.Kind, members: Int, embedding: EmbeddingSettings.Kind = .identity, epochs: Int = 3
  ) -> PosteriorConfiguration {
    var configuration = quickConfiguration(kind, embedding: embedding, epochs: epochs)
    configuration.ensemble = members
    return configuration
  }

  @Test("An ensemble of one is the model alone, and its names are", arguments: DensitySettings.Kind.allCases)
  func one(kind: DensitySettings.Kind) throws {
    let prior = try Simulators.boxPrior(2)
    let pairs = try Simulators.linear(prior, count: 200, seed: 1)
    let plain = try train(quickConfiguration(kind), prior, pairs)
    #expect(try train(configuration(kind, members: 1), prior, pairs).checkpoint == plain.checkpoint)
    #expect(plain.model.parameters.parameters.allSatisfy { !$0.name.contains("member") })
    let two = try train(configuration(kind, members: 2), prior, pairs).model
    #expect(
      two.parameters.parameters.map(\.name)
        == (0..<2).flatMap { member in plain.model.parameters.parameters.map { "member.\(member).\($0.name)" } })
  }

  @Test(
    "Each member learns as it would alone, also where gradients are shortened", arguments: [0.0, 0.02],
    [EmbeddingSettings.Kind.identity, .fullyConnected])
  func apart(longest: Double, embedding: EmbeddingSettings.Kind) throws {
    let prior = try Simulators.boxPrior(2)
    let pairs = try Simulators.linear(prior, count: 300, seed: 1)
    var settings = configuration(.splineFlow, members: 2, embedding: embedding)
    settings.training.longestGradient = longest
    let both = try train(settings, prior, pairs)
    for member in 0..<2 {
      // The order of pairs hangs on the seed of the run, so a member alone has that seed and starts from its first values.
      var own = settings
      own.ensemble = 1
      let start = try PosteriorTraining(settings, prior: prior, pairs: pairs).model.member(member).parameters.values
      let optimizer = OptimizerState(count: start.count)
      let rows = try PosteriorTraining(own, prior: prior, pairs: pairs).checkpoint.rowCount
      let alone = try train(
        own, prior, pairs,
        from: TrainingCheckpoint(
          settings: TrainingSettings(), rowCount: rows, values: start, optimizer: optimizer, bestValues: start))
      let values = alone.checkpoint.values
      let found = both.checkpoint.values[member * values.count..<(member + 1) * values.count]
      let moved = zip(values, start).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(moved > 0.01)
      for (value, expected) in zip(found, values) { #expect(abs(value - expected) < 1e-3 * moved) }
    }
  }

  @Test("The number of threads changes no bit, and a run that is resumed gives those of one that was not")
  func repeatable() throws {
    let prior = try Simulators.gaussianPrior(2)
    let pairs = try Simulators.linear(prior, count: 300, seed: 1)
    let settings = configuration(.autoregressiveFlow, members: 3, embedding: .fullyConnected)
    let whole = try train(settings, prior, pairs)
    #expect(try train(settings, prior, pairs, threads: 3).checkpoint == whole.checkpoint)
    let part = try train(settings, prior, pairs, batches: 7)
    #expect(try train(settings, prior, pairs, from: part.checkpoint).checkpoint == whole.checkpoint)
    let observations: [Float] = [0.2, -0.3, 0.9, 0.9, 0, 0]
    let draws = try whole.model.draws(700, given: observations, seed: 4)
    #expect(try whole.model.draws(700, given: observations, seed: 4, threads: 3) == draws)
    let densities = try whole.model.logDensity(of: draws.values, given: observations)
    for (found, expected) in zip(draws.logDensity, densities) {
      #expect(abs(found - expected) < 1e-3 * max(1, abs(expected)))
    }
    let modes = try whole.model.modes(given: observations, seed: 2)
    for (number, mode) in modes.enumerated() {
      #expect(mode.logDensity > (draws.logDensity[number * 700..<(number + 1) * 700].max() ?? 0) - 0.05)
    }
  }

  @Test("On other pairs the mixture of five is better than its members are on the mean, by Jensen's inequality")
  func better() throws {
    let prior = try Simulators.gaussianPrior(4)
    var settings = PosteriorConfiguration(.splineFlow)
    settings.ensemble = 5
    let model = try train(settings, prior, Simulators.linear(prior, count: 500, seed: 1), threads: 2).model
    let (count, d) = (500, 4)
    let others = try Simulators.linear(prior, count: count, seed: 2)
    var data = [Float](repeating: 0, count: count * d)
    data.withUnsafeMutableBufferPointer { others.read(0..<count, into: $0) }
    func densities(_ model: PosteriorModel) throws -> [Double] {
      try model.logDensity(of: others.parameters(), given: data, threads: 2)
    }
    let members = try (0..<5).map { try densities(model.member($0)) }
    let mixture = try densities(model)
    for (pair, found) in mixture.enumerated() {
      let own = members.map { $0[pair] }
      let largest = own.max() ?? 0
      let expected = largest + log(own.reduce(0) { $0 + exp($1 - largest) } / 5)
      #expect(abs(found - expected) < 1e-4 * max(1, abs(expected)))
    }
    let means = members.map { $0.reduce(0, +) / Double(count) }
    let mean = mixture.reduce(0, +) / Double(count)
    #expect(mean > means.reduce(0, +) / 5 + 1e-3, "\(mean), and \(means)")
    #expect(Set(means).count == 5)
  }

  @Test("Rounds of snpe-c and tsnpe go on with an ensemble", arguments: SequentialSettings.Method.allCases)
  func rounds(method: SequentialSettings.Method) throws {
    let prior = try Simulators.boxPrior(2)
    var settings = SequentialSettings()
    (settings.method, settings.rounds, settings.simulations) = (method, 2, 100)
    var estimation = try SequentialEstimation(
      configuration(.splineFlow, members: 2), settings: settings, prior: prior, simulator: LinearSimulator(),
      observation: [0.3, -0.4], shape: [2])
    while try estimation.advance() != nil {}
    let model = try #require(estimation.model)
    #expect(model.network.density is DensityEnsemble)
    #expect(try model.draws(50, given: [0.3, -0.4], seed: 1).values.allSatisfy { abs($0) <= 1 })
  }

  @Test("Older configurations are of one network, and numbers of members that mean nothing are refused")
  func stored() throws {
    let text = try configuration(.mixture, members: 1).json()
    #expect(text.contains(#""ensemble":1,"#))
    let older = text.replacingOccurrences(of: #""ensemble":1,"#, with: "")
    #expect(try PosteriorConfiguration(json: older) == configuration(.mixture, members: 1))
    var settings = configuration(.mixture, members: 1)
    try settings.set("ensemble", to: "4")
    #expect(settings.ensemble == 4)
    for members in ["0", "101", "-1", "1.5"] {
      let error = #expect(throws: PosteriorError.self) { try settings.set("ensemble", to: members) }
      #expect(error?.code == .invalidSetting)
    }
  }
}

/// Parameters and noise of deviation 0.1.
private struct LinearSimulator: Simulator {
  func simulate(_ parameters: [Double], first: Int, progress: @Sendable (Double) -> Void) -> SimulatedData {
    let values = parameters.enumerated().map { place, value in
      let stream = RandomStream(seed: 1, simulation: first + place / 2, purpose: Simulators.noise)
      return Float(value + 0.1 * (stream.uniform(at: UInt64(place % 2)) - 0.5))
    }
    return SimulatedData(shape: [2], values: values, isGood: Array(repeating: true, count: parameters.count / 2))
  }
}
