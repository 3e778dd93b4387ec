import EEGCore
import InverseModels

/// Which embedding stands in front of the density, and its sizes.
public enum EmbeddingSettings: Hashable, Sendable {
  /// The data as they are.
  case identity
  /// Linear layers with ReLU between them.
  case fullyConnected(FullyConnectedSettings)
  /// Convolutions along time, then linear layers.
  case convolution(ConvolutionSettings)
  /// A network of `InverseModels`, trained with the density.
  case model(ModelEmbeddingSettings)

  /// Short names, as on the command line.
  public enum Kind: String, Hashable, Sendable, NamedChoice {
    /// The data as they are.
    case identity
    /// Linear layers.
    case fullyConnected = "fc"
    /// Convolutions along time.
    case convolution = "cnn"
    /// Recurrent layers along time.
    case lstm
    /// Convolutions along time, then a recurrent layer in both directions.
    case cnnBiLSTM = "cnn-bilstm"
    /// Attention between electrodes at any places.
    case eegTransformer = "eegtransformer"
  }

  /// The default sizes of a kind.
  public init(_ kind: Kind) {
    self =
      switch kind {
      case .identity: .identity
      case .fullyConnected: .fullyConnected(FullyConnectedSettings())
      case .convolution: .convolution(ConvolutionSettings())
      case .lstm: .model(ModelEmbeddingSettings(.lstm))
      case .cnnBiLSTM: .model(ModelEmbeddingSettings(.cnnBiLSTM))
      case .eegTransformer: .model(ModelEmbeddingSettings(.eegTransformer))
      }
  }

  /// Which embedding it is.
  public var kind: Kind {
    switch self {
    case .identity: .identity
    case .fullyConnected: .fullyConnected
    case .convolution: .convolution
    case .model(let settings):
      switch settings.model {
      case .lstm: .lstm
      case .cnnBiLSTM: .cnnBiLSTM
      case .eegTransformer: .eegTransformer
      }
    }
  }

  /// How data are scaled unless told otherwise.
  public var defaultScaling: DataScaling {
    switch self {
    case .identity, .fullyConnected: .independent
    case .convolution: .structured
    // A network of InverseModels has a preparation of its own.
    case .model: .none
    }
  }
}

extension EmbeddingSettings {
  /// How the embedding wants to be trained; nil where it is small beside the density.
  var defaultTraining: TrainingPlan? {
    guard case .model(let settings) = self else { return nil }
    return ModelConfiguration(settings.model).training
  }
}

extension NetworkSettings {
  /// The same sizes for a density, which is to be right for the whole cap: nothing is dropped in training, and half of
  /// the samples keep all channels.
  fileprivate var forDensity: NetworkSettings {
    switch self {
    case .studyTransformer(var sizes):
      sizes.dropout = 0
      return .studyTransformer(sizes)
    case .electrodeTransformer(var sizes):
      (sizes.dropout, sizes.wholeShare) = (0, 0.5)
      return .electrodeTransformer(sizes)
    case .recurrent(var sizes):
      sizes.dropout = 0
      return .recurrent(sizes)
    }
  }
}

/// Sizes of linear layers with ReLU between them.
public struct FullyConnectedSettings: Hashable, Codable, Sendable {
  /// Values of a context.
  public var outputs = 20
  /// Units of a hidden layer.
  public var hidden = 50
  /// Linear layers.
  public var layers = 2

  enum CodingKeys: String, CodingKey { case outputs, hidden, layers }

  /// The defaults.
  public init() {}
}

/// Sizes of convolutions along time, each with ReLU and a maximum behind it, and of two linear layers.
public struct ConvolutionSettings: Hashable, Codable, Sendable {
  /// Values of a context.
  public var outputs = 20
  /// Channels of the convolutions' results.
  public var filters = [6, 12]
  /// Steps of a convolution.
  public var kernel = 5
  /// Steps of a maximum.
  public var pool = 2
  /// Units between the linear layers.
  public var hidden = 50

  enum CodingKeys: String, CodingKey { case outputs, filters, kernel, pool, hidden }

  /// The defaults.
  public init() {}
}

/// A network of `InverseModels` whose outputs are a context.
public struct ModelEmbeddingSettings: Hashable, Codable, Sendable {
  /// Values of a context.
  public var outputs = 20
  /// Family of networks.
  public private(set) var model: ModelKind
  /// What becomes of potentials first.
  public var preparation: PreparationSettings
  /// Sizes of the network.
  public var network: NetworkSettings

  enum CodingKeys: String, CodingKey { case outputs, model, preparation, network }

  /// The preset `default` of a family, without dropout: a density would take it for noise of the data.
  public init(_ model: ModelKind) {
    let configuration = ModelConfiguration(model)
    self.model = model
    (preparation, network) = (configuration.preparation, configuration.network.forDensity)
  }

  /// A configuration of `InverseModels` with these settings.
  func configuration(seed: UInt64) -> ModelConfiguration {
    var configuration = ModelConfiguration(model)
    (configuration.preparation, configuration.network) = (preparation, network)
    configuration.training.seed = seed
    return configuration
  }

  /// Reads settings.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    outputs = try values.decode(Int.self, forKey: .outputs)
    model = try values.decode(ModelKind.self, forKey: .model)
    preparation = try values.decode(PreparationSettings.self, forKey: .preparation)
    network = try NetworkSettings(of: model, preset: .default, in: values, forKey: .network)
  }

  /// Writes all settings.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(outputs, forKey: .outputs)
    try values.encode(model, forKey: .model)
    try values.encode(preparation, forKey: .preparation)
    try network.encode(to: &values, forKey: .network)
  }
}
