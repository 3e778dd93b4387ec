import EEGCore
import Foundation

/// Events from a table with a header: a BIDS `events.tsv`, or comma-separated values quoted as in RFC 4180.
///
/// Columns are found by name: `onset` [s] from the start of the recording, `duration` [s] if present, and the condition
/// in `trial_type` or `value`. "n/a" and empty fields mean "not known".
public struct EventTable: Hashable, Sendable {
  /// The events in the order of the table; put them in place of a recording's annotations.
  public let annotations: [Annotation]
  /// Line numbers, from 1, of rows without an onset or a condition, which are left out.
  public let skippedLines: [Int]

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: A tab- or comma-separated text file in UTF-8.
  ///   - conditionColumn: Column with the condition; `trial_type` or else `value` when nil.
  /// - Throws: ``ERPError``, code `invalidEventTable`, with the line number.
  public init(path: String, conditionColumn: String? = nil) throws {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw ERPError(code: .invalidEventTable, message: "\(path): cannot be read: \(error.localizedDescription)")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw ERPError(code: .invalidEventTable, message: "\(path): is not text in UTF-8; convert it first")
    }
    do {
      try self.init(text: text, conditionColumn: conditionColumn)
    } catch let error as ERPError {
      throw ERPError(code: error.code, message: "\(path): \(error.message)")
    }
  }

  /// Reads a text; see ``init(path:conditionColumn:)``.
  public init(text: String, conditionColumn: String? = nil) throws {
    let rows = try DelimitedRows(text).rows
    guard let header = rows.first else { throw Self.error(1, "the table is empty; its first line must name the columns") }
    func column(_ name: String) -> Int? { header.fields.firstIndex { $0.trimmed == name } }
    guard let onsetColumn = column("onset") else {
      throw Self.error(header.line, "there is no column 'onset'; the columns are \(Self.list(header.fields))")
    }
    let conditionNames = conditionColumn.map { [$0] } ?? ["trial_type", "value"]
    let conditionColumns = conditionNames.compactMap(column)
    guard !conditionColumns.isEmpty else {
      throw Self.error(
        header.line,
        "there is no column \(conditionNames.map { "'\($0)'" }.joined(separator: " or ")) for the condition; "
          + "the columns are \(Self.list(header.fields))")
    }
    let durationColumn = column("duration")

    var annotations: [Annotation] = []
    var skippedLines: [Int] = []
    for row in rows.dropFirst() {
      guard row.fields.count == header.fields.count else {
        throw Self.error(row.line, "has \(row.fields.count) fields, the header \(header.fields.count)")
      }
      let onset = try Self.number(row, onsetColumn, "onset")
      let condition = conditionColumns.lazy.map { row.fields[$0].trimmed }.first { !$0.isUnknown }
      guard let onset, let condition else {
        skippedLines.append(row.line)
        continue
      }
      let duration = try durationColumn.flatMap { try Self.number(row, $0, "duration") }
      annotations.append(Annotation(onset: onset, duration: duration, text: condition))
    }
    self.annotations = annotations
    self.skippedLines = skippedLines
  }

  private static func number(_ row: DelimitedRows.Row, _ column: Int, _ name: String) throws -> Double? {
    let field = row.fields[column].trimmed
    guard !field.isUnknown else { return nil }
    guard let value = Double(field), value.isFinite else {
      throw error(row.line, "the \(name) '\(field)' is not a number of seconds")
    }
    return value
  }

  private static func list(_ names: [String]) -> String { names.map { "'\($0.trimmed)'" }.joined(separator: ", ") }

  fileprivate static func error(_ line: Int, _ text: String) -> ERPError {
    ERPError(code: .invalidEventTable, message: "line \(line): \(text)")
  }
}

/// The rows of a text whose fields are separated by tabs or commas.
private struct DelimitedRows {
  struct Row {
    /// Number of the line on which the row begins, from 1.
    let line: Int
    var fields: [String]
  }
  private(set) var rows: [Row] = []

  /// Splits the text: at tabs when its first line has one, else at commas. Empty lines are left out.
  init(_ text: String) throws {
    // Unicode scalars, because a carriage return and a line feed make one `Character`.
    var scalars = Substring(text).unicodeScalars
    if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
    let firstLine = scalars.prefix { $0 != "\n" && $0 != "\r" }
    let separator: Unicode.Scalar = firstLine.contains("\t") ? "\t" : ","

    var line = 1
    var row = Row(line: 1, fields: [])
    var field = String.UnicodeScalarView()
    func finishRow() {
      row.fields.append(String(field))
      if row.fields != [""] { rows.append(row) }
      field = String.UnicodeScalarView()
    }
    while let scalar = scalars.popFirst() {
      switch scalar {
      case separator:
        row.fields.append(String(field))
        field = String.UnicodeScalarView()
      case "\n", "\r":
        if scalar == "\r", scalars.first == "\n" { scalars.removeFirst() }
        finishRow()
        line += 1
        row = Row(line: line, fields: [])
      case "\"" where field.isEmpty:
        let opened = line
        try Self.readQuoted(from: &scalars, into: &field, line: &line, openedAt: opened)
        if let next = scalars.first, next != separator, next != "\n", next != "\r" {
          throw EventTable.error(line, "text follows a closing quotation mark; double the marks inside a field")
        }
      default: field.append(scalar)
      }
    }
    finishRow()
  }

  private static func readQuoted(
    from scalars: inout Substring.UnicodeScalarView, into field: inout String.UnicodeScalarView, line: inout Int,
    openedAt opened: Int
  ) throws {
    while let scalar = scalars.popFirst() {
      if scalar == "\n" { line += 1 }
      if scalar == "\"" {
        guard scalars.first == "\"" else { return }
        scalars.removeFirst()
      }
      field.append(scalar)
    }
    throw EventTable.error(opened, "a quotation mark is never closed")
  }
}

extension String {
  fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
  /// True for BIDS's "n/a" and for an empty field.
  fileprivate var isUnknown: Bool { isEmpty || self == "n/a" }
}
