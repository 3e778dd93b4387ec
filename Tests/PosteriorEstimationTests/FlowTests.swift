import EvokeNumerics
import Foundation
import Networks
import TestSupport
import Testing

@testable import PosteriorEstimation

@Suite("Conditional densities")
struct DensityTests {
  @Test("Log densities and gradients are PyTorch's", arguments: DensityCase.all, levels)
  func matchesPyTorch(density: DensityCase, level: NetworkKernels.Level) throws {
    let built = try BuiltDensity(density)
    let (output, _, gradients) = try built.differentiate(built.store, on: tape(level))
    #expect(largestError(output, try built.reference.values("output")) < 1e-5)
    let expected = try built.store.parameters.map { parameter in
      switch parameter.name {
      case "x", "context": try built.reference.values("d\(parameter.name)")
      default: try built.reference.values("gradients/\(parameter.name)")
      }
    }
    let scale = expected.joined().reduce(0) { max($0, abs($1)) }
    for (parameter, expected) in zip(built.store.parameters, expected) {
      for (place, value) in zip(parameter.range, expected) where abs(gradients[place] - value) > 2e-5 * scale {
        Issue.record("\(parameter.name) \(place - parameter.offset): \(gradients[place]), not \(value), of \(scale)")
        break
      }
    }
  }

  @Test("Draws are what the flow turns into their noise, with its log density", arguments: DensityCase.flows, levels)
  func draws(density: DensityCase, level: NetworkKernels.Level) throws {
    let built = try BuiltDensity(density)
    let noise = try built.reference.values("noise")
    let (shape, x) = (try built.reference.shape("x"), try built.reference.values("x"))
    let output = try built.reference.values("output")
    try built.run(on: tape(level)) { tape in
      let draws = built.density.draws(
        from: tape.constant(noise, rows: shape[0], columns: shape[1]), given: tape.rowsNode(built.context), on: tape)
      #expect(largestError(tape.values(of: draws.values), x) < 1e-4)
      #expect(largestError(tape.values(of: draws.logDensity), output) < 1e-4)
    }
  }
}

extension DensityTests {
  @Test("Gradients are slopes by central differences", arguments: DensityCase.all, levels)
  func matchesDifferences(density: DensityCase, level: NetworkKernels.Level) throws {
    func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let built = try BuiltDensity(density)
    let tape = try tape(level)
    let gradients = try built.differentiate(built.store, on: tape).gradients
    var stream = RandomStream(seed: 5, simulation: 0, purpose: .initialValues)
    for parameter in built.store.parameters {
      let gradient = gradients[parameter.range].map { Double($0) }
      let length = norm(gradient)
      // Half along the gradient, where the slope is large beside rounding, and half anywhere.
      let random = gradient.map { _ in stream.normal() }
      let sum = zip(gradient, random).map { $0 / max(length, 1e-6) + $1 / norm(random) }
      let along = sum.map { $0 / norm(sum) }
      let slope = zip(along, gradient).reduce(0) { $0 + $1.0 * $1.1 }
      func value(_ step: Double) throws -> Double {
        var store = built.store
        for (number, place) in parameter.range.enumerated() { store.values[place] += Float(step * along[number]) }
        return try built.differentiate(store, on: tape).value
      }
      // Slopes of a spline's slope jump at knots: a large gradient allows a step that crosses few of them.
      let step = length > 20 ? 4e-4 : 2e-3
      let difference = (try value(step) - value(-step)) / (2 * step)
      #expect(abs(slope - difference) < 0.01 * length + 5e-3, "\(parameter.name): \(slope), not \(difference)")
    }
  }

  @Test("A pass without gradients gives the same, and a second one allocates nothing", arguments: DensityCase.all)
  func repeated(density: DensityCase) throws {
    let built = try BuiltDensity(density)
    let tape = Tape()
    let first = try built.differentiate(built.store, on: tape)
    let memory = tape.memoryByteCount
    let second = try built.differentiate(built.store, on: tape)
    #expect(tape.memoryByteCount == memory)
    #expect(first.output == second.output && first.gradients == second.gradients)
    let alone = built.run(on: tape) { tape in
      tape.values(
        of: built.density.logDensity(of: tape.rowsNode(built.x), given: tape.rowsNode(built.context), on: tape))
    }
    #expect(alone == first.output)
  }

  /// Log densities of points, rows of d, for one context.
  private func logDensities(_ built: BuiltDensity, at points: [Float], _ context: [Float]) -> [Float] {
    let d = built.density.count
    return built.run(on: Tape()) { tape in
      tape.values(
        of: built.density.logDensity(
          of: tape.constant(points, rows: points.count / d, columns: d),
          given: tape.constant(context, rows: 1, columns: context.count), on: tape))
    }
  }

  @Test(
    "Densities of one value integrate to one, and draws have them",
    arguments: DensityCase.all.filter { $0.name.hasSuffix("one") })
  func oneDimension(density: DensityCase) throws {
    let built = try BuiltDensity(density)
    let context = Array(try built.reference.values("context").prefix(built.density.contextCount))
    let (first, last, step) = (-60.0, 60.0, 2e-3)
    let grid = stride(from: first, through: last, by: step).map { Float($0) }
    let densities = logDensities(built, at: grid, context).map { exp(Double($0)) }
    let sum = densities.reduce(0, +) * step
    #expect(abs(sum - 1) < 1e-3, "\(sum)")
    // Kolmogorov and Smirnov's distance of 20,000 draws; 1.95 / sqrt(n) is passed once in a thousand times.
    let count = 20_000
    var stream = RandomStream(seed: 3, simulation: 0, purpose: .initialValues)
    let noise = (0..<count * built.density.noiseCount).map { _ in Float(stream.normal()) }
    let (draws, logDensity) = built.run(on: Tape()) { tape in
      let draws = built.density.draws(
        from: tape.constant(noise, rows: count, columns: built.density.noiseCount),
        given: tape.constant(context, rows: 1, columns: context.count), on: tape)
      return (tape.values(of: draws.values), tape.values(of: draws.logDensity))
    }
    var (below, place, distance) = (0.0, 0, 0.0)
    for (number, draw) in draws.sorted().enumerated() {
      while place < grid.count, grid[place] < draw {
        below += densities[place] * step
        place += 1
      }
      distance = max(distance, abs(below - (Double(number) + 0.5) / Double(count)))
    }
    #expect(distance < 1.95 / Double(count).squareRoot(), "\(distance)")
    #expect(largestError(logDensity, logDensities(built, at: draws, context)) < 1e-4)
  }

  @Test("Densities of two values integrate to one")
  func twoDimensions() throws {
    let built = try BuiltDensity(try #require(DensityCase.all.first { $0.name == "spline_two" }))
    let context = Array(try built.reference.values("context").prefix(2))
    let step = 0.05
    let axis = stride(from: -12.0, through: 12, by: step).map { Float($0) }
    let sum = axis.reduce(0.0) { sum, x in
      logDensities(built, at: axis.flatMap { [x, $0] }, context).reduce(sum) { $0 + exp(Double($1)) * step * step }
    }
    #expect(abs(sum - 1) < 3e-3, "\(sum)")
  }

  @Test("Draws of a mixture have its density", arguments: [1, 3])
  func mixtureDraws(contexts: Int) throws {
    let built = try BuiltDensity(try #require(DensityCase.all.first { $0.name == "mixture" }))
    let (d, each) = (4, 30_000)
    let context = Array(try built.reference.values("context").prefix(5 * contexts))
    var stream = RandomStream(seed: 4, simulation: 0, purpose: .initialValues)
    let noise = (0..<contexts * each * 5).map { _ in Float(stream.normal()) }
    let (draws, logDensity) = built.run(on: Tape()) { tape in
      let draws = built.density.draws(
        from: tape.constant(noise, rows: contexts * each, columns: 5),
        given: tape.constant(context, rows: contexts, columns: 5), on: tape)
      return (tape.values(of: draws.values), tape.values(of: draws.logDensity))
    }
    for number in 0..<contexts {
      let own = Array(draws[number * each * d..<(number + 1) * each * d])
      let at = Array(context[number * 5..<(number + 1) * 5])
      #expect(
        largestError(Array(logDensity[number * each..<(number + 1) * each]), logDensities(built, at: own, at)) < 1e-4)
      // The mean of a known density over the draws of another: importance sampling of the integral of N(mean, spread).
      let means = (0..<d).map { place in (0..<each).reduce(0.0) { $0 + Double(own[$1 * d + place]) } / Double(each) }
      let spreads = (0..<d).map { place in
        (0..<each).reduce(0.0) { $0 + pow(Double(own[$1 * d + place]) - means[place], 2) } / Double(each)
      }
      let weights = (0..<each).map { row in
        let normal = (0..<d).reduce(0.0) {
          let z = (Double(own[row * d + $1]) - means[$1]) / (0.5 * spreads[$1].squareRoot())
          return $0 - 0.5 * z * z - log(0.5 * spreads[$1].squareRoot() * (2 * Double.pi).squareRoot())
        }
        return exp(normal - Double(logDensity[number * each + row]))
      }
      let mean = weights.reduce(0, +) / Double(each)
      let error = (weights.reduce(0) { $0 + pow($1 - mean, 2) }).squareRoot() / Double(each)
      #expect(abs(mean - 1) < 4 * error && error < 0.1, "\(mean) ± \(error)")
    }
  }

  @Test(
    "Densities of any size are the same at every instruction set, but for rounding", arguments: UInt64(0)..<9,
    levels.filter { $0 != .baseline })
  func sizes(number: UInt64, level: NetworkKernels.Level) throws {
    var generator = SplitMix64(seed: number)
    let kind = DensitySettings.Kind.allCases[Int(number % 3)]
    var settings = DensitySettings(kind)
    switch settings {
    case .splineFlow(var sizes):
      (sizes.transforms, sizes.hidden) = (2, Int.random(in: 1...35, using: &generator))
      sizes.bins = Int.random(in: 1...12, using: &generator)
      settings = .splineFlow(sizes)
    case .autoregressiveFlow(var sizes):
      (sizes.transforms, sizes.hidden) = (2, Int.random(in: 1...35, using: &generator))
      settings = .autoregressiveFlow(sizes)
    case .mixture(var sizes):
      (sizes.components, sizes.hidden) = (Int.random(in: 1...5, using: &generator), 13)
      settings = .mixture(sizes)
    }
    let (d, contexts) = (Int.random(in: 1...7, using: &generator), Int.random(in: 1...9, using: &generator))
    let samples = Int.random(in: 1...75, using: &generator)
    var store = ParameterStore()
    let density = try settings.density(count: d, contextCount: contexts, seed: number, in: &store)
    var stream = RandomStream(seed: number, simulation: 1, purpose: .initialValues)
    for place in store.values.indices { store.values[place] += 0.1 * Float(stream.normal()) }
    let x = store.add("x", shape: [samples, d]) { Float(stream.normal()) }
    let context = store.add("context", shape: [samples, contexts]) { Float(stream.normal()) }
    func run(_ level: NetworkKernels.Level) throws -> (output: [Float], gradients: [Float]) {
      let tape = try tape(level)
      var gradients = [Float](repeating: 0, count: store.values.count)
      let output = store.values.withUnsafeBufferPointer { values in
        gradients.withUnsafeMutableBufferPointer { gradients in
          tape.start(parameters: values.baseAddress, gradients: gradients.baseAddress, training: nil)
          let y = density.logDensity(of: tape.rowsNode(x), given: tape.rowsNode(context), on: tape)
          tape.backward(from: y)
          return tape.values(of: y)
        }
      }
      return (output, gradients)
    }
    let (values, expected) = (try run(level), try run(.baseline))
    #expect(largestError(values.output, expected.output) < 1e-5)
    #expect(largestError(values.gradients, expected.gradients) < 1e-5)
  }
}
