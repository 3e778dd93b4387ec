import EvokeNumerics
import Networks

/// From some values and a context to parameters of a map, with residual blocks that the context gates.
///
/// h = W z + C c + b, then blocks h + (W₂ relu(W₁ relu(h) + b₁) + b₂) σ(C' c + b'), then a linear layer; nflows'
/// `ResidualNet`, whose first layer is [W | C]. Samples are columns.
struct ResidualConditioner: Sendable {
  private struct Block {
    let context: Linear
    let first: Linear
    let second: Linear
  }

  /// W, shape `[hidden, inputs]`; nil without values.
  private let initial: Parameter?
  /// C and b.
  private let context: Linear
  private let blocks: [Block]
  private let final: Linear
  let hidden: Int

  /// Adds `name.initial.weight`, `name.context`, `name.blocks.0.context`, `name.blocks.0.linear1`,
  /// `name.blocks.0.linear2` and so on, and `name.final`.
  ///
  /// - Parameter firstOutputs: What the outputs are near at first.
  init(
    _ name: String, inputs: Int, contextCount: Int, firstOutputs: [Float], hidden: Int, blocks count: Int,
    in store: inout ParameterStore, using stream: inout RandomStream
  ) {
    self.hidden = hidden
    let limit = Initialization.linearLimit(inputs: inputs + contextCount)
    initial =
      inputs > 0
      ? store.add("\(name).initial.weight", shape: [hidden, inputs]) { Initialization.uniform(limit, &stream) } : nil
    context = Linear(
      "\(name).context", input: contextCount, output: hidden, limit: limit, in: &store, using: &stream)
    blocks = (0..<count).map { number in
      let place = "\(name).blocks.\(number)"
      return Block(
        context: Linear("\(place).context", input: contextCount, output: hidden, in: &store, using: &stream),
        first: Linear("\(place).linear1", input: hidden, output: hidden, in: &store, using: &stream),
        // Blocks begin as nearly the identity.
        second: Linear("\(place).linear2", input: hidden, output: hidden, limit: 1e-3, in: &store, using: &stream))
    }
    final = Linear(
      "\(name).final", input: hidden, output: firstOutputs.count,
      limit: 0.1 * Initialization.linearLimit(inputs: hidden), in: &store, using: &stream)
    if let bias = final.bias { store.setValues(zip(store.values(of: bias), firstOutputs).map(+), of: bias) }
  }

  /// Parameters, shape `[outputs, samples]`.
  ///
  /// - Parameters:
  ///   - values: Shape `[inputs, samples]`; nil if there are none.
  ///   - context: Shape `[contextCount, contexts]`.
  func callAsFunction(_ values: Node?, given context: Node, samples: Int, on tape: Tape) -> Node {
    func term(_ layer: Linear) -> Node { tape.spread(layer.onColumns(context, on: tape), to: samples) }
    var h = term(self.context)
    if let initial, let values { h = tape.dense(values, weight: tape.node(initial), adding: h) }
    for block in blocks {
      let middle = block.first.onColumns(tape.activate(h, .relu), on: tape, activation: .relu)
      h = tape.add(h, block.second.onColumns(middle, on: tape), gatedBy: term(block.context))
    }
    let parameters = final.onColumns(h, on: tape)
    return parameters.columns == samples ? parameters : tape.repeatColumns(of: parameters, times: samples)
  }
}
