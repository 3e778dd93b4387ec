/// What looks for artifacts in epochs.
public enum ArtifactDetector: String, Hashable, Sendable, Codable, CaseIterable {
  /// Largest minus smallest value of the epoch above a limit [V].
  case peakToPeak = "peak_to_peak"
  /// Largest absolute value above a limit [V], or a value below a negative one.
  case absolute
  /// Largest minus smallest value within any window that moves over the epoch above a limit [V].
  case movingPeakToPeak = "moving_peak_to_peak"
  /// Difference of the means of two adjoining windows that move over the epoch above a limit [V].
  case step
  /// Largest minus smallest value below a limit [V], over the epoch or any window of it.
  case flat
  /// Difference of two neighbouring samples above a limit [V].
  case derivative
  /// Likeness to a blink, a normalised covariance from 0 to 1, above a limit.
  case blink

  /// In words, as for "peak-to-peak above 100 uV".
  public var name: String {
    switch self {
    case .peakToPeak: "peak-to-peak"
    case .absolute: "absolute value"
    case .movingPeakToPeak: "moving peak-to-peak"
    case .step: "step"
    case .flat: "flat"
    case .derivative: "sample-to-sample difference"
    case .blink: "blink"
    }
  }

  /// True when values below the limit are artifacts; elsewhere those above it are.
  public var isBelow: Bool { self == .flat }

  /// True when value and limit are volts; they have no unit elsewhere.
  public var isVoltage: Bool { self != .blink }
}

/// What one detector found in one epoch.
public struct ArtifactFinding: Hashable, Sendable {
  /// A channel with its value.
  public struct ChannelValue: Hashable, Sendable {
    /// Name of the channel.
    public var channel: String
    /// The value that passed the limit, in volts where ``ArtifactDetector/isVoltage`` says so; NaN when not known.
    public var value: Double

    /// A channel with its value.
    public init(channel: String, value: Double) {
      self.channel = channel
      self.value = value
    }
  }

  /// What found it.
  public var detector: ArtifactDetector
  /// The limit that was passed, in the unit of the values; NaN when not known.
  public var limit: Double
  /// The channels that passed it, in the order of the epochs' channels.
  public var channels: [ChannelValue]

  /// A finding; see the properties for units.
  public init(detector: ArtifactDetector, limit: Double, channels: [ChannelValue]) {
    self.detector = detector
    self.limit = limit
    self.channels = channels
  }

  /// True when the values lie below the limit: of a detector of small values, and of a negative limit.
  public var isBelow: Bool { detector.isBelow || limit < 0 }

  /// Detector and limit in words: `peak-to-peak above 100 uV`.
  public var rule: String {
    guard limit.isFinite else { return detector.name }
    return "\(limit < 0 ? "value" : detector.name) \(isBelow ? "below" : "above") \(text(limit))"
  }

  /// Rule, channels and values in words: `peak-to-peak above 100 uV: Fp1 182.3 uV, Fp2 140 uV`.
  public var description: String {
    let values = channels.map { $0.value.isFinite ? "\($0.channel) \(text($0.value))" : $0.channel }
    return rule + (values.isEmpty ? "" : ": " + values.joined(separator: ", "))
  }

  /// Microvolts with one decimal, or a number with two.
  private func text(_ value: Double) -> String {
    let scaled = detector.isVoltage ? (value * 1e7).rounded() / 10 : (value * 100).rounded() / 100
    let text = scaled == scaled.rounded() && abs(scaled) < 1e15 ? "\(Int(scaled))" : "\(scaled)"
    return detector.isVoltage ? text + " uV" : text
  }
}

extension ArtifactFinding: CustomStringConvertible {}
