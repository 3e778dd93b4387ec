import EvokeNumerics
import Networks

/// Splines of some values, whose parameters depend on the other values and the context.
///
/// Source: Durkan, Bekasov, Murray and Papamakarios 2019, "Neural spline flows", section 3.
public struct SplineCoupling: FlowTransform {
  /// The values that become splines of themselves; the others stay.
  public let transformed: [Int]
  private let others: [Int]
  private let spline: SplineSettings
  private let conditioner: ResidualConditioner

  /// Adds the parameters of a residual network, `name.initial.weight`, `name.context.weight` and so on; at first the
  /// splines are nearly straight.
  ///
  /// - Parameters:
  ///   - count: Values, d.
  ///   - transformed: Some of them; all if there is one value.
  ///   - hidden: Units of a layer of the network.
  ///   - blocks: Its residual blocks.
  public init(
    _ name: String, count: Int, contextCount: Int, transformed: [Int], spline: SplineSettings, hidden: Int, blocks: Int,
    in store: inout ParameterStore, using stream: inout RandomStream
  ) {
    (self.transformed, self.spline) = (transformed, spline)
    others = (0..<count).filter { !transformed.contains($0) }
    // Even bins with slopes of 1, so that a fresh flow is nearly the identity.
    let one = Initialization.inverseSoftplus(1 - spline.smallestSlope)
    let parameters = Array(repeating: Float(0), count: 2 * spline.bins) + Array(repeating: one, count: spline.bins - 1)
    conditioner = ResidualConditioner(
      name, inputs: others.count, contextCount: contextCount, firstOutputs: transformed.flatMap { _ in parameters },
      hidden: hidden, blocks: blocks, in: &store, using: &stream)
  }

  private func parameters(_ state: Node, _ context: Node, _ tape: Tape) -> Node {
    conditioner(
      others.isEmpty ? nil : tape.rows(others, of: state), given: context, samples: state.columns, on: tape)
  }

  /// Logarithms of widths and heights are made smaller, so that a fresh network makes nearly even bins.
  private var scale: Float { 1 / Float(conditioner.hidden).squareRoot() }

  /// Splines of the transformed values.
  public func forward(_ state: Node, given context: Node, on tape: Tape) -> Node {
    tape.splineCoupling(
      state, parameters: parameters(state, context, tape), features: transformed, spline: spline, scale: scale)
  }

  /// Their inverses.
  public func inverse(_ state: Node, given context: Node, on tape: Tape) -> Node {
    tape.splineCouplingInverse(
      state, parameters: parameters(state, context, tape), features: transformed, spline: spline, scale: scale)
  }
}
