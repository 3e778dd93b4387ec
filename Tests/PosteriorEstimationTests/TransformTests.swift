import EvokeNumerics
import Foundation
import Networks
import TestSupport
import Testing

@testable import PosteriorEstimation

/// One transform of the list with random parameters: a new one is one more entry.
struct TransformCase: CustomTestStringConvertible, Sendable {
  let name: String
  let count: Int
  let build: @Sendable (inout ParameterStore, inout RandomStream) -> any FlowTransform

  var testDescription: String { name }

  static let contexts = 3

  static let all: [TransformCase] =
    [(1, 4), (2, 8), (5, 10), (3, 1)].map { count, bins in
      TransformCase(name: "spline coupling of \(count), \(bins) bins", count: count) { store, stream in
        SplineCoupling(
          "t", count: count, contextCount: contexts,
          transformed: count == 1 ? [0] : Array(stride(from: 1, to: count, by: 2)), spline: SplineSettings(bins: bins),
          hidden: 11, blocks: 2, in: &store, using: &stream)
      }
    }
    + [1, 2, 6].map { count in
      TransformCase(name: "linear of \(count)", count: count) { store, _ in
        LinearFlow("t", count: count, in: &store)
      }
    }
    + [1, 2, 7].map { count in
      TransformCase(name: "affine autoregression of \(count)", count: count) { store, stream in
        AffineAutoregression(
          "t", count: count, contextCount: contexts, hidden: 9, blocks: 2, in: &store, using: &stream)
      }
    }
    + [
      TransformCase(name: "permutation", count: 4) { _, _ in FlowPermutation(order: [2, 0, 3, 1]) }
    ]
}

@Suite("Flow transforms")
struct TransformTests {
  /// A transform whose parameters are far from their initial values.
  private struct Built {
    let store: ParameterStore
    let transform: any FlowTransform
    let count: Int

    init(_ transform: TransformCase, seed: UInt64 = 1) {
      var store = ParameterStore()
      var stream = RandomStream(seed: seed, simulation: 0, purpose: .initialValues)
      self.transform = transform.build(&store, &stream)
      for place in store.values.indices { store.values[place] += 0.3 * Float(stream.normal()) }
      (self.store, count) = (store, transform.count)
    }

    /// Values, rows of d, and log determinants of the transform in a direction.
    func run(
      _ values: [Float], context: [Float], forward: Bool, on tape: Tape
    ) -> (values: [Float], logDeterminants: [Float]) {
      store.values.withUnsafeBufferPointer { parameters in
        tape.start(parameters: parameters.baseAddress, gradients: nil, training: nil)
        let state = tape.flowState(tape.constant(values, rows: values.count / count, columns: count))
        let contexts = tape.transposed(
          tape.constant(context, rows: context.count / TransformCase.contexts, columns: TransformCase.contexts))
        let result =
          forward
          ? transform.forward(state, given: contexts, on: tape) : transform.inverse(state, given: contexts, on: tape)
        let last = tape.values(of: tape.rows([count], of: result))
        return (tape.values(of: tape.flowValues(result)), last)
      }
    }
  }

  private func normals(_ count: Int, seed: UInt64, scale: Float = 1) -> [Float] {
    var stream = RandomStream(seed: seed, simulation: 0, purpose: .initialValues)
    return (0..<count).map { _ in scale * Float(stream.normal()) }
  }

  @Test("The inverse leads back, with the same log determinant", arguments: TransformCase.all, levels)
  func inverse(transform: TransformCase, level: NetworkKernels.Level) throws {
    let built = Built(transform)
    let samples = 37
    let values = normals(samples * transform.count, seed: 2, scale: 2)
    let context = normals(samples * TransformCase.contexts, seed: 3)
    let forward = built.run(values, context: context, forward: true, on: try tape(level))
    let back = built.run(forward.values, context: context, forward: false, on: try tape(level))
    #expect(largestError(back.values, values) < 2e-5)
    for (a, b) in zip(back.logDeterminants, forward.logDeterminants) { #expect(abs(a - b) < 2e-4) }
  }

  @Test("The log determinant is that of the derivative", arguments: TransformCase.all)
  func determinant(transform: TransformCase) throws {
    let built = Built(transform)
    let (d, samples) = (transform.count, 12)
    let values = normals(samples * d, seed: 4, scale: 1.5)
    let context = normals(samples * TransformCase.contexts, seed: 5)
    let tape = Tape()
    let expected = built.run(values, context: context, forward: true, on: tape).logDeterminants
    var jacobians = Array(repeating: [Double](repeating: 0, count: d * d), count: samples)
    let step: Float = 4e-3
    for column in 0..<d {
      func moved(_ distance: Float) -> [Float] {
        var moved = values
        for sample in 0..<samples { moved[sample * d + column] += distance }
        return built.run(moved, context: context, forward: true, on: tape).values
      }
      let (up, down) = (moved(step), moved(-step))
      for sample in 0..<samples {
        for row in 0..<d {
          let place = sample * d + row
          let run = Double(values[sample * d + column] + step) - Double(values[sample * d + column] - step)
          jacobians[sample][row * d + column] = (Double(up[place]) - Double(down[place])) / run
        }
      }
    }
    // A knot within the step makes the difference a mean of two curvatures.
    let errors = zip(jacobians, expected).map { abs(logDeterminant($0, d) - Double($1)) }.sorted()
    #expect(errors[samples / 2] < 1e-3 * Double(d), "\(errors)")
    #expect(errors[samples - 1] < 2e-2 * Double(d), "\(errors)")
  }

  /// By elimination with pivots.
  private func logDeterminant(_ matrix: [Double], _ d: Int) -> Double {
    var (a, sum) = (matrix, 0.0)
    for column in 0..<d {
      let pivot = (column..<d).max { abs(a[$0 * d + column]) < abs(a[$1 * d + column]) } ?? column
      for k in 0..<d { a.swapAt(column * d + k, pivot * d + k) }
      sum += log(abs(a[column * d + column]))
      for row in column + 1..<max(column + 1, d) {
        let factor = a[row * d + column] / a[column * d + column]
        for k in column..<d { a[row * d + k] -= factor * a[column * d + k] }
      }
    }
    return sum
  }

  @Test("One context for all samples gives what copies of it give", arguments: TransformCase.all, [true, false])
  func sharedContext(transform: TransformCase, forward: Bool) throws {
    let built = Built(transform)
    let (samples, width) = (12, TransformCase.contexts)
    let values = normals(samples * transform.count, seed: 6)
    // Four contexts with three samples each, and one with all twelve.
    for contexts in [1, 4] {
      let context = normals(contexts * width, seed: 7)
      let copies = (0..<samples).flatMap { sample -> ArraySlice<Float> in
        let row = sample * contexts / samples
        return context[row * width..<(row + 1) * width]
      }
      let shared = built.run(values, context: context, forward: forward, on: Tape())
      let each = built.run(values, context: copies, forward: forward, on: Tape())
      #expect(largestError(shared.values, each.values) < 1e-6)
      for (a, b) in zip(shared.logDeterminants, each.logDeterminants) { #expect(abs(a - b) < 1e-5) }
    }
  }

  @Test("Values beyond the bounds of a spline stay")
  func tails() throws {
    let built = Built(TransformCase.all[1])
    let values: [Float] = [0.3, 3.5, 0.3, -4, 0.3, 1e6]
    let result = built.run(values, context: [0.1, 0.2, 0.3], forward: true, on: Tape())
    #expect(result.values == values && result.logDeterminants == [0, 0, 0])
  }

  @Test("A linear flow begins as the identity")
  func identity() {
    var store = ParameterStore()
    let flow = LinearFlow("t", count: 3, in: &store)
    store.values.withUnsafeBufferPointer {
      let tape = Tape()
      tape.start(parameters: $0.baseAddress, gradients: nil, training: nil)
      let values: [Float] = [1, -2, 3, 0.5, 0.25, -8]
      let state = flow.forward(
        tape.flowState(tape.constant(values, rows: 2, columns: 3)), given: tape.constant([0], rows: 1, columns: 1),
        on: tape)
      #expect(largestError(tape.values(of: tape.flowValues(state)), values) < 1e-6)
      #expect(abs(state.values[6]) < 1e-6)
    }
  }

  @Test("A value depends on those before it and on the context alone", arguments: [1, 4, 9])
  func autoregression(count: Int) throws {
    let built = Built(
      TransformCase(name: "", count: count) { store, stream in
        AffineAutoregression("t", count: count, contextCount: 3, hidden: 7, blocks: 2, in: &store, using: &stream)
      })
    let values = normals(count, seed: 8)
    let context: [Float] = [0.4, -1, 2]
    let tape = Tape()
    let before = built.run(values, context: context, forward: true, on: tape).values
    for changed in 0..<count {
      var other = values
      other[changed] += 1
      let after = built.run(other, context: context, forward: true, on: tape).values
      for place in 0..<changed { #expect(after[place] == before[place]) }
      #expect(after[changed] != before[changed])
    }
    // The context reaches even the first value.
    let after = built.run(values, context: [0.4, -1, 3], forward: true, on: tape).values
    for place in 0..<count { #expect(after[place] != before[place]) }
  }
}
