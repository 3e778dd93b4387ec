/// A variable, field or cell of a MATLAB file, as far as EEGLAB's fields need it.
enum MATLABValue: Hashable, Sendable {
  case number(Double)
  /// A row or column of other than one number.
  case numbers([Double])
  /// A row of characters.
  case text(String)
  case cell([MATLABValue])
  /// An array without elements, of any class but characters, which are an empty text.
  case empty
  /// What no field of interest can be: structs within structs, matrices of characters, long arrays.
  case other

  /// The number, if it is one.
  var number: Double? {
    if case .number(let value) = self { return value }
    return nil
  }

  /// The text, or a number written out, because event types may be either; nil for anything else.
  var text: String? {
    switch self {
    case .text(let text): text
    case .number(let value): Int(exactly: value).map(String.init) ?? String(value)
    case .cell(let cells) where cells.count == 1: cells[0].text
    default: nil
    }
  }
}

/// A struct array by its fields, each with one value an element.
struct MATLABStructArray: Sendable {
  var count: Int
  var fields: [String: [MATLABValue]]

  /// The value of a field of one element; empty when the struct has no such field.
  subscript(_ field: String, _ index: Int) -> MATLABValue { fields[field]?[index] ?? .empty }
}
