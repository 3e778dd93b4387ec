import EEGCore
import Foundation
import ParallelLoops

extension Epochs {
  /// The bootstrap band of a linear combination of conditions: the epochs of each are drawn anew, and combined.
  ///
  /// - Parameters:
  ///   - contrast: Of conditions that have epochs.
  ///   - settings: Those of the averages, whose draws are used.
  ///   - conditions: Those of the averages, in their order.
  ///   - threads: Number of threads; the result does not depend on it.
  /// - Returns: Nil when the settings ask for no bootstrap, or a condition has no epoch.
  public func confidenceBand(
    of contrast: Contrast, _ settings: AveragingSettings, conditions: [String],
    threads: Int = ProcessInfo.processInfo.activeProcessorCount
  ) throws -> ConfidenceBand? {
    guard let bootstrap = settings.bootstrap else { return nil }
    let parts = contrast.terms.compactMap { term -> (factor: Double, members: [Int], draws: BootstrapDraws)? in
      let members = events.indices.filter { events[$0].condition == term.condition }
      guard let stream = conditions.firstIndex(of: term.condition), !members.isEmpty else { return nil }
      return (term.factor, members, BootstrapDraws(bootstrap, count: members.count, stream: stream))
    }
    guard parts.count == contrast.terms.count else { return nil }
    let bands = try parallelMap(channels.count, threads: threads) { channel in
      var sum = [Double](repeating: 0, count: bootstrap.resamples * times.count)
      for part in parts {
        let trials = TrialMatrix(channel: channel, of: self, members: part.members)
        let averages = part.draws.averages(of: trials, settings)
        for place in sum.indices { sum[place] += part.factor * averages[place] }
      }
      return BootstrapDraws.band(of: sum, length: times.count, level: bootstrap.level)
    }
    func matrix(_ end: ((lower: [Double], upper: [Double])) -> [Double]) -> Matrix {
      Matrix(rows: channels.count, columns: times.count, values: bands.flatMap(end))
    }
    return ConfidenceBand(level: bootstrap.level, lower: matrix(\.lower), upper: matrix(\.upper))
  }
}
