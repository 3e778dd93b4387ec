import EvokeNumerics

/// Convolution along time; PyTorch's `Conv1d`, with channels last.
public struct Convolution1D: Sendable {
  /// Shape `[output, input, width]`.
  public let weight: Parameter
  /// Shape `[output]`.
  public let bias: Parameter
  /// How the kernel goes along time.
  public let window: ConvolutionWindow

  /// Adds `name.weight` and `name.bias`, drawn uniformly on ±1/√(input · width).
  public init(
    _ name: String, input: Int, output: Int, window: ConvolutionWindow, in store: inout ParameterStore,
    using stream: inout RandomStream
  ) {
    let limit = Initialization.linearLimit(inputs: input * window.width)
    weight = store.add("\(name).weight", shape: [output, input, window.width]) {
      Initialization.uniform(limit, &stream)
    }
    bias = store.add("\(name).bias", shape: [output]) { Initialization.uniform(limit, &stream) }
    self.window = window
  }

  /// The layer on x of shape `[samples * length, input]`, with a function and dropout behind it.
  public func callAsFunction(
    _ x: Node, length: Int, on tape: Tape, activation: Activation = .identity, dropout: Float = 0
  ) -> Node {
    tape.convolution(
      x, weight: tape.node(weight), bias: tape.node(bias), length: length, window: window, activation: activation,
      dropout: dropout)
  }

  /// The layer, ReLU, and the maximum over windows, without storing what lies between.
  public func callAsFunction(_ x: Node, length: Int, maximumPool pool: ConvolutionWindow, on tape: Tape) -> Node {
    tape.convolutionPool(
      x, weight: tape.node(weight), bias: tape.node(bias), length: length, window: window, pool: pool)
  }
}
