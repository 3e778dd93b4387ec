import EvokeNumerics
import Networks

/// Recurrent layers along time, with convolutions in front of them or without, and a linear layer or a head.
struct RecurrentNetwork: NetworkBody {
  private let convolutions: [Convolution1D]
  private let lstm: LSTM
  private let summary: Linear?
  private let scale: Linear?
  private let head: ResidualHead?
  private let output: Linear?
  private let settings: RecurrentSettings
  private let channels: Int
  private let times: Int
  private static let pool = ConvolutionWindow(width: 2, stride: 2)

  init(
    _ sizes: RecurrentSettings, channels: Int, times: Int, outputs: Int, in store: inout ParameterStore,
    using stream: inout RandomStream
  ) {
    (settings, self.channels, self.times) = (sizes, channels, times)
    let window = ConvolutionWindow(width: sizes.kernel, padding: sizes.kernel / 2)
    convolutions = (0..<sizes.convolutions).map { number in
      Convolution1D(
        "convolutions.\(number)", input: number == 0 ? channels : sizes.filters, output: sizes.filters, window: window,
        in: &store, using: &stream)
    }
    lstm = LSTM(
      "lstm", input: convolutions.isEmpty ? channels : sizes.filters, hidden: sizes.hidden, layers: sizes.layers,
      isBidirectional: sizes.isBidirectional, dropout: sizes.dropout, in: &store, using: &stream)
    let width = sizes.headWidth
    guard width > 0 else {
      output = Linear("output", input: lstm.outputCount, output: outputs, in: &store, using: &stream)
      (summary, scale, head) = (nil, nil, nil)
      return
    }
    summary = Linear("summary", input: lstm.outputCount, output: width, in: &store, using: &stream)
    scale = sizes.normalizesSamples ? Linear("scale", input: 1, output: width, in: &store, using: &stream) : nil
    head = ResidualHead(
      "head", width: width, blocks: sizes.headBlocks, outputs: outputs, dropout: sizes.dropout, in: &store,
      using: &stream)
    output = nil
  }

  func outputs(for inputs: Node, on tape: Tape) -> Node {
    let normalized = scale == nil ? nil : tape.normalizedSamples(inputs)
    var x = (normalized?.values ?? inputs).reshaped(rows: inputs.rows * times, columns: channels)
    var length = times
    for convolution in convolutions {
      x = convolution(x, length: length, maximumPool: Self.pool, on: tape)
      length = Self.pool.count(in: convolution.window.count(in: length))
    }
    let state: Node
    if settings.averagesSteps {
      let steps = lstm(x, length: length, output: .sequence, on: tape)
      state = tape.mean(steps, over: Sequences(count: inputs.rows, length: length))
    } else {
      state = lstm(x, length: length, output: settings.isBidirectional ? .finalState : .lastStep, on: tape)
    }
    if let output { return output(state, on: tape) }
    guard let summary, let head else { preconditionFailure("there is a linear layer or a head") }
    var y = summary(state, on: tape)
    if let scale, let normalized { y = tape.add(y, scale(normalized.logScale, on: tape)) }
    return head(y, on: tape)
  }
}
