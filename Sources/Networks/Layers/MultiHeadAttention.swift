import EvokeNumerics

/// Self-attention with several heads; PyTorch's `MultiheadAttention` where query, key and value are one.
public struct MultiHeadAttention: Sendable {
  /// Shape `[3 * width, width]`: queries, keys, values.
  public let inputWeight: Parameter
  /// Shape `[3 * width]`.
  public let inputBias: Parameter
  /// Shape `[width, width]`.
  public let outputWeight: Parameter
  /// Shape `[width]`.
  public let outputBias: Parameter
  /// Divides the width.
  public let heads: Int
  /// Probability with which an attention weight becomes 0 in training.
  public let dropout: Float

  /// Adds `name.in_proj_weight` (uniform as Xavier's), `name.in_proj_bias` (zeros), `name.out_proj.weight` (uniform on
  /// ±1/√width) and `name.out_proj.bias` (zeros).
  public init(
    _ name: String, width: Int, heads: Int, dropout: Float = 0, in store: inout ParameterStore,
    using stream: inout RandomStream
  ) {
    precondition(width % heads == 0, "\(heads) heads do not divide a width of \(width)")
    let limit = Initialization.xavierLimit(inputs: width, outputs: 3 * width)
    inputWeight = store.add("\(name).in_proj_weight", shape: [3 * width, width]) {
      Initialization.uniform(limit, &stream)
    }
    inputBias = store.add("\(name).in_proj_bias", shape: [3 * width]) { 0 }
    let outputLimit = Initialization.linearLimit(inputs: width)
    outputWeight = store.add("\(name).out_proj.weight", shape: [width, width]) {
      Initialization.uniform(outputLimit, &stream)
    }
    outputBias = store.add("\(name).out_proj.bias", shape: [width]) { 0 }
    (self.heads, self.dropout) = (heads, dropout)
  }

  /// The layer on tokens of shape `[sequences.rowCount, width]`.
  ///
  /// - Parameter keys: A constant for each row: 0 for tokens that nobody attends to (PyTorch's `key_padding_mask` has
  ///   true there), 1 for others.
  public func callAsFunction(_ x: Node, sequences: Sequences, keys: Node? = nil, on tape: Tape) -> Node {
    let projected = tape.linear(x, weight: tape.node(inputWeight), bias: tape.node(inputBias))
    let attended = tape.attention(projected, heads: heads, sequences: sequences, keys: keys, dropout: dropout)
    return tape.linear(attended, weight: tape.node(outputWeight), bias: tape.node(outputBias))
  }
}
