import EvokeNumerics
import Networks

/// Every value times a factor plus a summand, both of which depend on the values before it and on the context.
///
/// Source: Papamakarios, Pavlakou and Murray 2017, "Masked autoregressive flow for density estimation". The network has
/// hyperbolic tangents and no residuals: tanh(W z + b + tanh(C c + b')), masked layers, a masked linear layer.
public struct AffineAutoregression: FlowTransform {
  private let context: Linear
  /// From values to units, between units, from units to parameters.
  private let layers: [Linear]
  private let masks: AutoregressiveMasks
  /// Of every layer's weight.
  private let layerMasks: [[Float]]

  /// Adds `name.initial`, `name.context`, `name.blocks.0` and so on, and `name.final`; what masks leave out begins as 0
  /// and stays so.
  ///
  /// - Parameters:
  ///   - count: Values, d.
  ///   - hidden: Units of a layer.
  ///   - blocks: Layers between units.
  public init(
    _ name: String, count: Int, contextCount: Int, hidden: Int, blocks: Int, in store: inout ParameterStore,
    using stream: inout RandomStream
  ) {
    masks = AutoregressiveMasks(count: count, hidden: hidden)
    var layers = [Linear("\(name).initial", input: count, output: hidden, in: &store, using: &stream)]
    context = Linear("\(name).context", input: contextCount, output: hidden, in: &store, using: &stream)
    for number in 0..<blocks {
      layers.append(Linear("\(name).blocks.\(number)", input: hidden, output: hidden, in: &store, using: &stream))
    }
    let final = Linear(
      "\(name).final", input: hidden, output: 2 * count, limit: 0.1 * Initialization.linearLimit(inputs: hidden),
      in: &store, using: &stream)
    if let bias = final.bias {
      // Factors of 1 and no summands, so that a fresh flow is nearly the identity.
      let one = Initialization.inverseSoftplus(1 - Tape.smallestAffineScale)
      for value in 0..<count { store.values[bias.offset + 2 * value] += one }
    }
    self.layers = layers + [final]
    layerMasks =
      [masks.ofValues] + Array(repeating: masks.ofUnits, count: blocks) + [masks.ofParameters(2)]
    for (layer, mask) in zip(layers, layerMasks) {
      store.setValues(zip(store.values(of: layer.weight), mask).map(*), of: layer.weight)
    }
  }

  private func nodes(_ tape: Tape) -> [AutoregressiveLayer] {
    zip(layers, layerMasks).map { layer, mask in
      let weight = tape.node(layer.weight)
      let masked = tape.multiply(weight, tape.constant(mask, rows: weight.rows, columns: weight.columns))
      guard let bias = layer.bias else { preconditionFailure("these layers have a bias") }
      return AutoregressiveLayer(weight: masked, bias: tape.node(bias))
    }
  }

  /// Factor and summand of every value.
  public func forward(_ state: Node, given context: Node, on tape: Tape) -> Node {
    let layers = nodes(tape)
    let term = tape.spread(self.context.onColumns(context, on: tape, activation: .tanh), to: state.columns)
    var h = tape.dense(
      tape.rows(Array(0..<masks.count), of: state), weight: layers[0].weight, bias: layers[0].bias, adding: term,
      activation: .tanh)
    for (number, layer) in layers.enumerated().dropFirst() {
      let isLast = number == layers.count - 1
      h = tape.dense(h, weight: layer.weight, bias: layer.bias, activation: isLast ? .identity : .tanh)
    }
    return tape.affineFlow(state, parameters: h)
  }

  /// Value after value.
  public func inverse(_ state: Node, given context: Node, on tape: Tape) -> Node {
    let term = tape.spread(self.context.onColumns(context, on: tape, activation: .tanh), to: state.columns)
    return tape.affineAutoregressionInverse(state, layers: nodes(tape), term: term, masks: masks)
  }
}
