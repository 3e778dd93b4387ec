import EEGCore

/// Which artifacts are looked for in every epoch, and what they cost.
public struct ArtifactSettings: Hashable, Sendable, Codable {
  /// The detectors with their limits; none by default.
  public var rules: [ArtifactRule]
  /// Takes channels out of an epoch one by one in place of dropping it; false by default.
  ///
  /// Rules that name their channels drop the epoch all the same, and so do blinks: what they find in one channel is an
  /// eye movement in all.
  public var rejectsChannels: Bool
  /// The largest part of the EEG channels, 0 to 1, that may be taken out of an epoch; it is dropped when more are hit.
  public var mostRejectedChannels: Double

  /// Settings; without rules nothing is looked for.
  public init(_ rules: [ArtifactRule] = [], rejectsChannels: Bool = false, mostRejectedChannels: Double = 0.25) {
    self.rules = rules
    self.rejectsChannels = rejectsChannels
    self.mostRejectedChannels = mostRejectedChannels
  }
}

/// What is to become of an epoch.
public struct ArtifactVerdict: Hashable, Sendable {
  /// What was found in an epoch that is to be dropped; empty when it is to be kept.
  public var dropped: [ArtifactFinding]
  /// What was found in the channels that were taken out of a kept epoch, whose values are now NaN.
  public var rejectedChannels: [ArtifactFinding]

  /// A verdict; two empty lists mean that all is well.
  public init(dropped: [ArtifactFinding] = [], rejectedChannels: [ArtifactFinding] = []) {
    self.dropped = dropped
    self.rejectedChannels = rejectedChannels
  }
}
