/// Sizes of a network; what of them it has is said by the kind of model and of preset.
public enum NetworkSettings: Hashable, Sendable {
  /// The study's EEGTransformer.
  case studyTransformer(StudyTransformerSettings)
  /// Attention between electrodes at any places.
  case electrodeTransformer(ElectrodeTransformerSettings)
  /// Recurrent layers, perhaps behind convolutions.
  case recurrent(RecurrentSettings)

  /// Reads the sizes that a kind of model and of preset has.
  package init<Key>(
    of model: ModelKind, preset: ModelPreset, in values: KeyedDecodingContainer<Key>, forKey key: Key
  ) throws {
    self =
      switch (model, preset) {
      case (.eegTransformer, .study): .studyTransformer(try values.decode(StudyTransformerSettings.self, forKey: key))
      case (.eegTransformer, .default):
        .electrodeTransformer(try values.decode(ElectrodeTransformerSettings.self, forKey: key))
      case (.lstm, _), (.cnnBiLSTM, _): .recurrent(try values.decode(RecurrentSettings.self, forKey: key))
      }
  }

  /// Writes the sizes.
  package func encode<Key>(to values: inout KeyedEncodingContainer<Key>, forKey key: Key) throws {
    switch self {
    case .studyTransformer(let sizes): try values.encode(sizes, forKey: key)
    case .electrodeTransformer(let sizes): try values.encode(sizes, forKey: key)
    case .recurrent(let sizes): try values.encode(sizes, forKey: key)
    }
  }
}

/// Sizes of the study's EEGTransformer: one layer of attention between channels, which are known by their number.
public struct StudyTransformerSettings: Hashable, Codable, Sendable {
  /// Values of a token.
  public var width = 256
  /// Heads of the attention; divides the width.
  public var heads = 8
  /// Values in the middle of the feed-forward network.
  public var feedForward = 1024
  /// Probability with which an attention weight becomes 0 in training.
  public var dropout: Float = 0.2

  enum CodingKeys: String, CodingKey {
    case width, heads, dropout
    case feedForward = "feed_forward"
  }
}

/// Sizes of a transformer whose tokens are electrodes, known by their places.
public struct ElectrodeTransformerSettings: Hashable, Codable, Sendable {
  /// Values of a token.
  public var width = 64
  /// Hidden values of the two networks that turn a place into gains and offsets.
  public var placeHidden = 64
  /// Layers of attention.
  public var layers = 1
  /// Heads of the attention; divides the width.
  public var heads = 4
  /// Values in the middle of the feed-forward network of a layer.
  public var feedForward = 128
  /// Values of the head, see ``ResidualHead``.
  public var headWidth = 256
  /// Blocks of the head.
  public var headBlocks = 3
  /// Probability with which an element becomes 0 in training.
  public var dropout: Float = 0.1
  /// Fewest channels that a sample keeps in training; as many as there are, or 0, keeps all of them.
  public var fewestChannels = 16
  /// Share of samples that keep all channels in training all the same.
  public var wholeShare: Float = 0
  /// Whether a sample is divided by its root mean square, whose logarithm goes to the head.
  public var normalizesSamples = true
  /// Whether the head is told the logarithm of the number of channels.
  public var countsChannels = true

  enum CodingKeys: String, CodingKey {
    case width, layers, heads, dropout
    case countsChannels = "counts_channels"
    case placeHidden = "place_hidden"
    case feedForward = "feed_forward"
    case headWidth = "head_width"
    case headBlocks = "head_blocks"
    case fewestChannels = "fewest_channels"
    case wholeShare = "whole_share"
    case normalizesSamples = "normalizes_samples"
  }
}

/// Sizes of a recurrent network, with convolutions in front of it or without.
public struct RecurrentSettings: Hashable, Codable, Sendable {
  /// Convolutions, each with ReLU and a maximum over pairs of steps behind it.
  public var convolutions = 0
  /// Channels of a convolution's result.
  public var filters = 64
  /// Steps of a convolution; odd.
  public var kernel = 7
  /// Hidden units of a recurrent layer and direction.
  public var hidden = 64
  /// Recurrent layers.
  public var layers = 2
  /// Whether there is a backward direction.
  public var isBidirectional = false
  /// Whether the mean over all steps is taken, and not the state after the last one.
  public var averagesSteps = false
  /// Probability with which an element becomes 0 in training.
  public var dropout: Float = 0.2
  /// Values of the head, see ``ResidualHead``; 0 for a linear layer instead.
  public var headWidth = 0
  /// Blocks of the head.
  public var headBlocks = 0
  /// Whether a sample is divided by its root mean square, whose logarithm goes to the head.
  public var normalizesSamples = false

  enum CodingKeys: String, CodingKey {
    case convolutions, filters, kernel, hidden, layers, dropout
    case isBidirectional = "bidirectional"
    case averagesSteps = "averages_steps"
    case headWidth = "head_width"
    case headBlocks = "head_blocks"
    case normalizesSamples = "normalizes_samples"
  }
}
