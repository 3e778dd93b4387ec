import EvokeNumerics
import HDF5
import TestSupport

@testable import Networks

/// What PyTorch computed in double precision (`networks.py`): a network with its input among its parameters.
struct NetworkReference {
  let group: HDF5Group

  /// A case of the file.
  init(_ name: String) throws {
    group = try HDF5File(reading: TestFiles.fixture("networks.h5")).group(name)
  }

  func values(_ name: String) throws -> [Float] { try group.dataset(name).read(Float.self).values }

  func shape(_ name: String) throws -> [Int] { try group.dataset(name).shape }

  /// The input as a parameter `x`, so that its gradient is found with the others.
  func input(in store: inout ParameterStore) throws -> Parameter {
    let x = store.add("x", shape: try shape("x")) { 0 }
    store.setValues(try values("x"), of: x)
    return x
  }

  /// Gives the parameters of a store their stored values, and checks that none is missing on either side.
  func load(into store: inout ParameterStore) throws {
    var stored = ["x": try values("x")]
    for name in try group.group("parameters").links() {
      stored[name] = try values("parameters/\(name)")
      guard let parameter = store[name], try shape("parameters/\(name)") == parameter.shape else {
        throw NetworkError(code: .parametersDiffer, message: "\(name) is not a parameter, or has another shape")
      }
    }
    try store.load(stored)
  }

  /// The stored gradients in the order of a store.
  func gradients(of store: ParameterStore) throws -> [Float] {
    try store.parameters.flatMap { try values($0.name == "x" ? "dx" : "gradients/\($0.name)") }
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

/// A scalar of a network and its gradient for all parameters.
///
/// - Parameter forward: Builds the network; the scalar is the sum of its result times weights.
func differentiateNetwork(
  _ store: ParameterStore, on tape: Tape, weights: [Float], training: TrainingPass? = nil, forward: (Tape) -> Node
) -> (output: [Float], value: Double, gradients: [Float]) {
  var gradients = [Float](repeating: 0, count: store.values.count)
  var output: [Float] = []
  store.values.withUnsafeBufferPointer { values in
    gradients.withUnsafeMutableBufferPointer { gradients in
      tape.start(parameters: values.baseAddress, gradients: gradients.baseAddress, training: training)
      let y = forward(tape)
      output = tape.values(of: y)
      tape.backward(from: tape.multiply(y, tape.constant(weights, rows: y.rows, columns: y.columns)))
    }
  }
  let value = zip(output, weights).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  return (output, value, gradients)
}
