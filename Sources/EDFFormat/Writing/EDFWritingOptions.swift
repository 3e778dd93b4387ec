/// How a recording becomes an EDF or BDF file.
public struct EDFWritingOptions: Hashable, Sendable {
  /// Which family and kind; nil lets the recording decide within the family of `isBDF`.
  public var variant: EDFVariant?
  /// Family when `variant` is nil: 24 bits (BDF) or 16 bits (EDF).
  public var isBDF: Bool
  /// Duration of a data record [s]; nil for the best that fits every rate.
  public var recordDuration: Double?
  /// Read the file again, with EDFlib where it can, and compare before the file gets its name.
  public var verifies: Bool

  /// Options; by default the recording decides, and the file is verified.
  public init(
    variant: EDFVariant? = nil, isBDF: Bool = false, recordDuration: Double? = nil, verifies: Bool = true
  ) {
    self.variant = variant
    self.isBDF = isBDF
    self.recordDuration = recordDuration
    self.verifies = verifies
  }
}

/// What was written, and what had to change on the way.
public struct EDFWritingReport: Hashable, Sendable {
  /// Who read the file again and found it equal.
  public enum Verification: String, Hashable, Sendable {
    case edflib = "EDFlib"
    case ownReader = "own reader"
    case none
  }

  /// The kind of file.
  public var variant: EDFVariant
  /// Number of data records.
  public var recordCount: Int
  /// Duration of a data record [s].
  public var recordDuration: Double
  /// What the file does not hold exactly as the recording does, for people.
  public var notes: [String]
  /// Who read the file again.
  public var verification: Verification
}
