import Networks

/// A density over values without limits that depends on a context, with parameters to be learnt.
///
/// It is a value of layers, which know places in a `ParameterStore` and no numbers.
public protocol ConditionalDensity: Sendable {
  /// Values, d.
  var count: Int { get }
  /// Values of a context.
  var contextCount: Int { get }
  /// Standard normal numbers that a draw is made of.
  var noiseCount: Int { get }

  /// Log of the density, whose integral over the values is one for every context.
  ///
  /// - Parameters:
  ///   - values: Shape `[samples, d]`.
  ///   - context: Shape `[contexts, contextCount]`; as many samples belong to each, one behind the other.
  /// - Returns: Shape `[samples, 1]`. It has gradients for values and context.
  func logDensity(of values: Node, given context: Node, on tape: Tape) -> Node

  /// Draws from the density, made of standard normal numbers. They have no gradients.
  ///
  /// - Parameters:
  ///   - noise: Shape `[samples, noiseCount]`.
  ///   - context: As in ``logDensity(of:given:on:)``.
  func draws(from noise: Node, given context: Node, on tape: Tape) -> DensityDraws
}

/// Draws from a ``ConditionalDensity``.
public struct DensityDraws {
  /// Shape `[samples, d]`.
  public let values: Node
  /// Log density of each draw, shape `[samples, 1]`.
  public let logDensity: Node

  /// Draws with their log density.
  public init(values: Node, logDensity: Node) { (self.values, self.logDensity) = (values, logDensity) }
}

/// An invertible map of the values of a flow that depends on a context.
///
/// A state is a matrix `[d + 1, samples]`: values, and below them the log determinant of the forward direction so far;
/// see `Tape.flowState(_:)`. A context is `[contextCount, contexts]`, with as many samples for each, one behind the
/// other.
public protocol FlowTransform: Sendable {
  /// From data towards the normal distribution.
  func forward(_ state: Node, given context: Node, on tape: Tape) -> Node
  /// From the normal distribution towards data; it adds the log determinant that ``forward(_:given:on:)`` adds.
  func inverse(_ state: Node, given context: Node, on tape: Tape) -> Node
}

/// Invertible maps one behind the other, from data to the standard normal distribution.
///
/// Source: Papamakarios, Nalisnick, Rezende, Mohamed and Lakshminarayanan 2021, "Normalizing flows for probabilistic
/// modeling and inference".
public struct NormalizingFlow: ConditionalDensity {
  /// Values, d.
  public let count: Int
  /// Values of a context.
  public let contextCount: Int
  /// The maps, that of the data first.
  public let transforms: [any FlowTransform]
  /// One a value.
  public var noiseCount: Int { count }

  /// A flow of maps for d = `count` values.
  public init(count: Int, contextCount: Int, transforms: [any FlowTransform]) {
    (self.count, self.contextCount, self.transforms) = (count, contextCount, transforms)
  }

  /// Log density of values, shape `[samples, 1]`.
  public func logDensity(of values: Node, given context: Node, on tape: Tape) -> Node {
    check(values, context)
    let context = tape.transposed(context)
    let state = transforms.reduce(tape.flowState(values)) { $1.forward($0, given: context, on: tape) }
    return tape.normalLogDensity(state)
  }

  /// Draws, by the maps' inverses.
  public func draws(from noise: Node, given context: Node, on tape: Tape) -> DensityDraws {
    check(noise, context)
    let context = tape.transposed(context)
    let start = tape.flowState(noise)
    let state = transforms.reversed().reduce(start) { $1.inverse($0, given: context, on: tape) }
    // The noise again, with the log determinant of the whole flow.
    let end = tape.rows(Array(0..<count) + [2 * count + 1], of: tape.stacked(start, state))
    return DensityDraws(values: tape.flowValues(state), logDensity: tape.normalLogDensity(end))
  }

  private func check(_ values: Node, _ context: Node) {
    precondition(values.columns == count, "the density is over \(count) values")
    precondition(
      context.columns == contextCount && values.rows % context.rows == 0,
      "contexts have \(contextCount) values, and as many samples each")
  }
}

extension Tape {
  /// A term of a context for so many samples: as it is if there is one for each, or one for all, which operations take
  /// as they are; else with as many copies as samples belong to each.
  func spread(_ term: Node, to samples: Int) -> Node {
    term.columns == 1 ? term : repeatColumns(of: term, times: samples / term.columns)
  }
}
