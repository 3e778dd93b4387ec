import EEGArchive
import Networks

extension WeightsArchive.Curve {
  /// What the epochs of a run came to.
  init(_ checkpoint: TrainingCheckpoint) {
    self.init()
    trainingLoss = checkpoint.epochs.map(\.trainingLoss)
    validationLoss = checkpoint.epochs.map { $0.validationLoss ?? .nan }
    learningRate = checkpoint.epochs.map(\.learningRate)
    bestEpoch = checkpoint.bestEpoch
  }
}

extension WeightsArchive.Checkpoint {
  /// What a run needs to go on.
  init(_ checkpoint: TrainingCheckpoint) {
    let state = checkpoint.optimizer
    self.init(
      values: checkpoint.values, first: state.first, second: state.second, average: state.average, step: state.step,
      batch: checkpoint.batch, lossSum: checkpoint.lossSum, rowCount: checkpoint.rowCount)
  }
}

extension WeightsArchive {
  /// The state from which a run goes on; nil in a finished file.
  var trainingCheckpoint: TrainingCheckpoint? {
    checkpoint.map { stored in
      var optimizer = OptimizerState(count: stored.values.count)
      (optimizer.first, optimizer.second, optimizer.step) = (stored.first, stored.second, stored.step)
      optimizer.average = stored.average
      return TrainingCheckpoint(
        settings: TrainingSettings(), rowCount: stored.rowCount, values: stored.values, optimizer: optimizer,
        batch: stored.batch, lossSum: stored.lossSum,
        epochs: curve.trainingLoss.indices.map {
          TrainingEpoch(
            trainingLoss: curve.trainingLoss[$0], validationLoss: curve.validationLoss[$0],
            learningRate: curve.learningRate[$0])
        }, bestValues: parameters.flatMap(\.values), bestEpoch: curve.bestEpoch)
    }
  }

  /// The values of all parameters of a network, for `ParameterStore.load`.
  var parameterValues: [String: [Float]] {
    Dictionary(parameters.map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first })
  }

  /// Parameters as they are stored.
  static func parameters(_ store: ParameterStore) -> [Parameter] {
    store.parameters.map { Parameter(name: $0.name, shape: $0.shape, values: store.values(of: $0)) }
  }
}
