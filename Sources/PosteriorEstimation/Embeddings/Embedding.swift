import EvokeNumerics
import Networks

/// From data to the context that a density depends on.
public protocol Embedding: Sendable {
  /// Values of a row of data.
  var inputCount: Int { get }
  /// Values of a context.
  var outputCount: Int { get }
  /// Rows that go through together, at most.
  var samplesPerPass: Int { get }

  /// Contexts, shape `[samples, outputCount]`, of data of shape `[samples, inputCount]`.
  func contexts(of data: Node, on tape: Tape) -> Node
}

extension Embedding {
  /// All that there are.
  public var samplesPerPass: Int { .max }
}

/// The data as they are.
public struct IdentityEmbedding: Embedding {
  /// Values of a row of data.
  public let inputCount: Int
  /// As many.
  public var outputCount: Int { inputCount }

  /// Data of `inputCount` values.
  public init(inputCount: Int) { self.inputCount = inputCount }

  /// The data.
  public func contexts(of data: Node, on tape: Tape) -> Node { data }
}

/// Linear layers with ReLU between them.
public struct FullyConnectedEmbedding: Embedding {
  /// Values of a row of data.
  public let inputCount: Int
  /// Values of a context.
  public let outputCount: Int
  private let layers: [Linear]

  /// Adds `embedding.0`, `embedding.1` and so on.
  ///
  /// - Parameters:
  ///   - name: What stands before the numbers.
  ///   - hidden: Units of a hidden layer.
  ///   - layers: Linear layers.
  public init(
    name: String = "embedding", inputCount: Int, outputCount: Int, hidden: Int, layers: Int,
    in store: inout ParameterStore, using stream: inout RandomStream
  ) {
    (self.inputCount, self.outputCount) = (inputCount, outputCount)
    self.layers = (0..<layers).map { number in
      Linear(
        "\(name).\(number)", input: number == 0 ? inputCount : hidden,
        output: number == layers - 1 ? outputCount : hidden, in: &store, using: &stream)
    }
  }

  /// The last layer's outputs.
  public func contexts(of data: Node, on tape: Tape) -> Node {
    layers.enumerated().reduce(data) { x, layer in
      layer.element(x, on: tape, activation: layer.offset < layers.count - 1 ? .relu : .identity)
    }
  }
}
