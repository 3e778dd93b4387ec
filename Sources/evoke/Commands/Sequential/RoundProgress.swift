import PosteriorEstimation
import Synchronization

/// The progress bars of a round, one behind the other.
final class RoundProgress: Sendable {
  private let round: Int
  private let epochs: Int
  private let simulating: ProgressBar
  private let training = Mutex<ProgressBar?>(nil)

  /// - Parameters:
  ///   - round: From 0 on.
  ///   - epochs: Of the training, at most.
  init(round: Int, epochs: Int) {
    (self.round, self.epochs) = (round, epochs)
    simulating = ProgressBar("round \(round + 1): simulating")
  }

  func update(_ progress: SequentialProgress) {
    switch progress {
    case .simulating(let share): simulating.update(share)
    case .training(let latest):
      let bar = training.withLock { bar in
        if let bar { return bar }
        simulating.finish()
        let new = ProgressBar("round \(round + 1): training", total: epochs, unit: "epochs")
        bar = new
        return new
      }
      bar.update((Double(latest.epoch) + Double(latest.batch) / Double(latest.batchCount)) / Double(epochs))
      if let finished = latest.finishedEpoch { bar.describe(TrainingLoop.text(latest.epoch + 1, finished)) }
    }
  }

  func finish() {
    simulating.finish()
    training.withLock { $0 }?.finish()
  }
}
