import EvokeNumerics

/// Long short-term memory of one layer or several, in one direction or both; PyTorch's `LSTM` with `batch_first`.
public struct LSTM: Sendable {
  /// The parameters of one direction of one layer.
  public struct Direction: Sendable {
    /// Shape `[4 * hidden, input]`: gates input, forget, cell, output.
    public let inputWeight: Parameter
    /// Shape `[4 * hidden, hidden]`.
    public let recurrentWeight: Parameter
    /// Shape `[4 * hidden]`.
    public let inputBias: Parameter
    /// Shape `[4 * hidden]`.
    public let recurrentBias: Parameter
  }

  /// By layer and direction.
  public let layers: [[Direction]]
  /// Hidden units of a direction.
  public let hidden: Int
  /// Probability with which an element between two layers becomes 0 in training.
  public let dropout: Float

  /// Adds `name.weight_ih_l0`, `name.weight_hh_l0`, `name.bias_ih_l0`, `name.bias_hh_l0`, the same with `_reverse`, and
  /// so on for every layer, all drawn uniformly on ±1/√hidden.
  public init(
    _ name: String, input: Int, hidden: Int, layers: Int = 1, isBidirectional: Bool = false, dropout: Float = 0,
    in store: inout ParameterStore, using stream: inout RandomStream
  ) {
    precondition(layers > 0, "an LSTM has a layer")
    let limit = Initialization.linearLimit(inputs: hidden)
    let suffixes = isBidirectional ? ["", "_reverse"] : [""]
    self.layers = (0..<layers).map { layer in
      suffixes.map { suffix in
        func add(_ kind: String, _ shape: [Int]) -> Parameter {
          store.add("\(name).\(kind)_l\(layer)\(suffix)", shape: shape) { Initialization.uniform(limit, &stream) }
        }
        return Direction(
          inputWeight: add("weight_ih", [4 * hidden, layer == 0 ? input : suffixes.count * hidden]),
          recurrentWeight: add("weight_hh", [4 * hidden, hidden]), inputBias: add("bias_ih", [4 * hidden]),
          recurrentBias: add("bias_hh", [4 * hidden]))
      }
    }
    (self.hidden, self.dropout) = (hidden, dropout)
  }

  /// Columns of the result.
  public var outputCount: Int { layers[0].count * hidden }

  /// The layers on x of shape `[samples * length, input]`.
  ///
  /// - Returns: Shape `[samples * length, outputCount]` or `[samples, outputCount]`, see ``RecurrentOutput``.
  public func callAsFunction(_ x: Node, length: Int, output: RecurrentOutput, on tape: Tape) -> Node {
    var y = x
    for (number, layer) in layers.enumerated() {
      let isLast = number == layers.count - 1
      y = tape.lstm(
        y,
        directions: layer.map {
          LSTMWeights(
            inputWeight: tape.node($0.inputWeight), recurrentWeight: tape.node($0.recurrentWeight),
            inputBias: tape.node($0.inputBias), recurrentBias: tape.node($0.recurrentBias))
        }, length: length, output: isLast ? output : .sequence, dropout: isLast ? 0 : dropout)
    }
    return y
  }
}
