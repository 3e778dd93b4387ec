import Foundation

/// A table of text: a header and rows of as many fields, separated by tabs (BIDS) or commas (RFC 4180).
struct DelimitedTable: Hashable, Sendable {
  /// One line of the table; the fields are without surrounding blanks.
  struct Row: Hashable, Sendable {
    /// Number of the line on which the row begins, from 1.
    let line: Int
    var fields: [String]
  }
  /// Names of the columns, without surrounding blanks.
  let columns: [String]
  /// Number of the header's line, from 1.
  let headerLine: Int
  /// As many fields each as there are columns.
  let rows: [Row]

  /// Splits a text at tabs when its first line has one, else at commas, and leaves out empty lines.
  ///
  /// - Parameter code: Of the errors.
  /// - Throws: ``ERPError`` with the line number, for an empty table, rows of another length than the header, and
  ///   quotation marks that do not pair.
  init(_ text: String, code: ERPError.Code) throws {
    let lines = try Self.split(text, code)
    guard let header = lines.first else {
      throw Self.error(code, 1, "the table is empty; its first line must name the columns")
    }
    for row in lines where row.fields.count != header.fields.count {
      throw Self.error(code, row.line, "has \(row.fields.count) fields, the header \(header.fields.count)")
    }
    columns = header.fields
    headerLine = header.line
    rows = Array(lines.dropFirst())
  }

  /// The text of a file.
  ///
  /// - Throws: ``ERPError`` when it cannot be read or is not UTF-8.
  static func text(ofFile path: String, code: ERPError.Code) throws -> String {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw ERPError(code: code, message: "\(path): cannot be read: \(error.localizedDescription)")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw ERPError(code: code, message: "\(path): is not text in UTF-8; convert it first")
    }
    return text
  }

  /// The place of a column.
  func column(_ name: String) -> Int? { columns.firstIndex(of: name) }

  /// The columns' names for a message.
  var columnList: String { columns.map { "'\($0)'" }.joined(separator: ", ") }

  /// An error about a line.
  static func error(_ code: ERPError.Code, _ line: Int, _ text: String) -> ERPError {
    ERPError(code: code, message: "line \(line): \(text)")
  }

  private static func split(_ text: String, _ code: ERPError.Code) throws -> [Row] {
    // Unicode scalars, because a carriage return and a line feed make one `Character`.
    var scalars = Substring(text).unicodeScalars
    if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
    let firstLine = scalars.prefix { $0 != "\n" && $0 != "\r" }
    let separator: Unicode.Scalar = firstLine.contains("\t") ? "\t" : ","

    var rows: [Row] = []
    var line = 1
    var row = Row(line: 1, fields: [])
    var field = String.UnicodeScalarView()
    func finishField() {
      row.fields.append(String(field).trimmingCharacters(in: .whitespaces))
      field = String.UnicodeScalarView()
    }
    func finishRow() {
      let isEmpty = row.fields.isEmpty && field.isEmpty
      finishField()
      if !isEmpty { rows.append(row) }
    }
    while let scalar = scalars.popFirst() {
      switch scalar {
      case separator: finishField()
      case "\n", "\r":
        if scalar == "\r", scalars.first == "\n" { scalars.removeFirst() }
        finishRow()
        line += 1
        row = Row(line: line, fields: [])
      case "\"" where field.isEmpty:
        let opened = line
        guard readQuoted(from: &scalars, into: &field, line: &line) else {
          throw error(code, opened, "a quotation mark is never closed")
        }
        if let next = scalars.first, next != separator, next != "\n", next != "\r" {
          throw error(code, line, "text follows a closing quotation mark; double the marks inside a field")
        }
      default: field.append(scalar)
      }
    }
    finishRow()
    return rows
  }

  /// Reads up to the closing quotation mark; false when there is none.
  private static func readQuoted(
    from scalars: inout Substring.UnicodeScalarView, into field: inout String.UnicodeScalarView, line: inout Int
  ) -> Bool {
    while let scalar = scalars.popFirst() {
      if scalar == "\n" { line += 1 }
      if scalar == "\"" {
        guard scalars.first == "\"" else { return true }
        scalars.removeFirst()
      }
      field.append(scalar)
    }
    return false
  }
}

extension String {
  /// True for BIDS's "n/a" and for an empty field: the value is not known.
  var isUnknownField: Bool { isEmpty || self == "n/a" }
}
