import EvokeNumerics
import Testing

@testable import Networks

/// A network of the fixture: its layers, and what it does with its input.
struct LayerCase: CustomTestStringConvertible, Sendable {
  let name: String
  /// Adds the layers' parameters, and returns what makes the result of the input.
  let build:
    @Sendable (inout ParameterStore, inout RandomStream, NetworkReference) throws -> (_ x: Node, Tape) throws -> Node

  var testDescription: String { name }

  static let all: [LayerCase] = linear + normalization + attention + encoders + lstm + convolutions + rest

  /// Networks of the fixture with dropout that PyTorch's did not have.
  static let dropping = [
    LayerCase(name: "linear_gelu") { store, stream, _ in
      let layer = Linear("layer", input: 19, output: 37, in: &store, using: &stream)
      return { layer($0, on: $1, activation: .gelu, dropout: 0.4) }
    },
    LayerCase(name: "linear_tanh") { store, stream, _ in
      let layer = Linear("layer", input: 19, output: 37, in: &store, using: &stream)
      return { $1.dropout(layer($0, on: $1, activation: .tanh, dropout: 0.4), rate: 0.2) }
    },
    LayerCase(name: "encoder_gelu") { store, stream, _ in
      let settings = TransformerEncoderLayer.Settings(
        width: 20, heads: 4, feedForward: 30, dropout: 0.3, activation: .gelu)
      let layer = TransformerEncoderLayer("layer", settings: settings, in: &store, using: &stream)
      return { layer($0, sequences: Sequences(count: 2, length: 6), on: $1) }
    },
    LayerCase(name: "lstm_deep_lastStep") { store, stream, _ in
      let layer = LSTM(
        "lstm", input: 5, hidden: 9, layers: 2, isBidirectional: true, dropout: 0.3, in: &store, using: &stream)
      return { layer($0, length: 6, output: .lastStep, on: $1) }
    },
    LayerCase(name: "convolution_padded") { store, stream, _ in
      let layer = Convolution1D(
        "conv", input: 6, output: 18, window: ConvolutionWindow(width: 5, padding: 2), in: &store, using: &stream)
      return { layer($0, length: 11, on: $1, activation: .sigmoid, dropout: 0.3) }
    },
  ]

  private static let linear = Activation.allCases.map { activation in
    LayerCase(name: "linear_\(activation)") { store, stream, _ in
      let layer = Linear("layer", input: 19, output: 37, in: &store, using: &stream)
      return { layer($0, on: $1, activation: activation) }
    }
  }

  private static let normalization =
    [33, 16].map { columns in
      LayerCase(name: "layer_norm_\(columns)") { store, _, _ in
        let norm = LayerNorm("norm", columns: columns, in: &store)
        return { norm($0, on: $1) }
      }
    } + [
      LayerCase(name: "layer_norm_residual") { store, stream, _ in
        let norm = LayerNorm("norm", columns: 21, in: &store)
        let layer = Linear("layer", input: 21, output: 21, in: &store, using: &stream)
        return { norm(layer($0, on: $1), residual: $0, on: $1) }
      }
    ]

  private static let attention = [
    ("attention", 2, 7, 12, 3), ("attention_wide", 1, 35, 40, 2), ("attention_masked", 3, 9, 12, 3),
  ].map { name, samples, tokens, width, heads in
    LayerCase(name: name) { store, stream, reference in
      let layer = MultiHeadAttention("attn", width: width, heads: heads, in: &store, using: &stream)
      return { x, tape in
        let keys =
          name == "attention_masked"
          ? tape.constant(try reference.values("keys"), rows: x.rows, columns: 1) : nil
        return layer(x, sequences: Sequences(count: samples, length: tokens), keys: keys, on: tape)
      }
    }
  }

  private static let encoders = [
    ("encoder_relu", Activation.relu, true), ("encoder_gelu", .gelu, true), ("encoder_without_residual", .relu, false),
  ].map { name, activation, hasResidual in
    LayerCase(name: name) { store, stream, _ in
      let settings = TransformerEncoderLayer.Settings(
        width: 20, heads: 4, feedForward: 30, dropout: 0, activation: activation, hasAttentionResidual: hasResidual)
      let layer = TransformerEncoderLayer("layer", settings: settings, in: &store, using: &stream)
      return { layer($0, sequences: Sequences(lengths: [6, 6]), on: $1) }
    }
  }

  private static let lstm = [
    ("one", 3, 5, 1, false, RecurrentOutput.allCases), ("two", 4, 17, 2, false, [.sequence]),
    ("both", 6, 7, 1, true, RecurrentOutput.allCases), ("deep", 5, 9, 2, true, [.lastStep]),
    ("even", 4, 32, 1, false, [.sequence]), ("wide", 3, 20, 1, false, [.sequence]),
  ].flatMap { name, input, hidden, layers, isBidirectional, outputs in
    outputs.map { output in
      LayerCase(name: "lstm_\(name)_\(output)") { store, stream, _ in
        let layer = LSTM(
          "lstm", input: input, hidden: hidden, layers: layers, isBidirectional: isBidirectional, in: &store,
          using: &stream)
        return { layer($0, length: 6, output: output, on: $1) }
      }
    }
  }

  private static let convolutions =
    [
      ("plain", 3, 5, ConvolutionWindow(width: 4)), ("padded", 6, 18, ConvolutionWindow(width: 5, padding: 2)),
      ("strided", 4, 7, ConvolutionWindow(width: 3, stride: 2, padding: 1)),
    ].map { name, input, output, window in
      LayerCase(name: "convolution_\(name)") { store, stream, _ in
        let layer = Convolution1D("conv", input: input, output: output, window: window, in: &store, using: &stream)
        return { layer($0, length: 11, on: $1) }
      }
    }
    + [
      LayerCase(name: "convolution_pool") { store, stream, _ in
        let layer = Convolution1D(
          "conv", input: 6, output: 19, window: ConvolutionWindow(width: 5, padding: 2), in: &store, using: &stream)
        return { layer($0, length: 11, maximumPool: ConvolutionWindow(width: 2, stride: 2), on: $1) }
      },
      LayerCase(name: "maximum_pool") { store, stream, _ in
        let layer = Linear("layer", input: 5, output: 5, in: &store, using: &stream)
        return { $1.maximumPool(layer($0, on: $1), length: 10, window: ConvolutionWindow(width: 3, stride: 2)) }
      },
      LayerCase(name: "average_pool") { store, stream, _ in
        let layer = Linear("layer", input: 5, output: 5, in: &store, using: &stream)
        return { $1.averagePool(layer($0, on: $1), length: 10, window: ConvolutionWindow(width: 3, stride: 2)) }
      },
    ]

  private static let rest = [
    LayerCase(name: "gate") { store, _, _ in
      let gate = SigmoidGate("gate", columns: 21, in: &store)
      return { gate($0, on: $1) }
    },
    LayerCase(name: "positions") { store, stream, _ in
      let layer = PositionEmbedding("positions", hidden: 10, width: 12, in: &store, using: &stream)
      return { layer($0, on: $1) }
    },
    LayerCase(name: "mean") { store, stream, reference in
      let layer = Linear("layer", input: 6, output: 6, in: &store, using: &stream)
      return { x, tape in
        let keys = tape.constant(try reference.values("keys"), rows: 10, columns: 1)
        return tape.mean(layer(x, on: tape), over: Sequences(count: 2, length: 5), keys: keys)
      }
    },
    LayerCase(name: "squared_error") { store, stream, reference in
      let layer = Linear("layer", input: 6, output: 4, in: &store, using: &stream)
      return { x, tape in
        tape.squaredError(
          layer(x, on: tape), targets: tape.constant(try reference.values("targets"), rows: 5, columns: 4))
      }
    },
    LayerCase(name: "normal_density") { store, stream, reference in
      let layer = Linear("layer", input: 6, output: NormalOutputs.count(of: 4), in: &store, using: &stream)
      return { x, tape in
        tape.normalNegativeLogDensity(
          layer(x, on: tape), targets: tape.constant(try reference.values("targets"), rows: 5, columns: 4))
      }
    },
  ]
}
