import EEGCore

/// How positions of a BIDS `electrodes.tsv` become ours.
///
/// Source: Brain Imaging Data Structure 1.10, appendix "Coordinate systems". Those of EEG and MEG have their origin
/// between the ears as ours has; that of some lies on the line between them, that of others at the foot of the
/// perpendicular from the nasion, a few millimetres apart, which is left as it is. Templates of brain imaging (MNI,
/// fsaverage) have it inside the brain and are not understood.
struct BIDSCoordinateSystem: Hashable, Sendable {
  /// Where the axes point to.
  enum Axes: Hashable, Sendable {
    /// x to the front, y to the left, z upwards.
    case als
    /// x to the right, y to the front, z upwards; ours.
    case ras

    func position(_ x: Double, _ y: Double, _ z: Double) -> Position {
      switch self {
      case .als: Position(x: -y, y: x, z: z)
      case .ras: Position(x: x, y: y, z: z)
      }
    }
  }
  let axes: Axes
  /// Metres per unit of the table; nil when the file does not tell.
  let metres: Double?

  /// Reads the names of a system and a unit.
  ///
  /// - Returns: Nil when the system is not understood.
  init?(system: String, units: String?) {
    switch system.lowercased() {
    case "ctf", "eeglab", "eeglab-hj", "4dbti", "kityokogawa", "als": axes = .als
    case "captrak", "elektaneuromag", "neuromagelektamegin", "chietiitab", "ras": axes = .ras
    default: return nil
    }
    switch units?.lowercased() {
    case "m": metres = 1
    case "cm": metres = 0.01
    case "mm": metres = 0.001
    default: metres = nil
    }
  }

  /// Metres per unit, guessed from the median distance of electrodes from the origin: heads have 5 to 20 cm.
  static func guessedMetres(medianDistance: Double) -> Double? {
    [1, 0.01, 0.001].first { (0.05...0.2).contains(medianDistance * $0) }
  }
}
