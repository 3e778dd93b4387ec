import EEGCore

/// One detector with its limit: what drops an epoch, or takes a channel out of it.
///
/// Source of the detectors: MNE-Python's `reject` and `flat`, and ERPLAB's `pop_artextval`, `pop_artmwppth`,
/// `pop_artstep`, `pop_artflatline`, `pop_artdiff` and `pop_artblink`; docs/artifacts.md has the differences.
public struct ArtifactRule: Hashable, Sendable, Codable {
  /// What looks for artifacts.
  public var detector: ArtifactDetector
  /// Values beyond it are artifacts, equal ones are none: volts, or for ``ArtifactDetector/blink`` a covariance of 0 to 1.
  public var limit: Double
  /// Of ``ArtifactDetector/absolute``: values below it are artifacts too [V]; nil for minus the limit.
  public var lowerLimit: Double?
  /// Length of the window that moves, of the shortest flat stretch, or of the blink [s]; nil for the detector's own.
  ///
  /// The default is 0.2 s for ``ArtifactDetector/movingPeakToPeak`` and ``ArtifactDetector/step``, 0.4 s for
  /// ``ArtifactDetector/blink``, and the whole epoch for ``ArtifactDetector/flat``. The others have no window.
  public var window: Double?
  /// How far the window moves at a time [s]; nil for the default, half a window of
  /// ``ArtifactDetector/movingPeakToPeak`` and a quarter of ``ArtifactDetector/step``. The others have no step.
  public var step: Double?
  /// First and last time of the epoch that are looked at, both included [s from the event]; nil for its ends.
  public var tmin, tmax: Double?
  /// Names of the channels that are looked at; nil for all EEG channels.
  public var channels: [String]?

  /// A rule with the detector's own window, over the whole epoch and all EEG channels.
  public init(_ detector: ArtifactDetector, limit: Double) {
    self.detector = detector
    self.limit = limit
  }

  /// The window in use [s]; nil for none, or the whole epoch.
  var effectiveWindow: Double? {
    switch detector {
    case .movingPeakToPeak, .step: window ?? 0.2
    case .blink: window ?? 0.4
    case .flat: window
    case .peakToPeak, .absolute, .derivative: nil
    }
  }

  /// The step in use [s]; nil for detectors without one.
  var effectiveStep: Double? {
    guard let length = effectiveWindow else { return nil }
    return switch detector {
    case .movingPeakToPeak: step ?? length / 2
    case .step: step ?? length / 4
    default: nil
    }
  }
}
