/// A place where a file differs from the EDF, EDF+, BDF or BDF+ standard, and what the reader made of it.
public struct EDFDeviation: Hashable, Sendable, CustomStringConvertible {
  /// How much a deviation matters.
  public enum Severity: String, Hashable, Sendable, Comparable, CaseIterable {
    /// Legal or harmless, but worth knowing.
    case note
    /// The standard forbids it; values and times are not in doubt.
    case warning
    /// The standard forbids it, and values or times rest on an assumption, or something is missing.
    case error

    /// Orders by how much it matters.
    public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int {
      switch self {
      case .note: 0
      case .warning: 1
      case .error: 2
      }
    }
  }

  /// The rule that is broken.
  public let rule: EDFRule
  /// The header field or the part of a data record, with the signal it belongs to.
  public let field: String
  /// First byte of the place, counted from 0.
  public let byteOffset: Int
  /// What is there and what was assumed.
  ///
  /// Never holds text of the patient or recording identification.
  public let message: String
  /// How often the same rule is broken; the first place is given.
  public internal(set) var count: Int

  /// How much it matters.
  public var severity: Severity { rule.severity }

  /// Severity, field, place and message in one line.
  public var description: String {
    let more = count > 1 ? " [\(count) times; the first is given]" : ""
    return "\(severity.rawValue): \(field) at byte \(byteOffset): \(message)\(more)"
  }
}

/// What the standards ask for, as far as a reader can check it.
///
/// Sources: Kemp et al. 1992 (EDF), Kemp and Olivan 2003 (EDF+), the EDF+ specification at edfplus.info, BioSemi's page
/// on BDF.
public enum EDFRule: String, Hashable, Sendable, CaseIterable {
  /// Header texts are US-ASCII 32...126.
  case asciiHeader
  /// Header texts are left-aligned and filled up with blanks.
  case leftAligned
  /// The version field is `0` or 255 `BIOSEMI`.
  case version
  /// The reserved field is empty, or begins with one of EDF+C, EDF+D, BDF+C, BDF+D, 24BIT.
  case reservedField
  /// The header has 256 bytes and 256 more for every signal.
  case headerLength
  /// EDF+: patient identification has the subfields code, sex, birth date, name.
  case patientSubfields
  /// EDF+: recording identification begins with `Startdate` and a date or X.
  case recordingSubfields
  /// The start date is dd.mm.yy.
  case startDate
  /// EDF+: both start dates agree.
  case startDatesAgree
  /// The start time is hh.mm.ss.
  case startTime
  /// The number of data records is known when the recording has ended.
  case recordCountKnown
  /// The file has as many data records as the header says.
  case recordCount
  /// The last data record is whole.
  case wholeRecords
  /// Nothing follows the last data record.
  case noExtraBytes
  /// Numbers are plain decimal numbers with a point.
  case numberForm
  /// Every signal has its four limits.
  case limitsPresent
  /// Digital minimum and maximum differ.
  case digitalLimitsDiffer
  /// Digital minimum is below digital maximum.
  case digitalLimitsOrdered
  /// Digital limits are values that 16 (24) bits can hold.
  case digitalLimitsInRange
  /// Physical minimum and maximum differ.
  case physicalLimitsDiffer
  /// Every signal has at least one sample in a record.
  case samplesPerRecord
  /// EDF: a data record has at most 61,440 bytes (recommended).
  case recordSize
  /// Labels are unique.
  case uniqueLabels
  /// EDF+ and BDF+ files have an annotation signal; plain files have none.
  case annotationSignal
  /// The annotation signal has no transducer, filter or unit and spans the whole digital range.
  case annotationSignalFields
  /// Annotation lists are onset, duration and texts between their separators.
  case annotationList
  /// Annotation texts are UTF-8.
  case annotationEncoding
  /// EDF+: every record begins with its own onset.
  case timekeeping
  /// EDF+: the first record starts less than a second after the start time.
  case firstRecordOnset
  /// EDF+C: records follow each other without a gap.
  case continuousRecords
  /// EDF+D: records are in order of time and do not overlap.
  case orderedRecords
  /// Samples lie within the digital limits. EDFlib clips those that do not; this reader keeps them.
  case samplesWithinLimits

  /// How much breaking the rule matters.
  public var severity: EDFDeviation.Severity {
    switch self {
    case .recordSize, .uniqueLabels: .note
    case .asciiHeader, .leftAligned, .version, .reservedField, .patientSubfields, .recordingSubfields, .startTime,
      .numberForm, .annotationSignal, .annotationSignalFields, .annotationEncoding, .digitalLimitsInRange,
      .noExtraBytes, .samplesWithinLimits:
      .warning
    case .headerLength, .startDate, .startDatesAgree, .recordCountKnown, .recordCount, .wholeRecords, .limitsPresent,
      .digitalLimitsDiffer, .digitalLimitsOrdered, .physicalLimitsDiffer, .samplesPerRecord, .annotationList,
      .timekeeping, .firstRecordOnset, .continuousRecords, .orderedRecords:
      .error
    }
  }
}

/// Collects deviations; repeats of a rule in the same part of the file are counted, not listed.
struct DeviationLog: Sendable {
  private(set) var deviations: [EDFDeviation] = []

  mutating func add(_ rule: EDFRule, field: String, at byteOffset: Int, _ message: String) {
    deviations.append(
      EDFDeviation(rule: rule, field: field, byteOffset: byteOffset, message: message, count: 1))
  }

  /// For deviations that may occur in every record: only the first of its rule and field is kept.
  mutating func addCounted(
    _ rule: EDFRule, field: String, at byteOffset: Int, _ message: @autoclosure () -> String
  ) {
    if let index = deviations.firstIndex(where: { $0.rule == rule && $0.field == field }) {
      deviations[index].count += 1
    } else {
      add(rule, field: field, at: byteOffset, message())
    }
  }

  mutating func append(contentsOf other: [EDFDeviation]) { deviations += other }
}
