import InverseModels

/// Floating-point operations of a training step in its matrix products; everything else is left out.
enum Operations {
  /// A product of `[rows, inner]` by `[inner, columns]`: three times its forward pass, as the gradients of weights and
  /// of what they meet cost as much each, less that of a network's inputs.
  static func product(_ rows: Double, _ inner: Int, _ columns: Int, isFirst: Bool = false) -> Double {
    2 * rows * Double(inner) * Double(columns) * (isFirst ? 2 : 3)
  }

  /// The attention's own two products, of tokens by tokens by width, whose backward pass makes the scores once more.
  ///
  /// - Parameter pairs: The number of tokens, squared.
  static func attention(pairs: Double, width: Int) -> Double { 2 * pairs * Double(width) * 7 }

  /// Projections, attention and feed-forward network of an encoder layer.
  static func encoder(tokens: Double, pairs: Double, width: Int, feedForward: Int) -> Double {
    product(tokens, width, 4 * width) + 2 * product(tokens, width, feedForward) + attention(pairs: pairs, width: width)
  }

  /// The head of the default networks.
  static func head(width: Int, blocks: Int, outputs: Int) -> Double {
    2 * Double(blocks) * product(1, width, 2 * width) + product(1, width, outputs)
  }
}

extension NetworkSettings {
  /// Floating-point operations of the matrix products of a training step, for one sample; where electrodes are left out
  /// by chance, what is expected.
  ///
  /// - Parameters:
  ///   - preparation: What samples look like.
  ///   - outputs: Outputs of the network.
  ///   - samplesTogether: Samples of a pass, for which the places of electrodes are embedded once.
  func trainingOperations(preparation: InputPreparation, outputs: Int, samplesTogether: Int) -> Double {
    let (channels, times) = (preparation.preparedChannels, preparation.preparedTimes)
    switch self {
    case .studyTransformer(let sizes):
      let tokens = Double(channels)
      return Operations.product(tokens, times, sizes.width, isFirst: true)
        + Operations.encoder(
          tokens: tokens, pairs: tokens * tokens, width: sizes.width, feedForward: sizes.feedForward)
        + Operations.product(1, sizes.width, outputs)
    case .electrodeTransformer(let sizes):
      let isSubset = (1..<channels).contains(sizes.fewestChannels)
      let counts = (isSubset ? sizes.fewestChannels : channels)...channels
      let tokens = Double(counts.reduce(0, +)) / Double(counts.count)
      let pairs = Double(counts.reduce(0) { $0 + $1 * $1 }) / Double(counts.count)
      let places =
        Operations.product(Double(channels), 3, sizes.placeHidden, isFirst: true)
        + Operations.product(Double(channels), sizes.placeHidden, sizes.width)
      return Operations.product(tokens, times, sizes.width, isFirst: true) + 2 * places / Double(samplesTogether)
        + Double(sizes.layers)
        * Operations.encoder(tokens: tokens, pairs: pairs, width: sizes.width, feedForward: sizes.feedForward)
        + Operations.product(1, sizes.width, sizes.headWidth) * (sizes.layers > 0 ? 2 : 1)
        + Operations.head(width: sizes.headWidth, blocks: sizes.headBlocks, outputs: outputs)
    case .recurrent(let sizes):
      var (total, length, inputs, isFirst) = (0.0, times, channels, true)
      for _ in 0..<sizes.convolutions {
        total += Operations.product(Double(length), inputs * sizes.kernel, sizes.filters, isFirst: isFirst)
        (length, inputs, isFirst) = (length / 2, sizes.filters, false)
      }
      let directions = sizes.isBidirectional ? 2 : 1
      for _ in 0..<sizes.layers {
        total +=
          Double(directions)
          * (Operations.product(Double(length), inputs, 4 * sizes.hidden, isFirst: isFirst)
            + Operations.product(Double(length), sizes.hidden, 4 * sizes.hidden))
        (inputs, isFirst) = (directions * sizes.hidden, false)
      }
      guard sizes.headWidth > 0 else { return total + Operations.product(1, inputs, outputs) }
      return total + Operations.product(1, inputs, sizes.headWidth)
        + Operations.head(width: sizes.headWidth, blocks: sizes.headBlocks, outputs: outputs)
    }
  }
}
