/// What becomes of the date when a recording is made anonymous.
public enum DatePolicy: Hashable, Sendable {
  /// Date and time of day are cleared.
  case clear
  /// The date moves by some days, negative for earlier; the time of day stays.
  case shift(days: Int)
}

extension Recording {
  /// The recording without what names a person: both identification fields, and its date.
  ///
  /// Annotations are kept, and may name someone: they are for the owner to read. So are labels, transducer and filter
  /// texts.
  ///
  /// - Returns: The recording, and the names of the fields that held something; never their content.
  public func anonymized(date: DatePolicy = .clear) -> (recording: Recording, removed: [String]) {
    var recording = self
    recording.patientIdentification = "X X X X"
    recording.recordingIdentification = "Startdate X X X X"
    var removed: [String] = []
    if !["", recording.patientIdentification].contains(patientIdentification) {
      removed.append("patient identification")
    }
    if !["", recording.recordingIdentification].contains(recordingIdentification) {
      removed.append("recording identification")
    }
    if let start {
      switch date {
      case .clear:
        recording.start = nil
        removed.append("start date and time")
      case .shift(let days):
        recording.start = start.advanced(byNanoseconds: days * 86_400 * 1_000_000_000)
        removed.append("start date (shifted)")
      }
    }
    return (recording, removed)
  }
}
