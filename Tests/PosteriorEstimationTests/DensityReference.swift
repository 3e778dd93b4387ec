import EvokeNumerics
import HDF5
import Networks
import TestSupport
import Testing

@testable import PosteriorEstimation

/// A density of the fixture, built of our layers under the names of its parameters.
struct DensityCase: CustomTestStringConvertible, Sendable {
  let name: String
  let build: @Sendable (inout ParameterStore, inout RandomStream, DensityReference) throws -> any ConditionalDensity

  var testDescription: String { name }

  static let all: [DensityCase] = flows + mixtures
  static let flows: [DensityCase] = splines + autoregressive

  private static let splines = [
    ("spline", 5, 6, 12, 2, 6, 3), ("spline_one", 1, 3, 7, 1, 4, 2), ("spline_two", 2, 2, 9, 1, 10, 3),
    ("spline_plain", 3, 2, 8, 0, 1, 2),
  ].map { name, count, contexts, hidden, blocks, bins, transforms in
    DensityCase(name: name) { store, stream, _ in
      var maps: [any FlowTransform] = []
      for number in 0..<transforms {
        maps.append(
          SplineCoupling(
            "flow.\(number)", count: count, contextCount: contexts,
            transformed: count == 1 ? [0] : Array(stride(from: number % 2, to: count, by: 2)),
            spline: SplineSettings(bins: bins), hidden: hidden, blocks: blocks, in: &store, using: &stream))
        if count > 1 { maps.append(LinearFlow("flow.\(number).linear", count: count, in: &store)) }
      }
      return NormalizingFlow(count: count, contextCount: contexts, transforms: maps)
    }
  }

  private static let autoregressive = [
    ("autoregressive", 5, 6, 13, 2), ("autoregressive_one", 1, 3, 5, 1), ("autoregressive_narrow", 4, 2, 3, 1),
  ].map { name, count, contexts, hidden, blocks in
    DensityCase(name: name) { store, stream, reference in
      var maps: [any FlowTransform] = []
      let orders = try reference.orders()
      for (number, order) in orders.enumerated() {
        maps.append(
          AffineAutoregression(
            "flow.\(number)", count: count, contextCount: contexts, hidden: hidden, blocks: blocks, in: &store,
            using: &stream))
        maps.append(FlowPermutation(order: order))
      }
      return NormalizingFlow(count: count, contextCount: contexts, transforms: maps)
    }
  }

  private static let mixtures = [("mixture", 4, 5, 3, 9, 2), ("mixture_one", 1, 2, 4, 6, 1)].map {
    name, count, contexts, components, hidden, layers in
    DensityCase(name: name) { store, stream, _ in
      MixtureDensity(
        "mixture", count: count, contextCount: contexts, components: components, hidden: hidden, layers: layers,
        in: &store, using: &stream)
    }
  }
}

/// What PyTorch computed in double precision (`flows.py`).
struct DensityReference {
  let group: HDF5Group

  init(_ name: String) throws { group = try HDF5File(reading: TestFiles.fixture("flows.h5")).group(name) }

  func values(_ name: String) throws -> [Float] { try group.dataset(name).read(Float.self).values }
  func shape(_ name: String) throws -> [Int] { try group.dataset(name).shape }

  /// Permutations of a masked autoregressive flow.
  func orders() throws -> [[Int]] {
    let (values, shape) = (try group.dataset("orders").read(Int32.self).values.map(Int.init), try shape("orders"))
    return (0..<shape[0]).map { Array(values[$0 * shape[1]..<($0 + 1) * shape[1]]) }
  }
}

/// A built case: its parameters, and values and context among them, so that their gradients are found too.
struct BuiltDensity {
  var store: ParameterStore
  let density: any ConditionalDensity
  let reference: DensityReference
  let x: Parameter
  let context: Parameter

  init(_ density: DensityCase) throws {
    reference = try DensityReference(density.name)
    var store = ParameterStore()
    var stream = RandomStream(seed: 1, simulation: 0, purpose: .initialValues)
    x = store.add("x", shape: try reference.shape("x")) { 0 }
    context = store.add("context", shape: try reference.shape("context")) { 0 }
    self.density = try density.build(&store, &stream, reference)
    var stored: [String: [Float]] = [:]
    for name in try reference.group.group("parameters").links() {
      stored[name] = try reference.values("parameters/\(name)")
      guard let parameter = store[name], try reference.shape("parameters/\(name)") == parameter.shape else {
        throw NetworkError(code: .parametersDiffer, message: "\(name) is not a parameter, or has another shape")
      }
    }
    for name in ["x", "context"] { stored[name] = try reference.values(name) }
    try store.load(stored)
    self.store = store
  }

  /// Log densities, the sum of weights times them, and its gradient for everything in the store.
  func differentiate(
    _ store: ParameterStore, on tape: Tape
  ) throws -> (output: [Float], value: Double, gradients: [Float]) {
    var gradients = [Float](repeating: 0, count: store.values.count)
    let weights = try reference.values("weights")
    let output = store.values.withUnsafeBufferPointer { values in
      gradients.withUnsafeMutableBufferPointer { gradients in
        tape.start(parameters: values.baseAddress, gradients: gradients.baseAddress, training: nil)
        let y = density.logDensity(of: tape.rowsNode(x), given: tape.rowsNode(context), on: tape)
        tape.backward(from: tape.multiply(y, tape.constant(weights, rows: y.rows, columns: 1)))
        return tape.values(of: y)
      }
    }
    return (output, zip(output, weights).reduce(0) { $0 + Double($1.0) * Double($1.1) }, gradients)
  }

  /// Runs without gradients.
  func run<Result>(on tape: Tape, _ body: (Tape) throws -> Result) rethrows -> Result {
    try store.values.withUnsafeBufferPointer { values in
      tape.start(parameters: values.baseAddress, gradients: nil, training: nil)
      return try body(tape)
    }
  }
}

extension Tape {
  /// A parameter of two axes as a matrix, also if one of them is 1.
  func rowsNode(_ parameter: Parameter) -> Node {
    node(parameter).reshaped(rows: parameter.shape[0], columns: parameter.shape[1])
  }
}

/// The largest difference, relative to the largest expected value; infinite for anything that is not finite.
func largestError(_ values: [Float], _ expected: [Float]) -> Float {
  guard values.count == expected.count, values.allSatisfy(\.isFinite) else { return .infinity }
  let scale = expected.reduce(0) { max($0, abs($1)) }
  return zip(values, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
}

/// Instruction sets that this processor has.
let levels = NetworkKernels.Level.allCases.filter { NetworkKernels($0) != nil }

/// A tape with the kernels of a level.
func tape(_ level: NetworkKernels.Level) throws -> Tape {
  guard let kernels = NetworkKernels(level) else {
    throw NetworkError(code: .invalidSettings, message: "this processor lacks \(level)")
  }
  return Tape(kernels: kernels)
}
