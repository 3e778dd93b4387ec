import EvokeNumerics

/// y = f(x Wᵀ + b) on rows; PyTorch's `Linear`.
public struct Linear: Sendable {
  /// Shape `[output, input]`.
  public let weight: Parameter
  /// Shape `[output]`.
  public let bias: Parameter?

  /// Adds `name.weight` and `name.bias`, drawn uniformly on ±`limit`, which is 1/√input unless given.
  public init(
    _ name: String, input: Int, output: Int, hasBias: Bool = true, limit: Float? = nil,
    in store: inout ParameterStore, using stream: inout RandomStream
  ) {
    let limit = limit ?? Initialization.linearLimit(inputs: input)
    weight = store.add("\(name).weight", shape: [output, input]) { Initialization.uniform(limit, &stream) }
    bias =
      hasBias ? store.add("\(name).bias", shape: [output]) { Initialization.uniform(limit, &stream) } : nil
  }

  /// The layer on x of shape `[rows, input]`, with a function and dropout behind it.
  public func callAsFunction(
    _ x: Node, on tape: Tape, activation: Activation = .identity, dropout: Float = 0
  ) -> Node {
    tape.linear(
      x, weight: tape.node(weight), bias: bias.map(tape.node), activation: activation, dropout: dropout)
  }

  /// The layer on x of shape `[input, samples]`, whose samples are columns, with a function behind it.
  public func onColumns(_ x: Node, on tape: Tape, activation: Activation = .identity) -> Node {
    tape.dense(x, weight: tape.node(weight), bias: bias.map(tape.node), activation: activation)
  }
}
