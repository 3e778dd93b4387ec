/// Reads the expressions of ``TableQuery`` by recursive descent.
struct TableQueryParser {
  private let expression: String
  private let tokens: [Token]
  private var next = 0
  private var depth = 0
  /// Parentheses and negations inside each other; more would only wear out the stack.
  private static let deepest = 100

  private struct Token {
    enum Kind: Equatable {
      case word(String), quotedColumn(String), text(String), number(Double), symbol(String), end
    }
    let kind: Kind
    let position: Int
  }

  init(_ expression: String) throws(TableQueryError) {
    self.expression = expression
    tokens = try Self.tokens(of: expression)
  }

  /// The whole expression.
  mutating func parse() throws(TableQueryError) -> Condition {
    let condition = try disjunction()
    guard token.kind == .end else { throw unexpected("'and', 'or' or the end") }
    return condition
  }

  private var token: Token { tokens[next] }

  /// Takes the next token when it is one of some symbols or words.
  private mutating func take(_ names: String...) -> Bool {
    switch token.kind {
    case .symbol(let name), .word(let name):
      guard names.contains(name) else { return false }
      next += 1
      return true
    default: return false
    }
  }

  private mutating func disjunction() throws(TableQueryError) -> Condition {
    var condition = try conjunction()
    while take("||", "|", "or") { condition = .or(condition, try conjunction()) }
    return condition
  }

  private mutating func conjunction() throws(TableQueryError) -> Condition {
    var condition = try negation()
    while take("&&", "&", "and") { condition = .and(condition, try negation()) }
    return condition
  }

  private mutating func negation() throws(TableQueryError) -> Condition {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else {
      throw error(.unexpected, token.position, "parentheses or negations are nested too deeply")
    }
    if take("!", "~", "not") { return .not(try negation()) }
    if take("(") {
      let condition = try disjunction()
      guard take(")") else { throw unexpected("')'") }
      return condition
    }
    return try comparison()
  }

  /// One comparison, or a chain of them: `0.2 < response_time <= 0.5`.
  private mutating func comparison() throws(TableQueryError) -> Condition {
    var left = try operand()
    if let isNegated = takeMembership() { return .member(left, try list(), isNegated: isNegated) }
    var condition: Condition?
    while let (relation, name) = takeRelation() {
      let right = try operand()
      if case .order = relation {
        for operand in [left, right] {
          if case .text = operand.value { throw notOrdered(operand, name) }
          if case .truth = operand.value { throw notOrdered(operand, name) }
        }
      }
      let link = Condition.comparison(left, relation, right)
      condition = condition.map { .and($0, link) } ?? link
      left = right
    }
    guard let condition else { throw unexpected("a comparison such as '==' or 'in'") }
    return condition
  }

  private mutating func takeMembership() -> Bool? {
    if take("in") { return false }
    guard token.kind == .word("not"), tokens[next + 1].kind == .word("in") else { return nil }
    next += 2
    return true
  }

  private mutating func takeRelation() -> (Relation, String)? {
    guard case .symbol(let name) = token.kind, let relation = Self.relations[name] else { return nil }
    next += 1
    return (relation, name)
  }

  private static let relations: [String: Relation] = [
    "==": .equal, "!=": .notEqual, "<": .order(.less), "<=": .order(.lessOrEqual), ">": .order(.greater),
    ">=": .order(.greaterOrEqual),
  ]

  private mutating func list() throws(TableQueryError) -> [Operand] {
    guard take("[") else { throw unexpected("a list such as ['go', 'stop']") }
    var list: [Operand] = []
    repeat {
      if list.isEmpty, take("]") { return [] }
      list.append(try operand())
    } while take(",")
    guard take("]") else { throw unexpected("',' or ']'") }
    return list
  }

  private mutating func operand() throws(TableQueryError) -> Operand {
    let token = token
    let value: Operand.Value
    switch token.kind {
    case .text(let text): value = .text(text)
    case .number(let number): value = .number(number)
    case .quotedColumn(let name): value = .column(name)
    case .word(let name):
      guard !["and", "or", "not", "in"].contains(name) else { throw unexpected("a column, a number or a text") }
      switch name {
      case "true", "True": value = .truth(true)
      case "false", "False": value = .truth(false)
      default: value = .column(name)
      }
    case .symbol, .end: throw unexpected("a column, a number or a text")
    }
    next += 1
    return Operand(value: value, position: token.position)
  }

  private func unexpected(_ wanted: String) -> TableQueryError {
    let found =
      switch token.kind {
      case .end: "the expression ends"
      case .word(let name), .quotedColumn(let name), .symbol(let name): "'\(name)' stands"
      case .text(let text): "the text '\(text)' stands"
      case .number(let number): "the number \(number) stands"
      }
    let hint = token.kind == .symbol("=") ? "; equality is '=='" : ""
    return error(.unexpected, token.position, "\(found) where \(wanted) should\(hint)")
  }

  private func notOrdered(_ operand: Operand, _ name: String) -> TableQueryError {
    error(.notANumber, operand.position, "'\(name)' compares numbers; leave out the quotation marks, or use '=='")
  }

  private func error(_ code: TableQueryError.Code, _ position: Int, _ message: String) -> TableQueryError {
    TableQueryError(code: code, expression: expression, position: position, message: message)
  }

  // MARK: Tokens

  private static func tokens(of expression: String) throws(TableQueryError) -> [Token] {
    let characters = Array(expression)
    var tokens: [Token] = []
    var place = 0
    while place < characters.count {
      let start = place
      func error(_ message: String) -> TableQueryError {
        TableQueryError(code: .invalidCharacter, expression: expression, position: start + 1, message: message)
      }
      let character = characters[start]
      let kind: Token.Kind
      if character.isWhitespace {
        place += 1
        continue
      } else if character == "'" || character == "\"" || character == "`" {
        guard let text = quoted(characters, &place) else { throw error("this quotation mark is never closed") }
        kind = character == "`" ? .quotedColumn(text) : .text(text)
      } else if character.isLetter || character == "_" {
        while place < characters.count, isWord(characters[place]) { place += 1 }
        kind = .word(String(characters[start..<place]))
      } else if let end = endOfNumber(characters, start), let number = Double(String(characters[start..<end])) {
        place = end
        kind = .number(number)
      } else if let symbol = symbols.first(where: { characters[start...].starts(with: $0) }) {
        place += symbol.count
        kind = .symbol(symbol)
      } else {
        throw error("'\(character)' has no meaning here; put texts between quotation marks")
      }
      tokens.append(Token(kind: kind, position: start + 1))
    }
    return tokens + [Token(kind: .end, position: characters.count + 1)]
  }

  /// Longer ones first.
  private static let symbols = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "~", "&", "|", "(", ")", "[", "]", ",", "=",
  ]

  private static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_" || character == "."
  }

  /// The text up to the closing mark; a backslash takes the next character as it is.
  private static func quoted(_ characters: [Character], _ place: inout Int) -> String? {
    let mark = characters[place]
    var text = ""
    place += 1
    while place < characters.count {
      var character = characters[place]
      place += 1
      if character == mark { return text }
      if character == "\\", place < characters.count {
        character = characters[place]
        place += 1
      }
      text.append(character)
    }
    return nil
  }

  /// The place behind a number: sign, digits, point, digits, exponent.
  private static func endOfNumber(_ characters: [Character], _ start: Int) -> Int? {
    func digits(from place: Int) -> Int {
      characters[place...].firstIndex { !("0"..."9").contains($0) } ?? characters.count
    }
    func has(_ set: Set<Character>, _ place: Int) -> Bool {
      place < characters.count && set.contains(characters[place])
    }
    var place = has(["-", "+"], start) ? start + 1 : start
    let whole = digits(from: place)
    var count = whole - place
    place = whole
    if has(["."], place) {
      let end = digits(from: place + 1)
      count += end - place - 1
      place = end
    }
    guard count > 0 else { return nil }
    if has(["e", "E"], place) {
      let sign = has(["-", "+"], place + 1) ? place + 2 : place + 1
      let end = digits(from: min(sign, characters.count))
      if end > sign { place = end }
    }
    return place
  }
}
