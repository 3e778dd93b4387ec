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
  /// What else a target says, and the loss of it; nil for the negative log density.
  let contrast: AtomicContrast?

  /// An embedding and a density of as many values of a context.
  public init(embedding: any Embedding, density: any ConditionalDensity) {
    self.init(embedding: embedding, density: density, contrast: nil)
  }

  init(embedding: any Embedding, density: any ConditionalDensity, contrast: AtomicContrast?) {
    precondition(embedding.outputCount == density.contextCount, "the density depends on what the embedding gives")
    (self.embedding, self.density, self.contrast) = (embedding, density, contrast)
  }

  /// Values of a row of data.
  public var inputCount: Int { embedding.inputCount }
  /// Parameters that are estimated, d, and what a contrast takes besides.
  public var targetCount: Int { density.count + (contrast == nil ? 0 : AtomicContrast.extraCount) }
  /// Values of a context.
  public var outputCount: Int { embedding.outputCount }
  /// Rows that go through together, at most.
  public var samplesPerPass: Int {
    // Atoms are of the same pass, so there must be some to choose from.
    max(embedding.samplesPerPass, contrast.map { 4 * $0.atoms } ?? 0)
  }

  /// Contexts, shape `[samples, outputCount]`.
  public func outputs(for inputs: Node, on tape: Tape) -> Node { embedding.contexts(of: inputs, on: tape) }

  /// Negative log densities, shape `[samples, 1]`.
  public func losses(of outputs: Node, targets: Node, on tape: Tape) -> Node {
    if let contrast { return contrast.losses(of: density, given: outputs, targets: targets, on: tape) }
    return tape.scale(density.logDensity(of: targets, given: outputs, on: tape), by: -1)
  }
}
