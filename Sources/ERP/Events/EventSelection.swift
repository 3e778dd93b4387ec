/// Which texts are events, and what their conditions are called.
///
/// Every item is a text, a shell pattern (`S*`, `S  ?`, `S[12]`), or a regular expression between slashes (`/^S +1$/`,
/// found anywhere in the text unless anchored). `name=pattern` gives all matching texts one condition of that name;
/// otherwise every matching text is a condition of its own. An item that is, as a whole, a text of the recording means
/// that text alone, whatever characters it holds. A text that several items match belongs to the first of them.
public struct EventSelection: Hashable, Sendable, Codable, ExpressibleByArrayLiteral {
  /// The items, in the order in which their conditions are reported; no items select every text.
  public var items: [String]

  /// A selection; see the type for what an item may be.
  public init(_ items: [String] = []) { self.items = items }

  public init(arrayLiteral elements: String...) { self.init(elements) }

  /// What a selection makes of the texts of a recording.
  struct Assignment: Equatable {
    /// The condition of every selected text.
    var conditionOfText: [String: String] = [:]
    /// All conditions in the order of the items, then of first appearance, also those without a text.
    var conditions: [String] = []
    /// Items that select no text.
    var unmatched: [String] = []
  }

  /// Assigns texts to conditions.
  ///
  /// - Parameter texts: The texts of a recording in order of appearance; repetitions are allowed.
  /// - Throws: ``ERPError``, code `invalidPattern`.
  func assign(_ texts: [String]) throws -> Assignment {
    var seen: Set<String> = []
    let distinct = texts.filter { seen.insert($0).inserted }
    var result = Assignment()
    guard !items.isEmpty else {
      result.conditions = distinct
      for text in distinct { result.conditionOfText[text] = text }
      return result
    }
    for item in items {
      let (name, pattern) = try seen.contains(item) ? (nil, .exact(item)) : Self.parse(item)
      var conditions = name.map { [$0] } ?? []
      let matching = distinct.filter { result.conditionOfText[$0] == nil && pattern.matches($0) }
      for text in matching { result.conditionOfText[text] = name ?? text }
      if name == nil { conditions = matching }
      if matching.isEmpty {
        result.unmatched.append(item)
        if name == nil, case .exact(let text) = pattern { conditions = [text] }
      }
      result.conditions += conditions.filter { !result.conditions.contains($0) }
    }
    return result
  }

  /// Splits `name=pattern`; an item that begins with a slash is a regular expression as a whole.
  private static func parse(_ item: String) throws -> (name: String?, pattern: EventPattern) {
    guard !item.isEmpty else {
      throw ERPError(code: .invalidPattern, message: "an item of the event list is empty; leave out the extra comma")
    }
    guard !item.hasPrefix("/"), let equals = item.firstIndex(of: "="), equals != item.startIndex else {
      return (nil, try EventPattern(item))
    }
    let pattern = String(item[item.index(after: equals)...])
    guard !pattern.isEmpty else {
      throw ERPError(
        code: .invalidPattern, message: "'\(item)' names a condition but no text; write NAME=TEXT or NAME=PATTERN")
    }
    return (String(item[..<equals]), try EventPattern(pattern))
  }
}
