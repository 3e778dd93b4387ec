import EvokeNumerics
import Networks

/// The EEGTransformer of Tilwani and O'Reilly 2024: a gate on the embedded channels, positions by number, one attention
/// without a residual around it, a feed-forward network with one, and the mean over channels.
struct StudyTransformer: NetworkBody {
  private let embedding: Linear
  private let gate: SigmoidGate
  private let attention: MultiHeadAttention
  private let attentionNorm: LayerNorm
  private let first: Linear
  private let second: Linear
  private let feedForwardNorm: LayerNorm
  private let output: Linear
  private let positions: [Float]
  private let channels: Int
  private let times: Int
  private let width: Int
  let samplesPerPass = 8

  init(
    _ sizes: StudyTransformerSettings, channels: Int, times: Int, outputs: Int, in store: inout ParameterStore,
    using stream: inout RandomStream
  ) {
    (self.channels, self.times, width) = (channels, times, sizes.width)
    embedding = Linear("embedding", input: times, output: width, in: &store, using: &stream)
    gate = SigmoidGate("gate", columns: width, in: &store)
    attention = MultiHeadAttention(
      "attention", width: width, heads: sizes.heads, dropout: sizes.dropout, in: &store, using: &stream)
    attentionNorm = LayerNorm("norm1", columns: width, in: &store)
    first = Linear("linear1", input: width, output: sizes.feedForward, in: &store, using: &stream)
    second = Linear("linear2", input: sizes.feedForward, output: width, in: &store, using: &stream)
    feedForwardNorm = LayerNorm("norm2", columns: width, in: &store)
    output = Linear("output", input: width, output: outputs, in: &store, using: &stream)
    positions = SinusoidalPositions.table(length: channels, width: width)
  }

  func outputs(for inputs: Node, on tape: Tape) -> Node {
    let sequences = Sequences(count: inputs.rows, length: channels)
    let tokens = inputs.reshaped(rows: inputs.rows * channels, columns: times)
    let embedded = tape.add(
      gate(embedding(tokens, on: tape), on: tape),
      toEverySample: tape.constant(positions, rows: channels, columns: width))
    let attended = attentionNorm(attention(embedded, sequences: sequences, on: tape), on: tape)
    let middle = first(attended, on: tape, activation: .relu)
    let result = feedForwardNorm(second(middle, on: tape), residual: attended, on: tape)
    return output(tape.mean(result, over: sequences), on: tape)
  }
}
