/// Which rows of a table: `trial_type == 'go' && response_time > 0.3`.
///
/// An expression compares columns with numbers, texts in single or double quotation marks, `true` and `false`, or other
/// columns, by `==`, `!=`, `<`, `<=`, `>`, `>=`, `in [..]` and `not in [..]`. Comparisons are joined by `&&`, `||`, `!`
/// or `and`, `or`, `not`, in falling order of strength `!`, `&&`, `||`, and by parentheses. Columns whose name is no
/// word stand between backticks.
///
/// A field that is not known ("n/a" or empty) equals nothing but `'n/a'` and is neither larger nor smaller than
/// anything, so `!=` is true of it. Compare `pandas.DataFrame.query`, whose expressions of this form mean the same.
public struct TableQuery: Hashable, Sendable {
  /// The expression as it was given.
  public let expression: String
  private let condition: Condition

  /// Reads an expression.
  ///
  /// - Throws: ``TableQueryError``, codes `invalidCharacter`, `unexpected` and `notANumber`, with the place in it.
  public init(_ expression: String) throws(TableQueryError) {
    self.expression = expression
    var parser = try TableQueryParser(expression)
    condition = try parser.parse()
  }

  /// The rows of which the expression is true.
  ///
  /// - Throws: ``TableQueryError``, codes `unknownColumn` and `notANumber`.
  func rows(of table: DelimitedTable) throws(TableQueryError) -> [DelimitedTable.Row] {
    var places: [String: Int] = [:]
    for column in condition.columns {
      guard let place = table.column(column.name) else {
        throw error(
          .unknownColumn, column.position,
          "there is no column '\(column.name)'; the columns are \(table.columnList); put texts between quotation marks")
      }
      places[column.name] = place
    }
    var selected: [DelimitedTable.Row] = []
    for row in table.rows where try holds(condition, row, places) { selected.append(row) }
    return selected
  }

  private func error(_ code: TableQueryError.Code, _ position: Int, _ message: String) -> TableQueryError {
    TableQueryError(code: code, expression: expression, position: position, message: message)
  }

  private func holds(
    _ condition: Condition, _ row: DelimitedTable.Row, _ places: [String: Int]
  ) throws(TableQueryError) -> Bool {
    switch condition {
    case .not(let inner): return try !holds(inner, row, places)
    case .and(let left, let right):
      guard try holds(left, row, places) else { return false }
      return try holds(right, row, places)
    case .or(let left, let right):
      guard try !holds(left, row, places) else { return true }
      return try holds(right, row, places)
    case .member(let operand, let list, let isNegated):
      return list.contains { equal(operand, $0, row, places) } != isNegated
    case .comparison(let left, let relation, let right):
      switch relation {
      case .equal: return equal(left, right, row, places)
      case .notEqual: return !equal(left, right, row, places)
      case .order(let order):
        guard let first = try number(left, row, places), let second = try number(right, row, places) else {
          return false
        }
        return order.holds(first, second)
      }
    }
  }

  /// The field of a column, or nil for a literal.
  private func field(_ operand: Operand, _ row: DelimitedTable.Row, _ places: [String: Int]) -> String? {
    guard case .column(let name) = operand.value, let place = places[name] else { return nil }
    return row.fields[place]
  }

  private func equal(
    _ left: Operand, _ right: Operand, _ row: DelimitedTable.Row, _ places: [String: Int]
  ) -> Bool {
    switch (left.value, right.value) {
    case (.column, .column):
      guard let first = field(left, row, places), let second = field(right, row, places), !first.isUnknownField,
        !second.isUnknownField
      else { return false }
      if let first = Double(first), let second = Double(second) { return first == second }
      return first == second
    case (.column, let literal):
      guard let text = field(left, row, places) else { return false }
      return Self.equal(text, literal)
    case (let literal, .column):
      guard let text = field(right, row, places) else { return false }
      return Self.equal(text, literal)
    case (let first, let second): return first == second
    }
  }

  private static func equal(_ field: String, _ literal: Operand.Value) -> Bool {
    switch literal {
    case .text(let text): return field == text || (field.isUnknownField && text.isUnknownField)
    case .number(let number): return Double(field) == number
    case .truth(let truth): return field.lowercased() == String(truth)
    case .column: return false
    }
  }

  /// The value of an operand, or nil when it is not known.
  private func number(
    _ operand: Operand, _ row: DelimitedTable.Row, _ places: [String: Int]
  ) throws(TableQueryError) -> Double? {
    if case .number(let number) = operand.value { return number }
    guard let field = field(operand, row, places), !field.isUnknownField else { return nil }
    guard let number = Double(field) else {
      throw error(.notANumber, operand.position, "'\(field)' in line \(row.line) of the table is not a number")
    }
    return number
  }
}

/// What an expression says.
indirect enum Condition: Hashable, Sendable {
  case not(Condition)
  case and(Condition, Condition)
  case or(Condition, Condition)
  case comparison(Operand, Relation, Operand)
  case member(Operand, [Operand], isNegated: Bool)

  /// The columns that it names, and where.
  var columns: [(name: String, position: Int)] {
    switch self {
    case .not(let inner): inner.columns
    case .and(let left, let right), .or(let left, let right): left.columns + right.columns
    case .comparison(let left, _, let right): [left, right].compactMap(\.column)
    case .member(let operand, let list, _): ([operand] + list).compactMap(\.column)
    }
  }
}

/// One side of a comparison.
struct Operand: Hashable, Sendable {
  enum Value: Hashable, Sendable {
    case column(String), text(String), number(Double), truth(Bool)
  }
  let value: Value
  /// Number of its first character in the expression, from 1.
  let position: Int

  var column: (name: String, position: Int)? {
    if case .column(let name) = value { (name, position) } else { nil }
  }
}

/// How two operands are compared.
enum Relation: Hashable, Sendable {
  enum Order: Hashable, Sendable {
    case less, lessOrEqual, greater, greaterOrEqual

    func holds(_ first: Double, _ second: Double) -> Bool {
      switch self {
      case .less: first < second
      case .lessOrEqual: first <= second
      case .greater: first > second
      case .greaterOrEqual: first >= second
      }
    }
  }
  case equal, notEqual
  case order(Order)
}
