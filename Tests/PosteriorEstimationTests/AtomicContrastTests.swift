import EvokeNumerics
import Foundation
import Networks
import Testing

@testable import PosteriorEstimation

@Suite("The loss over atoms")
struct AtomicContrastTests {
  private let samples = 7
  private let d = 2
  private let width = 3
  private let density: any ConditionalDensity
  private let store: ParameterStore
  /// Shapes `[samples, width]` and `[samples, d + 2]`.
  private let contexts: [Float]
  private let targets: [Float]

  init() throws {
    var store = ParameterStore()
    var sizes = MixtureSettings()
    (sizes.components, sizes.hidden, sizes.layers) = (2, 8, 1)
    density = try DensitySettings.mixture(sizes).density(count: d, contextCount: width, seed: 3, in: &store)
    var stream = RandomStream(seed: 4, simulation: 0, purpose: Simulators.noise)
    // Components that differ, and parameters that tell.
    for place in store.values.indices { store.values[place] += Float(0.3 * stream.normal()) }
    self.store = store
    contexts = (0..<samples * width).map { _ in Float(stream.normal()) }
    targets = (0..<samples).flatMap { row in
      [Float(stream.normal()), Float(stream.normal()), Float(stream.normal()), row < 3 ? 1 : 0]
    }
  }

  /// Losses, and the gradient of their sum.
  private func losses(_ contrast: AtomicContrast, _ store: ParameterStore) -> (values: [Float], gradients: [Float]) {
    let tape = Tape()
    var gradients = [Float](repeating: 0, count: store.values.count)
    let values = store.values.withUnsafeBufferPointer { parameters in
      gradients.withUnsafeMutableBufferPointer { gradients in
        tape.start(
          parameters: parameters.baseAddress, gradients: gradients.baseAddress,
          training: TrainingPass(seed: 1, step: 5))
        let context = tape.constant(contexts, rows: samples, columns: width)
        let rows = tape.constant(targets, rows: samples, columns: d + 2)
        let losses = contrast.losses(of: density, given: context, targets: rows, on: tape)
        let values = tape.values(of: losses)
        tape.backward(from: losses)
        return values
      }
    }
    return (values, gradients)
  }

  /// Log densities of the parameters of all samples given the data of each, `[data, parameters]`.
  private func logDensities() -> [[Double]] {
    let tape = Tape()
    return store.values.withUnsafeBufferPointer { parameters in
      (0..<samples).map { data in
        tape.start(parameters: parameters.baseAddress, gradients: nil, training: nil)
        let context = tape.constant(Array(contexts[data * width..<(data + 1) * width]), rows: 1, columns: width)
        let points = (0..<samples).flatMap { targets[$0 * (d + 2)..<$0 * (d + 2) + d] }
        let values = density.logDensity(
          of: tape.constant(points, rows: samples, columns: d), given: context, on: tape)
        return tape.values(of: values).map(Double.init)
      }
    }
  }

  @Test("With all samples for atoms it is the log share of a pair's own weight", arguments: [false, true])
  func value(isCombined: Bool) {
    let found = losses(AtomicContrast(atoms: 50, isCombined: isCombined), store).values
    let densities = logDensities()
    for row in 0..<samples {
      let weights = (0..<samples).map { densities[row][$0] - Double(targets[$0 * (d + 2) + d]) }
      var expected = log(weights.reduce(0) { $0 + exp($1) }) - weights[row]
      if isCombined, row < 3 { expected -= densities[row][row] }
      #expect(abs(Double(found[row]) - expected) < 1e-5 * max(1, abs(expected)))
    }
  }

  @Test("Two atoms are the pair's own parameters and those of another pair, whichever it is")
  func twoAtoms() {
    let found = losses(AtomicContrast(atoms: 2, isCombined: false), store).values
    let densities = logDensities()
    for row in 0..<samples {
      let weights = (0..<samples).map { densities[row][$0] - Double(targets[$0 * (d + 2) + d]) }
      let possible = (0..<samples).filter { $0 != row }.map { log(1 + exp(weights[$0] - weights[row])) }
      #expect(possible.contains { abs($0 - Double(found[row])) < 1e-5 * max(1, $0) })
    }
  }

  @Test("Gradients are slopes by central differences", arguments: [2, 4, 7], [false, true])
  func gradients(atoms: Int, isCombined: Bool) {
    let contrast = AtomicContrast(atoms: atoms, isCombined: isCombined)
    let gradients = losses(contrast, store).gradients
    let length = gradients.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect(length > 0.1)
    var stream = RandomStream(seed: 6, simulation: atoms, purpose: Simulators.noise)
    for _ in 0..<5 {
      let random = gradients.map { _ in stream.normal() }
      let norm = random.reduce(0) { $0 + $1 * $1 }.squareRoot()
      // Half along the gradient, where the slope is large beside rounding.
      let along = zip(random, gradients).map { $0 / norm + Double($1) / length }
      let slope = zip(along, gradients).reduce(0) { $0 + $1.0 * Double($1.1) }
      func value(_ step: Double) -> Double {
        var moved = store
        for place in moved.values.indices { moved.values[place] += Float(step * along[place]) }
        return losses(contrast, moved).values.reduce(0) { $0 + Double($1) }
      }
      let difference = (value(1e-3) - value(-1e-3)) / 2e-3
      #expect(abs(slope - difference) < 0.01 * length, "\(slope), not \(difference)")
    }
  }
}
