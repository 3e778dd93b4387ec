import EEGCore
import Foundation
import PosteriorEstimation

/// What a sequential estimation came to.
struct SequentialReport: Encodable {
  struct Round: Encodable {
    let simulations: Int
    let failed: Int
    /// Share of the prior in the region of the posterior; nil in the first round and of `snpe-c`.
    let acceptance: Double?
    let resampled: Bool
    let epochs: Int
    let validation_loss: Double?

    init(_ round: SequentialRound) {
      (simulations, failed, acceptance) = (round.simulations, round.failed, round.acceptance)
      (resampled, epochs, validation_loss) = (round.isResampled, round.epochs.count, round.validationLoss)
    }
  }

  let weights: String
  let method: String
  let rounds: [Round]
  /// Of the observation; absent where it is infinite or, as of the next ones, where nobody knows.
  let mahalanobis_distance: Double?
  let out_of_distribution_p: Double?
  let predictive_p: Double?
  let predictive_inside_share: Double?

  init(weights: String, method: String, rounds: [Round], checks: ObservationChecks) {
    (self.weights, self.method, self.rounds) = (weights, method, rounds)
    mahalanobis_distance = checks.scores.first.map(\.distance).flatMap { $0.isFinite ? $0 : nil }
    out_of_distribution_p = checks.scores.first?.pValue
    let fit = checks.predictions.first?.check?.fits[0]
    (predictive_p, predictive_inside_share) = (fit?.pValue, fit?.insideShare)
  }

  /// One round for people.
  static func line(_ round: SequentialRound, of settings: SequentialSettings) -> String {
    var parts = ["\(Formatting.count(round.simulations, "simulation"))", "\(round.failed) failed"]
    if let acceptance = round.acceptance {
      let share = String(format: "acceptance %.3g %%", 100 * acceptance)
      parts.append(round.isResampled ? "\(share), so the posterior was resampled" : share)
    }
    parts.append(Formatting.count(round.epochs.count, "epoch"))
    if let loss = round.validationLoss {
      let isAtomic = settings.method == .automatic && round.number > 0
      parts.append(String(format: "validation loss %.4g", loss) + (isAtomic ? " (of atoms)" : ""))
    }
    return "round \(round.number + 1) of \(settings.rounds): \(parts.joined(separator: ", "))"
  }
}
