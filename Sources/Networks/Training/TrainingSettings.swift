/// How a network is trained.
public struct TrainingSettings: Hashable, Codable, Sendable {
  /// Times that all rows are used, at most.
  public var epochs: Int
  /// Rows of a batch; the last batch of an epoch takes what is left.
  public var batchSize: Int
  /// Pieces that a batch is cut into, see ``BatchStep``.
  public var shards: Int
  /// Seed of the order of rows and of dropout.
  public var seed: UInt64
  /// How parameters follow their gradients.
  public var optimizer: OptimizerSettings
  /// How the learning rate changes.
  public var schedule: LearningRateSchedule
  /// Epochs without a better validation loss after which the run ends; nil never ends early.
  public var patience: Int?

  /// Settings of a run.
  public init(
    epochs: Int = 50, batchSize: Int = 32, shards: Int = 4, seed: UInt64 = 0,
    optimizer: OptimizerSettings = OptimizerSettings(), schedule: LearningRateSchedule = .constant,
    patience: Int? = nil
  ) {
    (self.epochs, self.batchSize, self.shards, self.seed) = (epochs, batchSize, shards, seed)
    (self.optimizer, self.schedule, self.patience) = (optimizer, schedule, patience)
  }

  func check() throws(NetworkError) {
    guard epochs > 0, batchSize > 0, shards > 0, patience.map({ $0 > 0 }) ?? true else {
      throw NetworkError(
        code: .invalidSettings,
        message: "a training run wants epochs, a batch size, shards and a patience above 0, or no patience; these are "
          + "\(epochs), \(batchSize), \(shards) and \(patience.map(String.init) ?? "none")")
    }
    try optimizer.check()
  }
}

/// What an epoch came to.
public struct TrainingEpoch: Hashable, Codable, Sendable {
  /// Mean loss over the rows as they were used, with dropout, while parameters changed.
  public var trainingLoss: Double
  /// Mean loss over the validation rows at its end, without dropout; nil if there are none.
  public var validationLoss: Double?
  /// The learning rate of its last step.
  public var learningRate: Double

  /// What an epoch came to.
  public init(trainingLoss: Double, validationLoss: Double?, learningRate: Double) {
    (self.trainingLoss, self.validationLoss, self.learningRate) = (trainingLoss, validationLoss, learningRate)
  }
}

/// All that a training run needs to go on: a run that is resumed gives the same bits as one that was never interrupted.
public struct TrainingCheckpoint: Hashable, Codable, Sendable {
  /// Settings of the run; more epochs may be asked for before it is resumed.
  public var settings: TrainingSettings
  /// Number of training rows, which must stay the same.
  public internal(set) var rowCount: Int
  /// The parameters after the last step.
  public internal(set) var values: [Float]
  /// What the optimiser remembers, and the number of steps.
  public internal(set) var optimizer: OptimizerState
  /// Batches of the current epoch that are done.
  public internal(set) var batch = 0
  /// Sum of the losses of the current epoch's rows so far.
  public internal(set) var lossSum = 0.0
  /// Epochs that are done.
  public internal(set) var epochs: [TrainingEpoch] = []
  /// The parameters, or their running mean, after the epoch with the lowest validation loss, or training loss if there
  /// is no validation.
  public internal(set) var bestValues: [Float]
  /// The number of that epoch, from 0 on; nil before the first one.
  public internal(set) var bestEpoch: Int?

  /// A checkpoint that was stored, its parts as they were.
  public init(
    settings: TrainingSettings, rowCount: Int, values: [Float], optimizer: OptimizerState, batch: Int = 0,
    lossSum: Double = 0, epochs: [TrainingEpoch] = [], bestValues: [Float], bestEpoch: Int? = nil
  ) {
    (self.settings, self.rowCount, self.values, self.optimizer) = (settings, rowCount, values, optimizer)
    (self.batch, self.lossSum, self.epochs) = (batch, lossSum, epochs)
    (self.bestValues, self.bestEpoch) = (bestValues, bestEpoch)
  }

  /// The parameters that are validated and kept: their running mean if there is one.
  var answer: [Float] { optimizer.average.isEmpty ? values : optimizer.average }

  /// Loss by which epochs are compared.
  static func score(_ epoch: TrainingEpoch) -> Double { epoch.validationLoss ?? epoch.trainingLoss }

  /// Whether the run has ended: all epochs are done, or patience is.
  public var isFinished: Bool {
    if epochs.count >= settings.epochs { return true }
    guard let patience = settings.patience, let bestEpoch else { return false }
    return epochs.count - 1 - bestEpoch >= patience
  }
}
