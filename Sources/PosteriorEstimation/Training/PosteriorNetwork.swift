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

  /// Networks that learn side by side; one alone is itself.
  init(_ members: [PosteriorNetwork]) {
    precondition(!members.isEmpty, "an ensemble has a member")
    if members.count == 1 {
      self = members[0]
    } else {
      let embedding = EmbeddingEnsemble(members.map(\.embedding))
      self.init(
        embedding: embedding,
        density: DensityEnsemble(members.map(\.density), sharesContext: embedding.isShared))
    }
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
  ///
  /// An ensemble's are means over its members and not those of their mixture, so that each learns as it would alone.
  public func losses(of outputs: Node, targets: Node, on tape: Tape) -> Node {
    guard let ensemble = density as? DensityEnsemble else {
      return losses(of: density, given: outputs, targets: targets, on: tape)
    }
    let losses = ensemble.members.indices.map { member in
      self.losses(
        of: ensemble.members[member], given: ensemble.context(outputs, of: member, on: tape), targets: targets, on: tape
      )
    }
    let sum = losses.dropFirst().reduce(losses[0]) { tape.add($0, $1) }
    return tape.scale(sum, by: 1 / Float(losses.count))
  }

  private func losses(
    of density: any ConditionalDensity, given outputs: Node, targets: Node, on tape: Tape
  ) -> Node {
    if let contrast { return contrast.losses(of: density, given: outputs, targets: targets, on: tape) }
    return tape.scale(density.logDensity(of: targets, given: outputs, on: tape), by: -1)
  }
}
