import EvokeNumerics
import Networks

/// A network of the comparison: inputs of 200 steps by 64 channels.
struct ComparedNetwork: TrainableNetwork {
  enum Kind: String, CaseIterable, Sendable {
    case lstm
    case cnnBiLSTM = "cnn-bilstm"
    case transformer
    case transformerWithoutDropout = "transformer-no-dropout"
  }

  static let length = 200
  static let channels = 64

  let kind: Kind
  let inputCount = length * channels
  let targetCount: Int
  var outputCount: Int { targetCount }
  /// A transformer's activations are large, so few samples go through it together and stay in cache.
  var samplesPerPass: Int {
    switch kind {
    case .lstm, .cnnBiLSTM: .max
    case .transformer, .transformerWithoutDropout: 1
    }
  }

  private var recurrent: LSTM?
  private var convolutions: [Convolution1D] = []
  private var projection: Linear?
  private var positions: Parameter?
  private var encoders: [TransformerEncoderLayer] = []
  private let head: Linear

  init(_ kind: Kind, in store: inout ParameterStore) {
    var stream = RandomStream(seed: 1, simulation: 0, purpose: .initialValues)
    self.kind = kind
    let features: Int
    switch kind {
    case .lstm:
      (features, targetCount) = (128, 8)
      recurrent = LSTM("lstm", input: 64, hidden: 128, in: &store, using: &stream)
    case .cnnBiLSTM:
      (features, targetCount) = (128, 9)
      convolutions = [(64, 64, 5), (64, 128, 3)].enumerated().map { number, sizes in
        Convolution1D(
          "conv\(number + 1)", input: sizes.0, output: sizes.1,
          window: ConvolutionWindow(width: sizes.2, padding: sizes.2 / 2), in: &store, using: &stream)
      }
      recurrent = LSTM("lstm", input: 128, hidden: 64, isBidirectional: true, in: &store, using: &stream)
    case .transformer, .transformerWithoutDropout:
      (features, targetCount) = (128, 8)
      projection = Linear("projection", input: 64, output: 128, in: &store, using: &stream)
      positions = store.add("positions", shape: [ComparedNetwork.length, 128]) { Float(stream.normal()) * 0.02 }
      let settings = TransformerEncoderLayer.Settings(
        width: 128, heads: 8, feedForward: 256, dropout: kind == .transformer ? 0.1 : 0)
      encoders = (0..<3).map {
        TransformerEncoderLayer("encoder.layers.\($0)", settings: settings, in: &store, using: &stream)
      }
    }
    head = Linear("head", input: features, output: targetCount, in: &store, using: &stream)
  }

  func outputs(for inputs: Node, on tape: Tape) -> Node {
    var (x, length) = (
      inputs.reshaped(rows: inputs.rows * ComparedNetwork.length, columns: ComparedNetwork.channels),
      ComparedNetwork.length
    )
    if let projection, let positions {
      let sequences = Sequences(count: inputs.rows, length: length)
      x = tape.add(projection(x, on: tape), toEverySample: tape.node(positions))
      for encoder in encoders { x = encoder(x, sequences: sequences, on: tape) }
      return head(tape.mean(x, over: sequences), on: tape)
    }
    for convolution in convolutions {
      x = convolution(x, length: length, maximumPool: ConvolutionWindow(width: 2, stride: 2), on: tape)
      length /= 2
    }
    guard let recurrent else { preconditionFailure("a network is one of three") }
    if convolutions.isEmpty { return head(recurrent(x, length: length, output: .lastStep, on: tape), on: tape) }
    let y = recurrent(x, length: length, output: .sequence, on: tape)
    return head(tape.mean(y, over: Sequences(count: inputs.rows, length: length)), on: tape)
  }

  /// Floating-point operations of the matrix products of a training step, for one sample.
  var trainingOperations: Double {
    switch kind {
    case .lstm: Operations.product(200, 64, 512, isFirst: true) + Operations.product(200, 128, 512)
    case .cnnBiLSTM:
      Operations.product(200, 320, 64, isFirst: true) + Operations.product(100, 192, 128)
        + 2 * Operations.product(50, 192, 256)
    case .transformer, .transformerWithoutDropout:
      Operations.product(200, 64, 128, isFirst: true)
        + 3
        * (Operations.product(200, 128, 4 * 128) + 2 * Operations.product(200, 128, 256)
          + Operations.attention(pairs: 200 * 200, width: 128))
    }
  }
}
