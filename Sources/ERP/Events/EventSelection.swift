import EEGCore
import Foundation

/// Which texts are events, and what their conditions are called.
///
/// Every item is a text, a list of tags (`visual/left`), a shell pattern (`S*`, `S  ?`, `S[12]`), a regular expression
/// between slashes (`/^S +1$/`, found anywhere in the text unless anchored), or a sequence of these: `S1>R*@0.2:0.9` is an
/// S1 that a response follows within 0.2 to 0.9 s, `S1<R*@0.2:0.9` is that response, `S1!>R*@0:1` an S1 without one.
/// docs/events.md has the grammar.
///
/// `name=item` gives all matching events one condition of that name. Without a name, sequences and tags give one that is
/// called by the item, and patterns one for every matching text. An item, or a part of a sequence, that is a text of the
/// recording means that text alone, whatever characters it holds.
public struct EventSelection: Hashable, Sendable, Codable, ExpressibleByArrayLiteral {
  /// The items, in the order in which their conditions are reported; no items select every text.
  public var items: [String]
  /// True when an event that several items match has an epoch in each of their conditions; otherwise, as by default, it
  /// belongs to the first of them.
  public var allowsSeveral: Bool

  /// A selection in which every event has one condition; see the type for what an item may be.
  public init(_ items: [String] = []) { self.init(items, allowsSeveral: false) }

  /// A selection; see the type for what an item may be.
  public init(_ items: [String], allowsSeveral: Bool) {
    self.items = items
    self.allowsSeveral = allowsSeveral
  }

  /// A selection of the listed items.
  public init(arrayLiteral elements: String...) { self.init(elements) }

  /// A selection of items with commas between them; commas inside a regular expression or brackets separate nothing.
  public init(list text: String, allowsSeveral: Bool = false) {
    let items = EventItemText(text).split(at: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    self.init(items.filter { !$0.isEmpty }, allowsSeveral: allowsSeveral)
  }

  /// Reads a selection; those written before events could have several conditions lack the key.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    items = try container.decode([String].self, forKey: .items)
    allowsSeveral = try container.decodeIfPresent(Bool.self, forKey: .allowsSeveral) ?? false
  }

  /// What a selection makes of the annotations of a recording.
  struct Assignment: Equatable {
    /// The conditions of every annotation; none for one that is not selected.
    var conditionsOfEvent: [[String]]
    /// All conditions in the order of the items, then of first appearance, also those without an event.
    var conditions: [String] = []
    /// Items that select no event.
    var unmatched: [String] = []

    /// True when nothing is selected.
    var isEmpty: Bool { conditionsOfEvent.allSatisfy(\.isEmpty) }
  }

  /// Assigns annotations to conditions.
  ///
  /// - Parameter annotations: Of a recording, in any order.
  /// - Throws: ``ERPError``, code `invalidPattern`.
  func assign(_ annotations: [Annotation]) throws -> Assignment {
    var result = Assignment(conditionsOfEvent: annotations.map { _ in [] })
    func add(_ condition: String) {
      if !result.conditions.contains(condition) { result.conditions.append(condition) }
    }
    guard !items.isEmpty else {
      for (number, annotation) in annotations.enumerated() {
        result.conditionsOfEvent[number] = [annotation.text]
        add(annotation.text)
      }
      return result
    }
    let texts = Set(annotations.map(\.text))
    let timeline = EventTimeline(annotations)
    for item in items {
      let (name, sequence) = try Self.parse(item, among: texts)
      if let name { add(name) }
      var isUnmatched = true
      for number in timeline.events(of: sequence) where allowsSeveral || result.conditionsOfEvent[number].isEmpty {
        let condition = name ?? annotations[number].text
        add(condition)
        isUnmatched = false
        if !result.conditionsOfEvent[number].contains(condition) { result.conditionsOfEvent[number].append(condition) }
      }
      if isUnmatched { result.unmatched.append(item) }
    }
    return result
  }

  /// Splits an item into the condition, nil for one a text, and what is looked for.
  private static func parse(
    _ item: String, among texts: Set<String>
  ) throws -> (condition: String?, sequence: EventSequence) {
    guard !item.isEmpty else {
      throw ERPError(code: .invalidPattern, message: "an item of the event list is empty; leave out the extra comma")
    }
    let (name, rest) = texts.contains(item) ? (nil, item) : split(item)
    guard !rest.isEmpty else {
      throw ERPError(
        code: .invalidPattern, message: "'\(item)' names a condition but no text; write NAME=TEXT or NAME=PATTERN")
    }
    let sequence = texts.contains(item) ? EventSequence(item) : try EventSequence(rest, among: texts)
    guard name == nil, sequence.relations.isEmpty else { return (name ?? item, sequence) }
    return if case .tags = sequence.anchor { (item, sequence) } else { (name, sequence) }
  }

  /// Splits `name=rest`; an item that begins with a slash, or whose first sign comes before the equals sign, has no name.
  private static func split(_ item: String) -> (name: String?, rest: String) {
    let text = EventItemText(item)
    let end = text.characters.indices.first { "=<>".contains(text.characters[$0]) && !text.isProtected[$0] }
    guard !item.hasPrefix("/"), let end, end > 0, text.characters[end] == "=" else { return (nil, item) }
    return (String(text.characters[..<end]), String(text.characters[(end + 1)...]))
  }
}
