import EvokeNumerics
import Networks

/// From a summary of a sample to outputs: blocks x + W₂ gelu(W₁ norm(x)), then a linear layer of norm(x).
///
/// Normalisation stands in front of every block (Xiong et al. 2020), so that depth costs no stability.
struct ResidualHead: Sendable {
  private struct Block {
    let norm: LayerNorm
    let first: Linear
    let second: Linear
  }

  private let blocks: [Block]
  private let norm: LayerNorm
  private let output: Linear
  private let dropout: Float

  /// Adds `name.blocks.0.norm`, `name.blocks.0.linear1`, `name.blocks.0.linear2` and so on, `name.norm` and
  /// `name.output`.
  init(
    _ name: String, width: Int, blocks count: Int, outputs: Int, dropout: Float, in store: inout ParameterStore,
    using stream: inout RandomStream
  ) {
    blocks = (0..<count).map { number in
      let place = "\(name).blocks.\(number)"
      return Block(
        norm: LayerNorm("\(place).norm", columns: width, in: &store),
        first: Linear("\(place).linear1", input: width, output: 2 * width, in: &store, using: &stream),
        second: Linear("\(place).linear2", input: 2 * width, output: width, in: &store, using: &stream))
    }
    norm = LayerNorm("\(name).norm", columns: width, in: &store)
    output = Linear("\(name).output", input: width, output: outputs, in: &store, using: &stream)
    self.dropout = dropout
  }

  /// The head on x of shape `[samples, width]`.
  func callAsFunction(_ x: Node, on tape: Tape) -> Node {
    var x = x
    for block in blocks {
      let middle = block.first(block.norm(x, on: tape), on: tape, activation: .gelu, dropout: dropout)
      x = tape.add(x, block.second(middle, on: tape))
    }
    return output(norm(x, on: tape), on: tape)
  }
}
