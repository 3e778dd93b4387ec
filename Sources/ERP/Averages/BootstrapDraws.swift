import EEGCore

/// Draws of epochs with replacement, the same for all channels of a condition.
struct BootstrapDraws: Sendable {
  private let level: Double
  /// Places of the epochs that were drawn, one list a draw.
  private let draws: [[Int32]]

  /// Draws.
  ///
  /// - Parameters:
  ///   - count: Number of epochs.
  ///   - stream: Number of the condition; every condition has draws of its own.
  init(_ settings: BootstrapSettings, count: Int, stream: Int) {
    level = settings.level
    var generator = SeededGenerator(seed: settings.seed &+ UInt64(stream) &* 0x9E37_79B9_7F4A_7C15)
    draws = (0..<settings.resamples).map { _ in
      (0..<count).map { _ in Int32.random(in: 0..<Int32(count), using: &generator) }
    }
  }

  /// The band of one channel: the percentiles of the averages of all draws, at every sample.
  func band(of trials: TrialMatrix, _ settings: AveragingSettings) -> (lower: [Double], upper: [Double]) {
    // A rejected channel lacks some epochs of the condition, and so of each draw.
    var trialOfPlace = [Int: Int]()
    for (trial, place) in trials.places.enumerated() { trialOfPlace[place] = trial }
    let weights = settings.method == .weighted ? ChannelAverage.weights(trials) : nil
    var averages: [Double] = []
    averages.reserveCapacity(draws.count * trials.length)
    var used = 0
    for draw in draws {
      let chosen = draw.compactMap { trialOfPlace[Int($0)] }
      guard !chosen.isEmpty else { continue }
      averages += average(trials, chosen, settings, weights)
      used += 1
    }
    guard used > 0 else {
      let unknown = [Double](repeating: .nan, count: trials.length)
      return (unknown, unknown)
    }
    var column = [Double](repeating: 0, count: used)
    var (lower, upper) = ([Double](), [Double]())
    for time in 0..<trials.length {
      for draw in 0..<used { column[draw] = averages[draw * trials.length + time] }
      column.sort()
      lower.append(Self.quantile(column, (1 - level) / 2))
      upper.append(Self.quantile(column, (1 + level) / 2))
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
