import EEGCore

/// When a waveform counts as having left its baseline.
public struct OnsetCriterion: Codable, Hashable, Sendable {
  /// Standard deviations of the baseline that the waveform must be away from the baseline's mean.
  public var deviations: Double
  /// For how many samples in a row.
  public var consecutiveSamples: Int
  /// Divisor of the variance of the baseline's samples.
  public var divisor: VarianceDivisor

  /// A criterion; deviations from 0 and samples from 1 up.
  public init(deviations: Double = 2, consecutiveSamples: Int = 5, divisor: VarianceDivisor = .sample) {
    precondition(deviations >= 0 && consecutiveSamples >= 1, "an onset needs deviations from 0 and samples from 1 up")
    self.deviations = deviations
    self.consecutiveSamples = consecutiveSamples
    self.divisor = divisor
  }
}

extension Waveform {
  /// The time at which the waveform leaves its baseline [s].
  ///
  /// That is the first of the samples in a row that lie beyond the baseline's mean plus (`positive`) or minus
  /// (`negative`) so many of its standard deviations, or on either side but all on the same one (`absolute`).
  ///
  /// - Parameters:
  ///   - criterion: How far, and how long.
  ///   - polarity: To which side.
  ///   - samples: Where to look, both ends included; the whole row must lie inside.
  ///   - baseline: Samples that are at rest.
  ///   - interpolates: The crossing between the first sample and the one before, when that lies in the window.
  /// - Returns: NaN when there is no such row, or the baseline is no number.
  public func onsetLatency(
    _ criterion: OnsetCriterion, of polarity: MeasurePolarity, in samples: ClosedRange<Int>,
    baseline: ClosedRange<Int>, interpolates: Bool
  ) -> Double {
    let mean = mean(in: baseline)
    let distance = criterion.deviations * criterion.divisor.standardDeviation(of: values[baseline])
    let sides: [Double] =
      switch polarity {
      case .positive: [1]
      case .negative: [-1]
      case .absolute: [1, -1]
      }
    let onsets = sides.compactMap { side -> (sample: Int, side: Double)? in
      var run = 0
      for sample in samples {
        run = side * (values[sample] - mean) > distance ? run + 1 : 0
        if run == criterion.consecutiveSamples { return (sample + 1 - run, side) }
      }
      return nil
    }
    guard let onset = onsets.min(by: { $0.sample < $1.sample }) else { return .nan }
    guard interpolates, onset.sample > samples.lowerBound else { return times[onset.sample] }
    let before = onset.sample - 1
    return time(
      of: distance, between: (before, onset.side * (values[before] - mean)),
      (onset.sample, onset.side * (values[onset.sample] - mean)))
  }
}
