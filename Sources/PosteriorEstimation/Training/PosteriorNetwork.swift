import Networks

/// An embedding of data with a density that depends on it: what is trained.
///
/// Inputs are scaled data, targets points of the unconstrained space, scaled, and outputs contexts; the loss of a pair is
/// the negative log density of its target. Source: Papamakarios and Murray 2016, "Fast epsilon-free inference of
/// simulation models with Bayesian conditional density estimation".
public struct PosteriorNetwork: TrainableNetwork {
  /// From data to contexts.
  public let embedding: any Embedding
  /// The density of targets.
  public let density: any ConditionalDensity

  /// An embedding and a density of as many values of a context.
  public init(embedding: any Embedding, density: any ConditionalDensity) {
    precondition(embedding.outputCount == density.contextCount, "the density depends on what the embedding gives")
    (self.embedding, self.density) = (embedding, density)
  }

  /// Values of a row of data.
  public var inputCount: Int { embedding.inputCount }
  /// Parameters that are estimated, d.
  public var targetCount: Int { density.count }
  /// Values of a context.
  public var outputCount: Int { embedding.outputCount }
  /// Rows that go through together, at most.
  public var samplesPerPass: Int { embedding.samplesPerPass }

  /// Contexts, shape `[samples, outputCount]`.
  public func outputs(for inputs: Node, on tape: Tape) -> Node { embedding.contexts(of: inputs, on: tape) }

  /// Negative log densities, shape `[samples, 1]`.
  public func losses(of outputs: Node, targets: Node, on tape: Tape) -> Node {
    tape.scale(density.logDensity(of: targets, given: outputs, on: tape), by: -1)
  }
}
