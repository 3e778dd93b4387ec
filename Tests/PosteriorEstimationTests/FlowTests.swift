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
