/// An extreme of a waveform.
public struct WaveformPeak: Hashable, Sendable {
  /// Number of the sample; nil when there is no peak.
  public let sample: Int?
  /// Seconds from the event; NaN when there is no peak.
  public let latency: Double
  /// With its sign, also for the absolute polarity [V]; NaN when there is no peak.
  public let amplitude: Double
  /// True for a peak above its neighbours, false for the largest value of the window.
  public let isLocal: Bool

  /// No peak was found.
  static let none = WaveformPeak(sample: nil, latency: .nan, amplitude: .nan, isLocal: false)
}

/// What counts as a peak.
public enum PeakSearch: Codable, Hashable, Sendable {
  /// The most extreme value of the window.
  case simple
  /// The most extreme value that is larger than both adjacent samples and than the mean of `neighbours` samples on
  /// either side, which may lie outside the window. Without one, there is no peak, or the simple one when `fallsBack`.
  ///
  /// Source: ERPLAB's manual, "ERP Measurement Tool".
  case local(neighbours: Int, fallsBack: Bool)

  /// How far beyond the window the search looks [samples].
  var reach: Int {
    switch self {
    case .simple: 0
    case .local(let neighbours, _): neighbours
    }
  }
}

extension Waveform {
  /// The peak of a polarity: of several equal ones the first.
  ///
  /// A simple peak is the largest (or smallest) value even when all values have the other sign, as in MNE-Python with
  /// `strict=False` and in ERPLAB. A local peak of the absolute polarity is one of the rectified waveform.
  ///
  /// - Parameters:
  ///   - polarity: Which way is up.
  ///   - samples: Where to look, both ends included. Samples with fewer neighbours in the waveform than a local peak
  ///     needs are none.
  ///   - search: What counts as a peak.
  public func peak(_ polarity: MeasurePolarity, in samples: ClosedRange<Int>, search: PeakSearch = .simple)
    -> WaveformPeak
  {
    if values[samples].contains(where: \.isNaN) { return .none }
    switch search {
    case .simple: return largest(polarity, in: samples) { _ in true }.map { peak(at: $0, isLocal: false) } ?? .none
    case .local(let neighbours, let fallsBack):
      let local = largest(polarity, in: samples) { isLocalPeak($0, polarity, neighbours: neighbours) }
      if let local { return peak(at: local, isLocal: true) }
      return fallsBack ? peak(polarity, in: samples) : .none
    }
  }

  /// The positive peak minus the negative one [V].
  public func peakToPeak(in samples: ClosedRange<Int>, search: PeakSearch = .simple) -> Double {
    peak(.positive, in: samples, search: search).amplitude - peak(.negative, in: samples, search: search).amplitude
  }

  /// The time at which a fraction of the peak is reached [s].
  ///
  /// - Parameters:
  ///   - fraction: Above 0 and up to 1.
  ///   - side: Before or after the peak.
  ///   - polarity: Of the peak.
  ///   - samples: Where to look, both ends included.
  ///   - search: What counts as a peak. With `local`, ERPLAB's rule follows the waveform beyond the window, by as many
  ///     samples as there are neighbours.
  ///   - rule: What to return; see ``LatencyRule``.
  /// - Returns: NaN when there is no peak, its sign is the other polarity's, or the waveform stays above the fraction.
  public func fractionalPeakLatency(
    _ fraction: Double, _ side: PeakSide, of polarity: MeasurePolarity, in samples: ClosedRange<Int>,
    search: PeakSearch = .simple, rule: LatencyRule
  ) -> Double {
    let peak = peak(polarity, in: samples, search: search)
    guard let top = peak.sample, polarity.oriented(peak.amplitude) > 0 else { return .nan }
    let level = fraction * polarity.oriented(peak.amplitude)
    // The sample below the level and the one nearer to the peak.
    let crossing: (below: Int, above: Int)
    switch (side, rule.style) {
    case (.onset, .mne):
      guard let first = (samples.lowerBound...top).first(where: { polarity.oriented(values[$0]) >= level }) else {
        return .nan
      }
      guard rule.interpolates, first > samples.lowerBound else { return times[first] }
      crossing = (first - 1, first)
    case (.onset, .erplab):
      let start = max(0, samples.lowerBound - search.reach)
      guard let last = (start...top).last(where: { polarity.oriented(values[$0]) <= level }) else { return .nan }
      guard rule.interpolates, last < top else { return times[last] }
      crossing = (last, last + 1)
    case (.offset, let style):
      let end = style == .mne ? samples.upperBound : min(values.count - 1, samples.upperBound + search.reach)
      guard let first = (top...end).first(where: { polarity.oriented(values[$0]) <= level }) else { return .nan }
      guard rule.interpolates, first > top else { return times[first] }
      crossing = (first, first - 1)
    }
    return time(
      of: level, between: (crossing.below, polarity.oriented(values[crossing.below])),
      (crossing.above, polarity.oriented(values[crossing.above])))
  }

  private func peak(at sample: Int, isLocal: Bool) -> WaveformPeak {
    WaveformPeak(sample: sample, latency: times[sample], amplitude: values[sample], isLocal: isLocal)
  }

  private func largest(_ polarity: MeasurePolarity, in samples: ClosedRange<Int>, where isCandidate: (Int) -> Bool)
    -> Int?
  {
    var best: Int?
    for sample in samples where isCandidate(sample) {
      if let best, polarity.oriented(values[sample]) <= polarity.oriented(values[best]) { continue }
      best = sample
    }
    return best
  }

  private func isLocalPeak(_ sample: Int, _ polarity: MeasurePolarity, neighbours: Int) -> Bool {
    precondition(neighbours >= 1, "a local peak needs neighbours")
    guard sample >= neighbours, sample + neighbours < values.count else { return false }
    let value = polarity.oriented(values[sample])
    func mean(_ range: Range<Int>) -> Double {
      range.reduce(0) { $0 + polarity.oriented(values[$1]) } / Double(neighbours)
    }
    return value > polarity.oriented(values[sample - 1]) && value > polarity.oriented(values[sample + 1])
      && value > mean((sample - neighbours)..<sample) && value > mean((sample + 1)..<(sample + 1 + neighbours))
  }
}

/// Which flank of a peak.
public enum PeakSide: String, Codable, CaseIterable, Hashable, Sendable {
  /// Before the peak.
  case onset
  /// After the peak.
  case offset
}
