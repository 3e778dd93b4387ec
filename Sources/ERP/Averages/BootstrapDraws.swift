import EEGCore

/// Draws of epochs with replacement, the same for all channels of a condition.
struct BootstrapDraws: Sendable {
  /// Places of the epochs that were drawn, one list a draw.
  private let draws: [[Int32]]

  /// Draws.
  ///
  /// - Parameters:
  ///   - count: Number of epochs.
  ///   - stream: Number of the condition; every condition has draws of its own.
  init(_ settings: BootstrapSettings, count: Int, stream: Int) {
    var generator = SeededGenerator(seed: settings.seed, stream: stream)
    draws = (0..<settings.resamples).map { _ in
      (0..<count).map { _ in Int32.random(in: 0..<Int32(count), using: &generator) }
    }
  }

  /// The averages of all draws of one channel, shape `[draw, time]`; NaN where a draw holds no epoch that counts.
  func averages(of trials: TrialMatrix, _ settings: AveragingSettings) -> [Double] {
    // A rejected channel lacks some epochs of the condition, and so of each draw.
    var trialOfPlace = [Int: Int]()
    for (trial, place) in trials.places.enumerated() { trialOfPlace[place] = trial }
    let weights = settings.method == .weighted && trials.count > 0 ? ChannelAverage.weights(trials) : nil
    let unknown = [Double](repeating: .nan, count: trials.length)
    var averages: [Double] = []
    averages.reserveCapacity(draws.count * trials.length)
    for draw in draws {
      let chosen = draw.compactMap { trialOfPlace[Int($0)] }
      averages += chosen.isEmpty ? unknown : average(trials, chosen, settings, weights)
    }
    return averages
  }

  /// The percentiles of averages of draws at every sample, which hold the true average with a probability.
  ///
  /// - Parameters:
  ///   - averages: Shape `[draw, time]`.
  ///   - length: Number of samples.
  static func band(of averages: [Double], length: Int, level: Double) -> (lower: [Double], upper: [Double]) {
    var column: [Double] = []
    var (lower, upper) = ([Double](), [Double]())
    for time in 0..<length {
      column.removeAll(keepingCapacity: true)
      for place in stride(from: time, to: averages.count, by: length) where !averages[place].isNaN {
        column.append(averages[place])
      }
      column.sort()
      lower.append(column.isEmpty ? .nan : quantile(column, (1 - level) / 2))
      upper.append(column.isEmpty ? .nan : quantile(column, (1 + level) / 2))
    }
    return (lower, upper)
  }

  private func average(
    _ trials: TrialMatrix, _ chosen: [Int], _ settings: AveragingSettings, _ weights: [Double]?
  ) -> [Double] {
    switch settings.method {
    case .mean, .weighted:
      var factors = [Double](repeating: 0, count: trials.count)
      for trial in chosen { factors[trial] += weights?[trial] ?? 1 }
      let total = factors.reduce(0, +)
      return trials.sum { factors[$0] / total }
    case .median: return ChannelAverage.trimmed(trials, draws: chosen, cut: (chosen.count - 1) / 2)
    case .trimmed:
      return ChannelAverage.trimmed(trials, draws: chosen, cut: Int(settings.trim * Double(chosen.count)))
    }
  }

  /// Linear between the order statistics, as numpy's `quantile`.
  static func quantile(_ sorted: [Double], _ probability: Double) -> Double {
    let place = probability * Double(sorted.count - 1)
    let below = min(max(Int(place), 0), sorted.count - 1)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
  }
}
