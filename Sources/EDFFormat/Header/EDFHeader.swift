import EEGCore

/// The family a file belongs to, from its version and reserved fields.
public enum EDFVariant: String, Hashable, Sendable, CaseIterable {
  case edf = "EDF"
  case edfPlusC = "EDF+C"
  case edfPlusD = "EDF+D"
  case bdf = "BDF"
  case bdfPlusC = "BDF+C"
  case bdfPlusD = "BDF+D"

  /// True for 24-bit files.
  public var isBDF: Bool {
    switch self {
    case .bdf, .bdfPlusC, .bdfPlusD: true
    case .edf, .edfPlusC, .edfPlusD: false
    }
  }

  /// True for EDF+ and BDF+.
  public var isPlus: Bool { self != .edf && self != .bdf }

  /// True when the header says that there may be gaps between records.
  public var isDiscontinuous: Bool { self == .edfPlusD || self == .bdfPlusD }

  /// Bytes of one sample.
  public var bytesPerSample: Int { isBDF ? 3 : 2 }
}

/// The header of an EDF or BDF file, as the reader understood it.
public struct EDFHeader: Hashable, Sendable {
  /// EDF, EDF+C, EDF+D, BDF, BDF+C or BDF+D.
  public var variant: EDFVariant
  /// Local patient identification, private.
  public var patientIdentification: String
  /// Local recording identification, private.
  public var recordingIdentification: String
  /// Start date and time, whole seconds; nil when the file does not tell.
  public var start: StartTime?
  /// Bytes before the first data record.
  public var headerLength: Int
  /// Number of whole data records in the file.
  public var recordCount: Int
  /// Duration of a data record [s].
  public var recordDuration: Double
  /// Bytes of one data record.
  public var recordLength: Int
  /// All signals in file order, annotation signals among them.
  public var signals: [EDFSignalHeader]

  /// Indices of the signals that carry samples.
  public var dataSignals: [Int] { signals.indices.filter { !signals[$0].isAnnotation } }
  /// Indices of the signals that carry annotations.
  public var annotationSignals: [Int] { signals.indices.filter { signals[$0].isAnnotation } }
}

/// The part of the header that belongs to one signal.
public struct EDFSignalHeader: Hashable, Sendable {
  /// Label without surrounding blanks.
  public var label: String
  /// Transducer type.
  public var transducer: String
  /// Physical dimension.
  public var unit: PhysicalUnit
  /// Limits and the line they define.
  public var calibration: Calibration
  /// Filters applied before storage.
  public var prefilter: String
  /// Number of samples in each data record.
  public var samplesPerRecord: Int
  /// First byte of the signal within a data record.
  public var offsetInRecord: Int
  /// True for `EDF Annotations` and `BDF Annotations`.
  public var isAnnotation: Bool
}
