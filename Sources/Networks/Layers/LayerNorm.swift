import EvokeNumerics

/// Normalisation of every row to mean 0 and variance 1, then a gain and an offset; PyTorch's `LayerNorm`.
public struct LayerNorm: Sendable {
  /// The gain, shape `[columns]`.
  public let weight: Parameter
  /// The offset, shape `[columns]`.
  public let bias: Parameter
  /// Is added to the variance.
  public let epsilon: Float

  /// Adds `name.weight` of ones and `name.bias` of zeros.
  public init(_ name: String, columns: Int, epsilon: Float = 1e-5, in store: inout ParameterStore) {
    weight = store.add("\(name).weight", shape: [columns]) { 1 }
    bias = store.add("\(name).bias", shape: [columns]) { 0 }
    self.epsilon = epsilon
  }

  /// The layer on residual + dropout(branch), or on the branch alone; shape `[rows, columns]`.
  public func callAsFunction(_ branch: Node, residual: Node? = nil, dropout: Float = 0, on tape: Tape) -> Node {
    tape.normalize(
      branch, residual: residual, gain: tape.node(weight), offset: tape.node(bias), epsilon: epsilon, dropout: dropout)
  }
}
