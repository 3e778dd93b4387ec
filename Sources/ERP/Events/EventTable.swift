import EEGCore

/// Events from a table with a header: a BIDS `events.tsv`, or comma-separated values quoted as in RFC 4180.
///
/// Columns are found by name: `onset` [s] from the start of the recording, `duration` [s] if present, and the condition
/// in `trial_type` or `value`. "n/a" and empty fields mean "not known".
public struct EventTable: Hashable, Sendable {
  /// The events in the order of the table; put them in place of a recording's annotations.
  public let annotations: [Annotation]
  /// Line numbers, from 1, of rows without an onset or a condition, which are left out.
  public let skippedLines: [Int]
  /// Number of rows that the query did not select.
  public let unselectedCount: Int

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: A tab- or comma-separated text file in UTF-8.
  ///   - conditionColumn: Column with the condition; `trial_type` or else `value` when nil.
  ///   - query: Which rows; all when nil.
  /// - Throws: ``ERPError``, code `invalidEventTable`, with the line number; ``TableQueryError``.
  public init(path: String, conditionColumn: String? = nil, where query: TableQuery? = nil) throws {
    let text = try DelimitedTable.text(ofFile: path, code: .invalidEventTable)
    do {
      try self.init(text: text, conditionColumn: conditionColumn, where: query)
    } catch let error as ERPError {
      throw ERPError(code: error.code, message: "\(path): \(error.message)")
    }
  }

  /// Reads a text; see ``init(path:conditionColumn:where:)``.
  public init(text: String, conditionColumn: String? = nil, where query: TableQuery? = nil) throws {
    let table = try DelimitedTable(text, code: .invalidEventTable)
    guard let onsetColumn = table.column("onset") else {
      throw Self.error(table.headerLine, "there is no column 'onset'; the columns are \(table.columnList)")
    }
    let conditionNames = conditionColumn.map { [$0] } ?? ["trial_type", "value"]
    let conditionColumns = conditionNames.compactMap(table.column)
    guard !conditionColumns.isEmpty else {
      throw Self.error(
        table.headerLine,
        "there is no column \(conditionNames.map { "'\($0)'" }.joined(separator: " or ")) for the condition; "
          + "the columns are \(table.columnList)")
    }
    let durationColumn = table.column("duration")

    let selected = try query?.rows(of: table) ?? table.rows
    var annotations: [Annotation] = []
    var skippedLines: [Int] = []
    for row in selected {
      let onset = try Self.number(row, onsetColumn, "onset")
      let condition = conditionColumns.lazy.map { row.fields[$0] }.first { !$0.isUnknownField }
      guard let onset, let condition else {
        skippedLines.append(row.line)
        continue
      }
      let duration = try durationColumn.flatMap { try Self.number(row, $0, "duration") }
      annotations.append(Annotation(onset: onset, duration: duration, text: condition))
    }
    self.annotations = annotations
    self.skippedLines = skippedLines
    unselectedCount = table.rows.count - selected.count
  }

  private static func number(_ row: DelimitedTable.Row, _ column: Int, _ name: String) throws -> Double? {
    let field = row.fields[column]
    guard !field.isUnknownField else { return nil }
    guard let value = Double(field), value.isFinite else {
      throw error(row.line, "the \(name) '\(field)' is not a number of seconds")
    }
    return value
  }

  private static func error(_ line: Int, _ text: String) -> ERPError {
    DelimitedTable.error(.invalidEventTable, line, text)
  }
}
