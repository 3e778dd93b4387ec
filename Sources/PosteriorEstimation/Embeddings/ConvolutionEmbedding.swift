import EvokeNumerics
import Networks

/// Convolutions along time, each with ReLU and a maximum over windows behind it, then two linear layers with ReLU
/// between them.
public struct ConvolutionEmbedding: Embedding {
  /// Values of a row of data, all channels of a time together.
  public let inputCount: Int
  /// Values of a context.
  public let outputCount: Int
  private let convolutions: [Convolution1D]
  private let pool: ConvolutionWindow
  private let layers: [Linear]
  private let channels: Int

  /// Adds `embedding.convolutions.0` and so on, `embedding.linear1` and `embedding.linear2`.
  ///
  /// - Parameters:
  ///   - channels: Channels of the data.
  ///   - times: Samples of a channel.
  /// - Throws: ``PosteriorError``, code `invalidSetting`, if nothing is left of the samples.
  public init(
    _ sizes: ConvolutionSettings, channels: Int, times: Int, in store: inout ParameterStore,
    using stream: inout RandomStream
  ) throws(PosteriorError) {
    (inputCount, outputCount, self.channels) = (channels * times, sizes.outputs, channels)
    let pool = ConvolutionWindow(width: sizes.pool, stride: sizes.pool)
    let window = ConvolutionWindow(width: sizes.kernel, padding: sizes.kernel / 2)
    var (length, width) = (times, channels)
    var convolutions: [Convolution1D] = []
    for (number, filters) in sizes.filters.enumerated() {
      convolutions.append(
        Convolution1D(
          "embedding.convolutions.\(number)", input: width, output: filters, window: window, in: &store,
          using: &stream))
      guard length >= sizes.pool, window.count(in: length) >= sizes.pool else {
        throw PosteriorError(
          code: .invalidSetting,
          message: "\(times) samples are too few for \(sizes.filters.count) convolutions with maxima over "
            + "\(sizes.pool); set fewer filters or a smaller pool, or take another embedding")
      }
      (length, width) = (pool.count(in: window.count(in: length)), filters)
    }
    (self.convolutions, self.pool) = (convolutions, pool)
    layers = [
      Linear("embedding.linear1", input: length * width, output: sizes.hidden, in: &store, using: &stream),
      Linear("embedding.linear2", input: sizes.hidden, output: sizes.outputs, in: &store, using: &stream),
    ]
  }

  /// The second linear layer's outputs.
  public func contexts(of data: Node, on tape: Tape) -> Node {
    var length = inputCount / channels
    var x = data.reshaped(rows: data.rows * length, columns: channels)
    for convolution in convolutions {
      x = convolution(x, length: length, maximumPool: pool, on: tape)
      length = pool.count(in: convolution.window.count(in: length))
    }
    let features = x.reshaped(rows: data.rows, columns: x.count / data.rows)
    return layers[1](layers[0](features, on: tape, activation: .relu), on: tape)
  }
}

/// A network of `InverseModels` whose outputs are a context.
public struct ModelEmbedding: Embedding {
  private let network: any TrainableNetwork

  /// A network with outputs of any meaning.
  public init(_ network: any TrainableNetwork) { self.network = network }

  /// Values of a prepared row of data.
  public var inputCount: Int { network.inputCount }
  /// Values of a context.
  public var outputCount: Int { network.outputCount }
  /// Rows that go through together, at most.
  public var samplesPerPass: Int { network.samplesPerPass }

  /// The network's outputs.
  public func contexts(of data: Node, on tape: Tape) -> Node { network.outputs(for: data, on: tape) }
}
