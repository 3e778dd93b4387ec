import EvokeNumerics
import InverseModels

/// Everything that decides what a posterior is estimated by, and how that is trained.
public struct PosteriorConfiguration: Hashable, Sendable {
  /// The conditional density.
  public var density: DensitySettings
  /// What turns data into its context.
  public var embedding: EmbeddingSettings
  /// How data are scaled before that.
  public var scaling: DataScaling
  /// How several records are read together, where the first axis of the data counts them; nil where data have none.
  public var records: RecordSettings?
  /// Share of the pairs that tell which epoch was best.
  public var validationShare = 0.1
  /// Networks that learn side by side from other first values, and whose densities are mixed in equal parts.
  public var ensemble = 1
  /// How both are trained.
  public var training: TrainingPlan

  /// The defaults of a density and an embedding.
  public init(_ density: DensitySettings.Kind = .splineFlow, embedding: EmbeddingSettings.Kind = .identity) {
    self.density = DensitySettings(density)
    self.embedding = EmbeddingSettings(embedding)
    scaling = self.embedding.defaultScaling
    training = self.embedding.defaultTraining ?? Self.defaultTraining
  }

  /// Adam until 20 epochs bring nothing better, with gradients up to 5 as in sbi; the rate is six times sbi's, which the
  /// running mean of parameters allows.
  private static var defaultTraining: TrainingPlan {
    var plan = TrainingPlan()
    (plan.epochs, plan.batch, plan.learningRate, plan.longestGradient, plan.patience) = (2000, 100, 3e-3, 5, 20)
    (plan.averageEpochs, plan.shards) = (4, 2)
    return plan
  }

  /// Throws unless numbers mean something.
  ///
  /// - Throws: ``PosteriorError``, code `invalidSetting`.
  public func check() throws(PosteriorError) {
    func require(_ holds: Bool, _ message: String) throws(PosteriorError) {
      if !holds { throw PosteriorError(code: .invalidSetting, message: message) }
    }
    try density.check()
    try require((1...100).contains(ensemble), "ensemble lies in 1 ... 100")
    try records?.check()
    try require(validationShare > 0 && validationShare < 1, "validation_share is above 0 and below 1")
    try require(
      training.epochs > 0 && training.batch > 0 && training.shards > 0 && training.learningRate > 0
        && training.learningRate.isFinite && training.weightDecay >= 0 && training.warmUp >= 0
        && (0...1).contains(training.lowestRate) && training.longestGradient >= 0 && training.averageEpochs >= 0
        && training.patience >= 0,
      "epochs, batch, shards and learning_rate are above 0, other numbers of the training not below")
    try require(records == nil || !training.exchangesNoise, "exchange_noise is not for data of several records")
    switch embedding {
    case .identity: break
    case .fullyConnected(let sizes):
      try require(sizes.outputs > 0 && sizes.hidden > 0 && sizes.layers > 0, "outputs, hidden and layers are above 0")
    case .convolution(let sizes):
      try require(
        sizes.outputs > 0 && sizes.filters.allSatisfy { $0 > 0 } && sizes.kernel > 0 && sizes.pool > 0
          && sizes.pool < 255 && sizes.hidden > 0,
        "outputs, filters, kernel, pool and hidden are above 0, and pool is below 255")
    case .model(let settings):
      try require(settings.outputs > 0, "outputs is above 0")
      do { try settings.configuration(seed: 0).check() } catch {
        throw PosteriorError(code: .invalidSetting, message: error.message)
      }
    }
  }
}

extension PosteriorConfiguration: Codable {
  private enum CodingKeys: String, CodingKey {
    case model, density, embedding, records, scaling, ensemble, training
    case validationShare = "validation_share"
  }

  /// Reads a configuration; all its keys but `records` are there.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let model = try values.decode(String.self, forKey: .model)
    guard model == Self.modelName else {
      throw DecodingError.dataCorruptedError(
        forKey: .model, in: values, debugDescription: "'\(model)' is no posterior, which is \(Self.modelName)")
    }
    density = try values.decode(DensitySettings.self, forKey: .density)
    embedding = try values.decode(EmbeddingSettings.self, forKey: .embedding)
    // Absent in files from before there were any.
    records = try values.decodeIfPresent(RecordSettings.self, forKey: .records)
    scaling = try values.decode(DataScaling.self, forKey: .scaling)
    validationShare = try values.decode(Double.self, forKey: .validationShare)
    ensemble = try values.decode(Int.self, forKey: .ensemble)
    training = try values.decode(TrainingPlan.self, forKey: .training)
  }

  /// Writes all settings.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(Self.modelName, forKey: .model)
    try values.encode(density, forKey: .density)
    try values.encode(embedding, forKey: .embedding)
    try values.encodeIfPresent(records, forKey: .records)
    try values.encode(scaling, forKey: .scaling)
    try values.encode(validationShare, forKey: .validationShare)
    try values.encode(ensemble, forKey: .ensemble)
    try values.encode(training, forKey: .training)
  }
}

/// As an object with the key `kind` beside its sizes.
extension DensitySettings: Codable {
  private enum Key: String, CodingKey { case kind }

  /// Reads settings.
  public init(from decoder: any Decoder) throws {
    switch try decoder.container(keyedBy: Key.self).decode(Kind.self, forKey: .kind) {
    case .splineFlow: self = .splineFlow(try SplineFlowSettings(from: decoder))
    case .autoregressiveFlow: self = .autoregressiveFlow(try AutoregressiveFlowSettings(from: decoder))
    case .mixture: self = .mixture(try MixtureSettings(from: decoder))
    }
  }

  /// Writes all settings.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(kind, forKey: .kind)
    switch self {
    case .splineFlow(let sizes): try sizes.encode(to: encoder)
    case .autoregressiveFlow(let sizes): try sizes.encode(to: encoder)
    case .mixture(let sizes): try sizes.encode(to: encoder)
    }
  }
}

/// As an object with the key `kind` beside its sizes.
extension EmbeddingSettings: Codable {
  private enum Key: String, CodingKey { case kind }

  /// Reads settings.
  public init(from decoder: any Decoder) throws {
    switch try decoder.container(keyedBy: Key.self).decode(Kind.self, forKey: .kind) {
    case .identity: self = .identity
    case .fullyConnected: self = .fullyConnected(try FullyConnectedSettings(from: decoder))
    case .convolution: self = .convolution(try ConvolutionSettings(from: decoder))
    case .lstm, .cnnBiLSTM, .eegTransformer: self = .model(try ModelEmbeddingSettings(from: decoder))
    }
  }

  /// Writes all settings.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(kind, forKey: .kind)
    switch self {
    case .identity: break
    case .fullyConnected(let sizes): try sizes.encode(to: encoder)
    case .convolution(let sizes): try sizes.encode(to: encoder)
    case .model(let settings): try settings.encode(to: encoder)
    }
  }
}
