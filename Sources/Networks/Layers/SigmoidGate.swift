/// Every column times the sigmoid of a learnt number.
public struct SigmoidGate: Sendable {
  /// Shape `[columns]`.
  public let gate: Parameter

  /// Adds a parameter of `columns` values, all `value` at first.
  public init(_ name: String, columns: Int, value: Float = 1, in store: inout ParameterStore) {
    gate = store.add(name, shape: [columns]) { value }
  }

  /// The gate on x of shape `[rows, columns]`.
  public func callAsFunction(_ x: Node, on tape: Tape) -> Node { tape.gate(x, by: tape.node(gate)) }
}
