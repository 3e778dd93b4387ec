/// What a signal measures, as far as its label and unit tell.
public enum SignalKind: String, Hashable, Sendable, CaseIterable, Codable {
  case eeg, eog, ecg, emg
  /// Trigger codes, as BioSemi's `Status`.
  case status
  /// Anything else: temperature, respiration, events as a level.
  case other

  /// Reads the kind from an EDF+ label ("EEG Fpz-Cz", "EOG horizontal") and the unit.
  ///
  /// Only the standard's own form, a type name and a blank, sets another kind than EEG: a bare "EOG1" counts as EEG,
  /// as in MNE-Python without `infer_types`. Source: EDF+ specification, section 2.1.3.5 and the table of standard
  /// texts.
  public init(label: String, unit: PhysicalUnit) {
    let lowered = label.lowercased()
    if ["status", "trigger", "bdf status", "edf status"].contains(lowered) {
      self = .status
      return
    }
    let type = lowered.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
    if type.count == 2, let kind = Self.standardTypes[String(type[0])] {
      self = kind
      return
    }
    self = unit.voltsPerUnit == nil ? .other : .eeg
  }

  private static let standardTypes: [String: SignalKind] = [
    "eeg": .eeg, "seeg": .eeg, "ecog": .eeg, "eog": .eog, "ecg": .ecg, "ekg": .ecg, "emg": .emg,
    "erg": .other, "eng": .other, "meg": .other, "mcg": .other, "ep": .other, "temp": .other, "resp": .other,
    "sao2": .other, "light": .other, "sound": .other, "event": .other, "dc": .other, "pol": .other,
  ]
}

/// How the source stores one sample.
public enum SampleEncoding: String, Hashable, Sendable, Codable {
  case int16, int24, int32, float32, float64

  /// True when samples are integers with a ``Calibration``.
  public var isDigital: Bool {
    switch self {
    case .int16, .int24, .int32: true
    case .float32, .float64: false
    }
  }
}

/// One signal of a recording: what it is called, how fast it was sampled and how to read its numbers.
public struct Signal: Hashable, Sendable {
  /// The label of the file, without surrounding blanks.
  public var label: String
  /// What it measures.
  public var kind: SignalKind
  /// Unit of the physical values.
  public var unit: PhysicalUnit
  /// Sampling rate [Hz].
  public var rate: Double
  /// Number of samples in all segments together.
  public var sampleCount: Int
  /// How the source stores a sample.
  public var encoding: SampleEncoding
  /// From digital samples to physical values; ``Calibration/identity`` for floating-point encodings.
  public var calibration: Calibration
  /// Free text on the transducer.
  public var transducer: String
  /// Free text on the filters applied before storage.
  public var prefilter: String
  /// Where its electrode sits, when the source tells; nil leaves it to the label, see ``StandardElectrodes``.
  public var position: Position?

  /// A signal; the kind is read from label and unit unless it is given.
  public init(
    label: String, kind: SignalKind? = nil, unit: PhysicalUnit, rate: Double, sampleCount: Int,
    encoding: SampleEncoding, calibration: Calibration, transducer: String = "", prefilter: String = "",
    position: Position? = nil
  ) {
    self.label = label
    self.kind = kind ?? SignalKind(label: label, unit: unit)
    self.unit = unit
    self.rate = rate
    self.sampleCount = sampleCount
    self.encoding = encoding
    self.calibration = calibration
    self.transducer = transducer
    self.prefilter = prefilter
    self.position = position
  }

  /// Volts per physical unit, or nil when physical values of this signal cannot be volts.
  public var voltsPerUnit: Double? {
    encoding.isDigital && calibration.isRaw ? nil : unit.voltsPerUnit
  }
}
