import EvokeNumerics
import Networks

/// L U x + b with triangular factors, the identity at first; nflows' `LULinear`.
public struct LinearFlow: FlowTransform {
  /// Elements of L below the diagonal, row after row; nil for one value.
  public let lower: Parameter?
  /// Elements of U above the diagonal, row after row; nil for one value.
  public let upper: Parameter?
  /// What softplus makes the diagonal of U of.
  public let diagonal: Parameter
  /// b.
  public let bias: Parameter

  /// Adds `name.lower`, `name.upper`, `name.diagonal` and `name.bias`.
  public init(_ name: String, count: Int, in store: inout ParameterStore) {
    let triangle = count * (count - 1) / 2
    lower = triangle > 0 ? store.add("\(name).lower", shape: [triangle]) { 0 } : nil
    upper = triangle > 0 ? store.add("\(name).upper", shape: [triangle]) { 0 } : nil
    let one = Initialization.inverseSoftplus(1 - Tape.smallestAffineScale)
    diagonal = store.add("\(name).diagonal", shape: [count]) { one }
    bias = store.add("\(name).bias", shape: [count]) { 0 }
  }

  /// L U x + b.
  public func forward(_ state: Node, given context: Node, on tape: Tape) -> Node {
    tape.linearFlow(
      state, lower: lower.map(tape.node), upper: upper.map(tape.node), diagonal: tape.node(diagonal),
      bias: tape.node(bias))
  }

  /// U⁻¹ L⁻¹ (x - b).
  public func inverse(_ state: Node, given context: Node, on tape: Tape) -> Node {
    tape.linearFlowInverse(
      state, lower: lower.map(tape.node), upper: upper.map(tape.node), diagonal: tape.node(diagonal),
      bias: tape.node(bias))
  }
}

/// The values in another order.
public struct FlowPermutation: FlowTransform {
  /// Value i of the result is value `order[i]`.
  public let order: [Int]

  /// An order that has each value once.
  public init(order: [Int]) { self.order = order }

  /// The values in the order.
  public func forward(_ state: Node, given context: Node, on tape: Tape) -> Node {
    tape.permuteFlow(state, order: order)
  }

  /// The values as they were.
  public func inverse(_ state: Node, given context: Node, on tape: Tape) -> Node {
    var inverse = order
    for (place, value) in order.enumerated() { inverse[value] = place }
    return tape.permuteFlow(state, order: inverse)
  }
}
