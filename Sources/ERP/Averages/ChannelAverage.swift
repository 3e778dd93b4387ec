import EEGCore

/// What the epochs of one condition and channel come to, in volts, one value a sample.
struct ChannelAverage: Sendable {
  /// Number of epochs that count.
  let count: Int
  let average: [Double]
  /// NaN for a single epoch; nil where the method has none.
  let standardError: [Double]?
  /// The plus-minus average, when it was asked for.
  let noise: [Double]?
  /// Ends of the confidence band, when it was asked for.
  let lower, upper: [Double]?

  init(_ trials: TrialMatrix, _ settings: AveragingSettings, draws: BootstrapDraws?) {
    count = trials.count
    let unknown = [Double](repeating: .nan, count: trials.length)
    guard trials.count > 0 else {
      (average, standardError) = (unknown, settings.method == .median ? nil : unknown)
      noise = settings.estimatesNoise ? unknown : nil
      (lower, upper) = draws == nil ? (nil, nil) : (unknown, unknown)
      return
    }
    let (center, error): ([Double], [Double]?) =
      switch settings.method {
      case .mean: Self.mean(trials, settings.divisor)
      case .weighted: Self.weighted(trials, settings.divisor)
      case .median: (Self.trimmed(trials, draws: nil, cut: (trials.count - 1) / 2), nil)
      case .trimmed: Self.trimmed(trials, settings)
      }
    average = center
    standardError = trials.count > 1 ? error : error.map { _ in unknown }
    noise = settings.estimatesNoise ? Self.plusMinus(trials) : nil
    let band = draws.map {
      BootstrapDraws.band(
        of: $0.averages(of: trials, settings), length: trials.length, level: settings.bootstrap?.level ?? 0)
    }
    (lower, upper) = (band?.lower, band?.upper)
  }

  /// - Returns: The mean and its standard error.
  private static func mean(_ trials: TrialMatrix, _ divisor: VarianceDivisor) -> ([Double], [Double]?) {
    let count = Double(trials.count)
    let mean = trials.sum { _ in 1 }.map { $0 / count }
    let squares = trials.squares(from: mean) { _ in 1 }
    let degrees = divisor.degreesOfFreedom(count)
    return (mean, squares.map { ($0 / degrees).squareRoot() / count.squareRoot() })
  }

  /// The mean weighted by the inverse of each epoch's noise power, and its standard error.
  ///
  /// Noise is what an epoch differs by from the plain mean, over all of its samples.
  /// Source: Lütkenhöner, Hoke and Pantev 1985, "Possibilities and limitations of weighted averaging", Biological
  /// Cybernetics 52.
  private static func weighted(_ trials: TrialMatrix, _ divisor: VarianceDivisor) -> ([Double], [Double]?) {
    let weights = weights(trials)
    let mean = trials.sum { weights[$0] }
    let count = Double(trials.count)
    let correction = count / divisor.degreesOfFreedom(count)
    let squares = trials.squares(from: mean) { weights[$0] * weights[$0] }
    return (mean, squares.map { ($0 * correction).squareRoot() })
  }

  /// Weights of the epochs, adding up to 1; all alike where an epoch has no noise.
  static func weights(_ trials: TrialMatrix) -> [Double] {
    let count = Double(trials.count)
    let mean = trials.sum { _ in 1 }.map { $0 / count }
    var power: [Double] = []
    trials.forEach { _, samples in
      var sum = 0.0
      for time in 0..<samples.count { sum += (samples[time] - mean[time]) * (samples[time] - mean[time]) }
      power.append(sum)
    }
    guard power.allSatisfy({ $0 > 0 }) else { return power.map { _ in 1 / count } }
    let total = power.reduce(0) { $0 + 1 / $1 }
    return power.map { 1 / $0 / total }
  }

  /// The trimmed mean and its standard error.
  ///
  /// Source: Yuen 1974, "The two-sample trimmed t for unequal population variances", Biometrika 61: the winsorized
  /// standard deviation over `(1 - 2 g / n) sqrt(n)`, with g values taken away at either end.
  private static func trimmed(_ trials: TrialMatrix, _ settings: AveragingSettings) -> ([Double], [Double]?) {
    let count = Double(trials.count)
    let cut = Int(settings.trim * count)
    var column = [Double](repeating: 0, count: trials.count)
    var (center, error) = ([Double](), [Double]())
    for time in 0..<trials.length {
      for trial in column.indices { column[trial] = trials[trial, time] }
      column.sort()
      center.append(middle(column, cut: cut))
      for place in 0..<cut {
        column[place] = column[cut]
        column[column.count - 1 - place] = column[column.count - 1 - cut]
      }
      let deviation = settings.divisor.standardDeviation(of: column)
      error.append(deviation / ((1 - 2 * Double(cut) / count) * count.squareRoot()))
    }
    return (center, error)
  }

  /// The mean without the `cut` smallest and largest values of every sample, of all epochs or of some draws of them.
  static func trimmed(_ trials: TrialMatrix, draws: [Int]?, cut: Int) -> [Double] {
    var column = [Double](repeating: 0, count: draws?.count ?? trials.count)
    return (0..<trials.length).map { time in
      for place in column.indices { column[place] = trials[draws?[place] ?? place, time] }
      column.sort()
      return middle(column, cut: cut)
    }
  }

  private static func middle(_ sorted: [Double], cut: Int) -> Double {
    let kept = sorted[cut..<(sorted.count - cut)]
    return kept.reduce(0, +) / Double(kept.count)
  }

  /// The mean with alternating signs; of an odd number the last epoch is left out, so that the potential cancels.
  ///
  /// Source: Schimmel 1967, "The (+/-) reference", Science 157.
  private static func plusMinus(_ trials: TrialMatrix) -> [Double] {
    let even = trials.count / 2 * 2
    guard even > 0 else { return [Double](repeating: .nan, count: trials.length) }
    return trials.sum { $0 < even ? ($0 % 2 == 0 ? 1 : -1) : 0 }.map { $0 / Double(even) }
  }
}
