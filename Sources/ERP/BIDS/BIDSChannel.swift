import EEGCore

/// A row of a BIDS `channels.tsv`.
public struct BIDSChannel: Hashable, Sendable {
  /// Label of the channel.
  public var name: String
  /// Type in BIDS's words and upper case, such as "VEOG"; nil when it is not known.
  public var type: String?
  /// Unit of the values; nil when it is not known.
  public var units: String?
  /// True when the channel is marked bad, false when good; nil when nothing is said.
  public var isBad: Bool?
  /// Why, in words.
  public var statusDescription: String?
  /// What it measures, in words.
  public var description: String?

  /// A row; see the properties.
  public init(
    name: String, type: String? = nil, units: String? = nil, isBad: Bool? = nil, statusDescription: String? = nil,
    description: String? = nil
  ) {
    self.name = name
    self.type = type
    self.units = units
    self.isBad = isBad
    self.statusDescription = statusDescription
    self.description = description
  }

  /// What its type means here; nil when there is none, or one that is not of BIDS.
  ///
  /// Electrodes inside the head (ECOG, SEEG, DBS) count as EEG, as they do in EDF+ labels.
  public var kind: SignalKind? {
    guard let type else { return nil }
    switch type {
    case "EEG", "ECOG", "SEEG", "DBS": return .eeg
    case "EOG", "VEOG", "HEOG": return .eog
    case "ECG": return .ecg
    case "EMG": return .emg
    case "TRIG": return .status
    case "ADC", "AUDIO", "DAC", "EYEGAZE", "FITERR", "GSR", "HLU", "MEGGRADAXIAL", "MEGGRADPLANAR", "MEGMAG",
      "MEGOTHER",
      "MEGREFGRADAXIAL", "MEGREFGRADPLANAR", "MEGREFMAG", "MISC", "OTHER", "PD", "PPG", "PUPIL", "REF", "RESP",
      "SYSCLOCK", "TEMP":
      return .other
    default: return nil
    }
  }

  /// Reads a table of channels.
  ///
  /// - Throws: ``ERPError``, code `invalidTable`, with path and line, for a table without the column `name`, and for a
  ///   status that is neither good nor bad.
  static func read(path: String) throws -> [BIDSChannel] {
    let table = try BIDSTable(path: path)
    return try table.rows { row in
      let status = row.text("status")?.lowercased()
      guard status == nil || status == "good" || status == "bad" else {
        throw row.error("the status '\(status ?? "")' is neither 'good' nor 'bad'")
      }
      guard let name = row.text("name") else { return nil }
      return BIDSChannel(
        name: name, type: row.text("type")?.uppercased(), units: row.text("units"), isBad: status.map { $0 == "bad" },
        statusDescription: row.text("status_description"), description: row.text("description"))
    }
  }
}
