/// The channels of a recording as ``BadChannelDetector`` sees them.
public struct BadChannelReport: Hashable, Sendable {
  /// What was measured, one entry an EEG channel in the recording's order.
  public var channels: [ChannelMeasures]
  /// Why channels are bad, in the same order; a channel may be bad by several criteria.
  public var findings: [BadChannelFinding]
  /// Number of complete windows.
  public var windowCount: Int
  /// Signals that were not looked at, and why.
  public var leftOutSignals: [LeftOutSignal]

  /// Labels of the bad channels, each once.
  public var badChannels: [String] {
    var seen: Set<String> = []
    return findings.map(\.channel).filter { seen.insert($0).inserted }
  }
}

/// What was measured of a channel.
public struct ChannelMeasures: Hashable, Sendable {
  /// The label of the recording.
  public var channel: String
  /// Robust standard deviation above ``BadChannelSettings/low`` [V]: the interquartile range times 0.7413.
  public var amplitude: Double
  /// Robust z-score of the amplitude among all channels; nil for a flat channel.
  public var deviation: Double?
  /// Median over the windows of the correlation with the best neighbour; 0 where a window is flat.
  public var correlation: Double
  /// Part of the windows whose correlation is below the limit.
  public var lowCorrelationFraction: Double
  /// Part of the windows that are flat.
  public var flatFraction: Double
  /// Robust z-score of the ratio of what lies above ``BadChannelSettings/high`` to what lies below; nil when it was not
  /// looked at, and for a flat channel.
  public var noise: Double?
}

/// Why a channel is bad.
public struct BadChannelFinding: Hashable, Sendable, CustomStringConvertible {
  /// A criterion with the value that broke it.
  public enum Criterion: Hashable, Sendable {
    /// A value is infinite or not a number.
    case nonFinite
    /// The amplitude [V] is below the limit [V].
    case flat(amplitude: Double, limit: Double)
    /// Part of the windows is flat, more than the limit allows.
    case dropout(fraction: Double, limit: Double)
    /// The amplitude [V] lies so many robust standard deviations from the median of all channels [V].
    case deviation(zScore: Double, limit: Double, amplitude: Double, median: Double)
    /// In part of the windows the correlation with the best neighbour is below the limit; its median over these
    /// windows.
    case correlation(median: Double, limit: Double, fraction: Double)
    /// The part of noise lies so many robust standard deviations above the median of all channels.
    case noise(zScore: Double, limit: Double)
  }
  /// The label of the recording.
  public var channel: String
  /// What is wrong with it.
  public var criterion: Criterion

  /// In a sentence: "F7: correlation 0.21 with its best neighbour, below 0.4, in 34 % of windows".
  public var description: String {
    switch criterion {
    case .nonFinite: "\(channel): holds values that are not numbers"
    case .flat(let amplitude, let limit):
      "\(channel): flat, with a robust standard deviation of \(microvolts(amplitude)), below \(microvolts(limit))"
    case .dropout(let fraction, let limit):
      "\(channel): flat in \(percent(fraction)) of windows, above \(percent(limit))"
    case .deviation(let zScore, let limit, let amplitude, let median):
      "\(channel): amplitude \(microvolts(amplitude)) where the median channel has \(microvolts(median)), a robust "
        + "z-score of \(rounded(zScore, 1)), beyond \(rounded(limit, 1))"
    case .correlation(let median, let limit, let fraction):
      "\(channel): correlation \(rounded(median, 2)) with its best neighbour, below \(rounded(limit, 2)), in "
        + "\(percent(fraction)) of windows"
    case .noise(let zScore, let limit):
      "\(channel): high-frequency noise, a robust z-score of \(rounded(zScore, 1)), above \(rounded(limit, 1))"
    }
  }
}

/// With at most so many decimals, without trailing zeros.
private func rounded(_ value: Double, _ decimals: Int) -> String {
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  let number = (value * scale).rounded() / scale
  return number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
}

/// In percent, with a decimal where it is below ten.
private func percent(_ fraction: Double) -> String { rounded(fraction * 100, fraction < 0.0995 ? 1 : 0) + " %" }

private func microvolts(_ volts: Double) -> String { rounded(volts * 1e6, 2) + " uV" }
