import EvokeNumerics
import Networks

/// A mixture of normal distributions whose parameters are outputs of a network of the context.
///
/// Source: Bishop 1994, "Mixture density networks".
public struct MixtureDensity: ConditionalDensity {
  /// Values, d.
  public let count: Int
  /// Values of a context.
  public let contextCount: Int
  /// One that chooses a component, and one a value.
  public var noiseCount: Int { count + 1 }
  private let mixture: NormalMixture
  private let layers: [Linear]

  /// Adds `name.hidden.0` and so on, layers with ReLU, and `name.components`, the parameters of a `NormalMixture`; at
  /// first components have equal weights and precision 1.
  ///
  /// - Parameters:
  ///   - count: Values, d.
  ///   - hidden: Units of a layer.
  ///   - layers: Hidden layers.
  public init(
    _ name: String, count: Int, contextCount: Int, components: Int, hidden: Int, layers: Int,
    in store: inout ParameterStore, using stream: inout RandomStream
  ) {
    (self.count, self.contextCount) = (count, contextCount)
    let mixture = NormalMixture(count: count, components: components)
    self.mixture = mixture
    let final = Linear(
      "\(name).components", input: hidden, output: mixture.parameterCount, in: &store, using: &stream)
    self.layers =
      (0..<layers).map {
        Linear(
          "\(name).hidden.\($0)", input: $0 == 0 ? contextCount : hidden, output: hidden, in: &store, using: &stream)
      } + [final]
    Self.temper(final, of: mixture, hidden: hidden, in: &store)
  }

  /// Makes everything but the means small, and diagonals 1.
  private static func temper(_ final: Linear, of mixture: NormalMixture, hidden: Int, in store: inout ParameterStore) {
    guard let bias = final.bias else { return }
    let means = mixture.components..<mixture.components * (1 + mixture.count)
    let one = Initialization.inverseSoftplus(1 - NormalMixture.smallestScale)
    for row in 0..<mixture.parameterCount where !means.contains(row) {
      for place in row * hidden..<(row + 1) * hidden { store.values[final.weight.offset + place] *= 0.01 }
      store.values[bias.offset + row] *= 0.01
      if mixture.diagonals.contains(row) { store.values[bias.offset + row] += one }
    }
  }

  /// Shape `[parameterCount, contexts]`.
  private func parameters(_ context: Node, _ tape: Tape) -> Node {
    layers.enumerated().reduce(tape.transposed(context)) { x, layer in
      layer.element.onColumns(x, on: tape, activation: layer.offset < layers.count - 1 ? .relu : .identity)
    }
  }

  /// Log density of values, shape `[samples, 1]`.
  public func logDensity(of values: Node, given context: Node, on tape: Tape) -> Node {
    mixture.logDensity(
      of: tape.transposed(values),
      parameters: tape.repeatColumns(of: parameters(context, tape), times: values.rows / context.rows), on: tape)
  }

  /// Draws: a component, then a normal number of it.
  public func draws(from noise: Node, given context: Node, on tape: Tape) -> DensityDraws {
    let parameters = parameters(context, tape)
    let values = mixture.draws(from: tape.transposed(noise), parameters: parameters, on: tape)
    let spread = tape.repeatColumns(of: parameters, times: noise.rows / context.rows)
    return DensityDraws(
      values: tape.transposed(values), logDensity: mixture.logDensity(of: values, parameters: spread, on: tape))
  }
}
