/// An event together with what must, or must not, happen before and after it.
///
/// `A>B@0.2:0.9` is an A that is followed by a B, `A<B@0.2:0.9` a B that an A precedes: the wide side of the sign is at
/// the event that the epoch lies around. `A!>B@0:1` is an A without a B after it. Signs may be joined, `A<B>C`, as long
/// as all wide sides are at one event; every span is counted from that event and stands behind the sign's right side.
struct EventSequence {
  /// What must, or must not, happen.
  struct Relation {
    /// What the other event is.
    var partner: EventPattern
    /// True for an event afterwards, false for one before.
    var isAfter: Bool
    /// True when there must be none.
    var isNegated: Bool
    /// True when any event of the kind may lie in the span, false when the nearest must.
    var takesAny: Bool
    /// Seconds between the events, both ends included; nil for neighbours in the list of events.
    var span: ClosedRange<Double>?
  }

  /// What the event itself is.
  var anchor: EventPattern
  /// Empty for a plain pattern.
  var relations: [Relation]

  /// A text and nothing else.
  init(_ text: String) {
    anchor = .exact(text)
    relations = []
  }

  /// Reads an item without its name.
  ///
  /// - Parameter texts: All texts of the recording: a part that is one of them means that text alone.
  /// - Throws: ``ERPError``, code `invalidPattern`.
  init(_ item: String, among texts: Set<String>) throws {
    let parts = try Parts(item)
    guard !parts.signs.isEmpty else {
      anchor = try EventPattern(item, among: texts)
      relations = []
      return
    }
    let place = parts.signs.prefix { !$0.isAfter }.count
    guard parts.signs[place...].allSatisfy(\.isAfter) else {
      throw Self.error(
        item,
        "the wide sides of its signs are at different events; write A>B, A<B or A<B>C, where the epoch lies "
          + "around the event at the wide sides")
    }
    anchor = try EventPattern(parts.operands[place], among: texts)
    relations = try parts.signs.enumerated().map { number, sign in
      var text = parts.operands[sign.isAfter ? number + 1 : number]
      let takesAny = text.hasPrefix("~") && !texts.contains(text)
      if takesAny { text.removeFirst() }
      guard !takesAny || (sign.span != nil && !sign.isNegated) else {
        throw Self.error(item, "'~' means any event of a span, such as A>~B@0.2:0.9, and has no meaning elsewhere")
      }
      guard !text.isEmpty else { throw Self.error(item, "there is no text beside one of its signs") }
      return Relation(
        partner: try EventPattern(text, among: texts), isAfter: sign.isAfter, isNegated: sign.isNegated,
        takesAny: takesAny || sign.isNegated, span: sign.span)
    }
  }

  private static func error(_ item: String, _ reason: String) -> ERPError {
    ERPError(code: .invalidPattern, message: "event item '\(item)': \(reason)")
  }

  /// The texts of an item, the signs between them and their spans.
  private struct Parts {
    struct Sign {
      var isAfter: Bool
      var isNegated: Bool
      var span: ClosedRange<Double>?
    }
    /// One more than there are signs.
    var operands: [String] = []
    var signs: [Sign] = []

    init(_ item: String) throws {
      let text = EventItemText(item)
      var (start, span) = (0, Int?.none)
      func finish(_ end: Int) throws {
        // A text before the first sign has no span, and may hold an at sign.
        let textEnd = signs.isEmpty ? end : span ?? end
        let operand = String(text.characters[start..<textEnd]).trimmingBlanks
        guard !operand.isEmpty else { throw EventSequence.error(item, "there is no text beside one of its signs") }
        operands.append(operand)
        if !signs.isEmpty, let span {
          signs[signs.count - 1].span = try Self.span(String(text.characters[(span + 1)..<end]), item)
        }
      }
      for (place, character) in text.characters.enumerated() where !text.isProtected[place] {
        if character == "@" { span = place }
        guard character == "<" || character == ">" else { continue }
        let isNegated = place > 0 && text.characters[place - 1] == "!"
        try finish(isNegated ? place - 1 : place)
        signs.append(Sign(isAfter: character == ">", isNegated: isNegated))
        (start, span) = (place + 1, nil)
      }
      if !signs.isEmpty { try finish(text.characters.count) }
    }

    /// `FROM:TO` in seconds; an empty end is 0, or no limit.
    private static func span(_ text: String, _ item: String) throws -> ClosedRange<Double> {
      let ends = text.split(separator: ":", omittingEmptySubsequences: false).map { String($0).trimmingBlanks }
      func number(_ text: String, or open: Double) -> Double? { text.isEmpty ? open : Double(text) }
      guard ends.count == 2, let from = number(ends[0], or: 0), let to = number(ends[1], or: .infinity), from >= 0,
        to >= from
      else {
        throw EventSequence.error(
          item,
          "'@\(text)' is no span of time; write @FROM:TO in seconds from 0 up, such as @0.2:0.9, or [@] for the "
            + "character itself")
      }
      return from...to
    }
  }
}

extension String {
  /// Without blanks at either end.
  fileprivate var trimmingBlanks: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
