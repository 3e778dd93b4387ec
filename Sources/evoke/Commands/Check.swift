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
      when a file has errors or cannot be read.

      EXAMPLES
        evoke check recording.edf
        evoke check --json *.bdf
      """)

  @Argument(help: "EDF or BDF files.", completion: .file()) var files: [String]
  @Flag(help: "Print a JSON array with one object a file.") var json = false

  func run() throws {
    let reports = files.map(ConformanceReport.init(path:))
    if json {
      try JSONOutput.print(reports)
    } else {
      for report in reports { report.lines().forEach(Console.print) }
    }
    for error in reports.compactMap(\.error) { Console.note(error) }
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
