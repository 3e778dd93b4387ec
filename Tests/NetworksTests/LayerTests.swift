import EvokeNumerics
import Testing

@testable import Networks

@Suite("Layers")
struct LayerTests {
  /// A built case with its stored values.
  struct Built {
    let store: ParameterStore
    let x: Parameter
    let reference: NetworkReference
    let run: (Node, Tape) throws -> Node

    init(_ layer: LayerCase) throws {
      reference = try NetworkReference(layer.name)
      var store = ParameterStore()
      var stream = RandomStream(seed: 1, simulation: 0, purpose: .initialValues)
      x = try reference.input(in: &store)
      run = try layer.build(&store, &stream, reference)
      try reference.load(into: &store)
      self.store = store
    }

    func differentiate(
      _ store: ParameterStore, on tape: Tape, training: TrainingPass? = nil
    ) throws -> (output: [Float], value: Double, gradients: [Float]) {
      var failure: (any Error)?
      let result = differentiateNetwork(
        store, on: tape, weights: try reference.values("weights"), training: training
      ) { tape in
        do { return try run(tape.node(x), tape) } catch {
          failure = error
          return tape.node(x)
        }
      }
      if let failure { throw failure }
      return result
    }
  }

  @Test("Results and gradients are PyTorch's", arguments: LayerCase.all, levels)
  func matchesPyTorch(layer: LayerCase, level: NetworkKernels.Level) throws {
    let built = try Built(layer)
    let (output, _, gradients) = try built.differentiate(built.store, on: tape(level))
    #expect(largestError(output, try built.reference.values("output")) < 1e-5)
    let expected = try built.reference.gradients(of: built.store)
    let scale = expected.reduce(0) { max($0, abs($1)) }
    for parameter in built.store.parameters {
      for place in parameter.range {
        guard abs(gradients[place] - expected[place]) < 1e-5 * scale else {
          Issue.record("\(parameter.name) \(place - parameter.offset): \(gradients[place]), not \(expected[place])")
          break
        }
      }
    }
  }

  @Test("Gradients are slopes by central differences", arguments: LayerCase.all)
  func matchesDifferences(layer: LayerCase) throws { try compareWithDifferences(Built(layer), training: nil) }

  @Test("With dropout, gradients are slopes too", arguments: LayerCase.dropping, levels)
  func matchesDifferencesWithDropout(layer: LayerCase, level: NetworkKernels.Level) throws {
    let built = try Built(layer)
    let training = TrainingPass(seed: 3, step: 4)
    try compareWithDifferences(built, training: training, on: tape(level))
    // Something was dropped, and nothing is without training.
    let output = try built.differentiate(built.store, on: tape(level)).output
    #expect(try built.differentiate(built.store, on: tape(level), training: training).output != output)
  }

  private func compareWithDifferences(_ built: Built, training: TrainingPass?, on tape: Tape = Tape()) throws {
    func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let gradients = try built.differentiate(built.store, on: tape, training: training).gradients
    for direction in 0..<3 {
      var stream = RandomStream(seed: 5, simulation: direction, purpose: .initialValues)
      // Of one parameter after the other, because a large gradient hides the others.
      for parameter in built.store.parameters {
        let gradient = gradients[parameter.range].map { Double($0) }
        let length = norm(gradient)
        let random = gradient.map { _ in stream.normal() }
        // Half along the gradient, where the slope is large beside rounding, and half anywhere.
        let sum = zip(gradient, random).map { $0 / max(length, 1e-6) + $1 / norm(random) }
        let along = sum.map { $0 / norm(sum) }
        let slope = zip(along, gradient).reduce(0) { $0 + $1.0 * $1.1 }
        func value(_ step: Double) throws -> Double {
          var store = built.store
          for (number, place) in parameter.range.enumerated() { store.values[place] += Float(step * along[number]) }
          return try built.differentiate(store, on: tape, training: training).value
        }
        let step = 2e-3
        let difference = (try value(step) - value(-step)) / (2 * step)
        #expect(abs(slope - difference) < 0.01 * length + 2e-3, "\(parameter.name): \(slope), not \(difference)")
      }
    }
  }

  @Test("A pass without gradients gives the same results", arguments: LayerCase.all, levels)
  func inference(layer: LayerCase, level: NetworkKernels.Level) throws {
    let built = try Built(layer)
    let tape = try tape(level)
    let expected = try built.differentiate(built.store, on: tape).output
    let output = try built.store.values.withUnsafeBufferPointer { values in
      tape.start(parameters: values.baseAddress, gradients: nil, training: nil)
      return tape.values(of: try built.run(tape.node(built.x), tape))
    }
    #expect(largestError(output, expected) < 1e-6)
  }

  @Test("A second pass allocates nothing, and gives the same bits", arguments: LayerCase.all)
  func repeated(layer: LayerCase) throws {
    let built = try Built(layer)
    let tape = Tape()
    let first = try built.differentiate(built.store, on: tape)
    let memory = tape.memoryByteCount
    let second = try built.differentiate(built.store, on: tape)
    #expect(tape.memoryByteCount == memory)
    #expect(first.output == second.output && first.gradients == second.gradients)
  }
}
