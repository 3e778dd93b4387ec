/// A table of a BIDS dataset with a column `name`, read by the names of its columns.
struct BIDSTable {
  private let path: String
  private let table: DelimitedTable
  private let places: [String: Int]

  /// Reads a file.
  ///
  /// - Throws: ``ERPError``, code `invalidTable`, with the path.
  init(path: String) throws {
    self.path = path
    let text = try DelimitedTable.text(ofFile: path, code: .invalidTable)
    do { table = try DelimitedTable(text, code: .invalidTable) } catch let error as ERPError {
      throw ERPError(code: error.code, message: "\(path): \(error.message)")
    }
    places = Dictionary(table.columns.enumerated().map { ($1, $0) }) { first, _ in first }
    guard places["name"] != nil else {
      throw ERPError(
        code: .invalidTable,
        message: "\(path): line \(table.headerLine): there is no column 'name'; the columns are \(table.columnList)")
    }
  }

  /// A row of the table.
  struct Row {
    fileprivate let table: BIDSTable
    fileprivate let row: DelimitedTable.Row

    /// A field, or nil when it is not known or there is no such column.
    func text(_ column: String) -> String? {
      guard let place = table.places[column], !row.fields[place].isUnknownField else { return nil }
      return row.fields[place]
    }

    /// A field with a finite number, or nil as for ``text(_:)``.
    func number(_ column: String) throws -> Double? {
      guard let field = text(column) else { return nil }
      guard let value = Double(field), value.isFinite else {
        throw error("the \(column) '\(field)' is not a number")
      }
      return value
    }

    /// An error about this row.
    func error(_ text: String) -> ERPError {
      ERPError(code: .invalidTable, message: "\(table.path): line \(row.line): \(text)")
    }
  }

  /// What a closure makes of the rows, without those of which it makes nothing.
  func rows<Value>(_ body: (Row) throws -> Value?) rethrows -> [Value] {
    try table.rows.compactMap { try body(Row(table: self, row: $0)) }
  }
}
