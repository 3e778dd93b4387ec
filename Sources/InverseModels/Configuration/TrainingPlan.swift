import Networks

/// How a model is trained, in numbers that do not depend on how many simulations there are.
public struct TrainingPlan: Hashable, Codable, Sendable {
  /// Times that all simulations are used, at most.
  public var epochs = 50
  /// Simulations of a batch.
  public var batch = 32
  /// Highest learning rate.
  public var learningRate = 1e-3
  /// Weight decay apart from the gradient (AdamW); 0 for Adam.
  public var weightDecay = 0.0
  /// Whether the learning rate falls along half a cosine.
  public var hasCosine = false
  /// Epochs in which the learning rate rises first, with a cosine; may be a part of one.
  public var warmUp = 0.0
  /// Part of the learning rate that is left at the end, with a cosine.
  public var lowestRate = 0.0
  /// Longest gradient; 0 for no limit.
  public var longestGradient = 0.0
  /// Epochs over which parameters are averaged for the answer, with weights that fade exponentially; 0 for none.
  public var averageEpochs = 0.0
  /// Whether simulations get each other's noise, anew in every epoch; wants potentials without noise in the data.
  public var exchangesNoise = false
  /// Epochs without a better validation loss after which training ends; 0 never ends early.
  public var patience = 0
  /// Pieces that a batch is cut into: how many threads may share it.
  public var shards = 4
  /// Seed of the split, of initial values, of the order of simulations and of dropout.
  public var seed: UInt64 = 1

  enum CodingKeys: String, CodingKey {
    case epochs, batch, patience, shards, seed
    case learningRate = "learning_rate"
    case weightDecay = "weight_decay"
    case hasCosine = "cosine"
    case warmUp = "warm_up_epochs"
    case lowestRate = "lowest_rate"
    case longestGradient = "longest_gradient"
    case averageEpochs = "average_epochs"
    case exchangesNoise = "exchange_noise"
  }

  /// Fifty epochs of Adam at 1e-3 in batches of 32.
  public init() {}

  /// The settings of a run over so many rows.
  public func settings(rowCount: Int) -> TrainingSettings {
    let batches = (rowCount + batch - 1) / batch
    return TrainingSettings(
      epochs: epochs, batchSize: batch, shards: shards, seed: seed,
      optimizer: OptimizerSettings(
        learningRate: learningRate, weightDecay: weightDecay, isDecayDecoupled: weightDecay > 0,
        longestGradient: longestGradient > 0 ? longestGradient : nil,
        averageDecay: averageEpochs > 0 ? max(0, 1 - 1 / (averageEpochs * Double(batches))) : 0),
      schedule: hasCosine
        ? .cosine(warmUp: Int((warmUp * Double(batches)).rounded()), lowest: lowestRate) : .constant,
      patience: patience > 0 ? patience : nil)
  }
}
