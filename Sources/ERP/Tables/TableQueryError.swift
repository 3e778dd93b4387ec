/// An expression that selects no rows because it cannot be read, or does not fit the table.
public struct TableQueryError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of mistake it is.
  public struct Code: Hashable, Sendable {
    let name: String
    /// A character that begins nothing, or a text whose quotation mark is never closed.
    public static let invalidCharacter = Code(name: "invalidCharacter")
    /// Something else was expected at this place.
    public static let unexpected = Code(name: "unexpected")
    /// The table has no such column.
    public static let unknownColumn = Code(name: "unknownColumn")
    /// A text is compared by size.
    public static let notANumber = Code(name: "notANumber")
  }
  /// What kind of mistake it is.
  public let code: Code
  /// The whole expression.
  public let expression: String
  /// Number of the character at which the mistake is, from 1; one more than there are when something is missing.
  public let position: Int
  /// What was wrong and what to do, for people.
  public let message: String

  /// The place and the message.
  public var description: String { "'\(expression)', character \(position): \(message)" }
}
