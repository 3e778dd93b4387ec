import Networks

/// Embeddings of members that learn side by side: their contexts, one beside the other.
public struct EmbeddingEnsemble: Embedding {
  /// The members, all of as many values of a row of data.
  public let members: [any Embedding]
  /// Whether members learn nothing, so that one context serves all.
  public let isShared: Bool

  /// One member or more.
  public init(_ members: [any Embedding]) {
    precondition(!members.isEmpty, "an ensemble has a member")
    precondition(members.allSatisfy { $0.inputCount == members[0].inputCount }, "members see the same data")
    self.members = members
    isShared = members.allSatisfy { $0 is IdentityEmbedding }
  }

  /// Values of a row of data.
  public var inputCount: Int { members[0].inputCount }
  /// Values of a context: of all members together, or of one if it serves all.
  public var outputCount: Int { isShared ? members[0].outputCount : members.reduce(0) { $0 + $1.outputCount } }
  /// Rows that go through together, at most.
  public var samplesPerPass: Int { members.reduce(.max) { min($0, $1.samplesPerPass) } }

  /// Contexts, shape `[samples, outputCount]`.
  public func contexts(of data: Node, on tape: Tape) -> Node {
    isShared
      ? members[0].contexts(of: data, on: tape) : tape.concatenate(members.map { $0.contexts(of: data, on: tape) })
  }
}
