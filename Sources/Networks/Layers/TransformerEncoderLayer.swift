import EvokeNumerics

/// Self-attention and a feed-forward network, each with normalisation behind it; PyTorch's `TransformerEncoderLayer` with
/// `norm_first=False`.
public struct TransformerEncoderLayer: Sendable {
  /// What layers of a network have in common.
  public struct Settings: Hashable, Codable, Sendable {
    /// Values of a token.
    public var width: Int
    /// Divides the width.
    public var heads: Int
    /// Values in the middle of the feed-forward network.
    public var feedForward: Int
    /// Probability with which an element becomes 0 in training: attention weights, the middle of the feed-forward
    /// network, and what is added to each residual.
    public var dropout: Float
    /// The function in the middle of the feed-forward network.
    public var activation: Activation
    /// Whether tokens are added to what attention makes of them. The study's EEGTransformer does not.
    public var hasAttentionResidual: Bool

    /// Settings of a layer.
    public init(
      width: Int, heads: Int, feedForward: Int, dropout: Float = 0.1, activation: Activation = .relu,
      hasAttentionResidual: Bool = true
    ) {
      (self.width, self.heads, self.feedForward, self.dropout) = (width, heads, feedForward, dropout)
      (self.activation, self.hasAttentionResidual) = (activation, hasAttentionResidual)
    }
  }

  /// `name.self_attn`.
  public let attention: MultiHeadAttention
  /// `name.linear1`.
  public let first: Linear
  /// `name.linear2`.
  public let second: Linear
  /// `name.norm1`, behind the attention.
  public let attentionNorm: LayerNorm
  /// `name.norm2`, behind the feed-forward network.
  public let feedForwardNorm: LayerNorm
  /// Sizes, dropout and function.
  public let settings: Settings

  /// Adds the parameters of all parts.
  public init(
    _ name: String, settings: Settings, in store: inout ParameterStore, using stream: inout RandomStream
  ) {
    let width = settings.width
    attention = MultiHeadAttention(
      "\(name).self_attn", width: width, heads: settings.heads, dropout: settings.dropout, in: &store, using: &stream)
    first = Linear("\(name).linear1", input: width, output: settings.feedForward, in: &store, using: &stream)
    second = Linear("\(name).linear2", input: settings.feedForward, output: width, in: &store, using: &stream)
    attentionNorm = LayerNorm("\(name).norm1", columns: width, in: &store)
    feedForwardNorm = LayerNorm("\(name).norm2", columns: width, in: &store)
    self.settings = settings
  }

  /// The layer on tokens of shape `[sequences.rowCount, width]`; `keys` as in ``MultiHeadAttention``.
  public func callAsFunction(_ x: Node, sequences: Sequences, keys: Node? = nil, on tape: Tape) -> Node {
    let attended = attention(x, sequences: sequences, keys: keys, on: tape)
    let tokens = attentionNorm(
      attended, residual: settings.hasAttentionResidual ? x : nil, dropout: settings.dropout, on: tape)
    let middle = first(tokens, on: tape, activation: settings.activation, dropout: settings.dropout)
    return feedForwardNorm(second(middle, on: tape), residual: tokens, dropout: settings.dropout, on: tape)
  }
}
