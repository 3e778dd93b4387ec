import ArgumentParser
import EDFFormat
import Foundation

/// `evoke check`: where a file departs from the standard.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check EDF and BDF files against the standard.",
    discussion: """
      Lists every deviation with its severity and byte offset, and what was assumed to read the file all the same. \
      EDFlib's verdict stands beside it: an independent reader that refuses many files of the wild. Ends with status 1 \
      when a file has errors or cannot be read. --fix writes a conformant copy, if reading the file needed no guess \
      about values or times.

      EXAMPLES
        evoke check recording.edf
        evoke check --json *.bdf
        evoke check recording.edf --fix conformant.edf
      """)

  @Argument(help: "EDF or BDF files.", completion: .file()) var files: [String]
  @Flag(help: "Print a JSON array with one object a file.") var json = false
  @Option(help: ArgumentHelp("Write a conformant copy of the one file given.", valueName: "file"), completion: .file())
  var fix: String?

  func validate() throws {
    guard fix == nil || files.count == 1 else { throw usageError("--fix works on one file at a time") }
  }

  func run() throws {
    let reports = files.map(ConformanceReport.init(path:))
    if json {
      try JSONOutput.print(reports)
    } else {
      for report in reports { report.lines().forEach(Console.print) }
    }
    for error in reports.compactMap(\.error) { Console.note(error) }
    if let fix, let report = reports.first, report.error == nil {
      try ConformantCopy.write(files[0], to: fix)
      return
    }
    if reports.contains(where: \.hasErrors) { throw ExitCode.failure }
  }
}

/// What `check` finds in one file.
struct ConformanceReport: Encodable {
  struct Entry: Encodable {
    let severity: String
    let rule: String
    let field: String
    let byte_offset: Int
    let message: String
    let count: Int
  }

  let path: String
  let format: String?
  let error: String?
  let deviations: [Entry]
  let edflib: String

  enum CodingKeys: String, CodingKey { case path, format, error, deviations, edflib }

  init(path: String) {
    self.path = path
    do {
      let file = try EDFFile(path: path)
      let progress = ProgressBar("checking \((path as NSString).lastPathComponent)")
      defer { progress.finish() }
      let found = try file.deviations() + file.outliers { progress.update($0) }
      format = file.header.variant.rawValue
      error = nil
      deviations = found.sorted { ($1.severity, $0.byteOffset) < ($0.severity, $1.byteOffset) }.map {
        Entry(
          severity: $0.severity.rawValue, rule: $0.rule.rawValue, field: $0.field, byte_offset: $0.byteOffset,
          message: $0.message, count: $0.count)
      }
    } catch {
      format = nil
      self.error = "\(error)"
      deviations = []
    }
    edflib =
      switch EDFlibReferee.verdict(path: path) {
      case .accepts(let signals, let records, let annotations):
        "accepts: \(signals) signals, \(records) records, \(annotations) annotations"
      case .refuses(let status, let meaning): "refuses: \(meaning) (status \(status))"
      }
  }

  /// True when the file cannot be read, or only on assumptions.
  var hasErrors: Bool { error != nil || deviations.contains { $0.severity == EDFDeviation.Severity.error.rawValue } }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(path, forKey: .path)
    try container.encode(format, forKey: .format)
    try container.encode(error, forKey: .error)
    try container.encode(deviations, forKey: .deviations)
    try container.encode(edflib, forKey: .edflib)
  }

  /// The report for people.
  func lines() -> [String] {
    var lines: [String] = []
    if error != nil {
      lines.append("\(path): cannot be read")
    } else if deviations.isEmpty {
      lines.append("\(path): \(format ?? ""), conforms to the standard")
    } else {
      let counts = EDFDeviation.Severity.allCases.reversed().compactMap { severity -> String? in
        let count = deviations.count { $0.severity == severity.rawValue }
        return count > 0 ? "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")" : nil
      }
      lines.append("\(path): \(format ?? ""), \(counts.joined(separator: ", "))")
      lines += deviations.map {
        "  \($0.severity): \($0.field) at byte \($0.byte_offset): \($0.message)"
          + ($0.count > 1 ? " [\($0.count) times; the first is given]" : "")
      }
    }
    lines.append("  EDFlib \(edflib)")
    return lines
  }
}

/// A copy of a file that keeps to the standard.
enum ConformantCopy {
  /// Rules whose breach leaves values or times in doubt: what they should have been only the owner can tell.
  private static let ambiguous: Set<EDFRule> = [
    .limitsPresent, .digitalLimitsDiffer, .digitalLimitsOrdered, .physicalLimitsDiffer, .startDatesAgree,
    .annotationList, .timekeeping, .continuousRecords, .orderedRecords,
  ]

  /// - Throws: ``CopyRefusal`` when the copy would rest on a guess; the reader's and the writer's errors.
  static func write(_ path: String, to target: String) throws {
    let file = try EDFFile(path: path)
    if let doubt = try file.deviations().first(where: { ambiguous.contains($0.rule) }) {
      throw CopyRefusal(path: path, deviation: doubt)
    }
    let report = try EDFWriter.write(
      file.recording(), to: target, options: EDFWritingOptions(isBDF: file.header.variant.isBDF))
    Console.print(
      "wrote \(target): \(report.variant.rawValue), \(report.recordCount) records, read again and equal")
    for note in report.notes { Console.note("\(target): \(note)") }
  }
}

/// A file whose conformant copy would rest on a guess.
struct CopyRefusal: Error, CustomStringConvertible {
  let path: String
  let deviation: EDFDeviation

  var description: String {
    "\(path): cannot be fixed without a guess: \(deviation.field) at byte \(deviation.byteOffset) \(deviation.message)"
  }
}
