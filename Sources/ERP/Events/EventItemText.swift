/// Which characters of a list of event items have a meaning of their own, and which stand inside a regular expression or
/// the brackets of a shell pattern.
struct EventItemText {
  let characters: [Character]
  /// True for characters inside `/.../` or `[...]`, delimiters included.
  let isProtected: [Bool]

  /// Reads one item, or several with commas between them.
  ///
  /// A regular expression may begin an item, or follow its `=`, a sign (`<`, `>`) or a `~`. It ends at the first slash
  /// that is followed by a comma, a sign, an at sign or the end.
  init(_ text: String) {
    let characters = Array(text)
    var isProtected = [Bool](repeating: false, count: characters.count)
    var place = 0
    var mayBeExpression = true
    var hasName = false
    while place < characters.count {
      let character = characters[place]
      if character == "/", mayBeExpression, let end = Self.expressionEnd(characters, from: place) {
        for inside in place...end { isProtected[inside] = true }
        (place, mayBeExpression) = (end + 1, false)
        continue
      }
      if character == "[", let end = Self.bracketEnd(characters, from: place) {
        for inside in place...end { isProtected[inside] = true }
        (place, mayBeExpression) = (end + 1, false)
        continue
      }
      switch character {
      case ",": (mayBeExpression, hasName) = (true, false)
      case "<", ">": mayBeExpression = true
      case "=": (mayBeExpression, hasName) = (!hasName, true)
      case "~", " ": break
      default: mayBeExpression = false
      }
      place += 1
    }
    self.characters = characters
    self.isProtected = isProtected
  }

  /// The text between the unprotected characters of a kind.
  func split(at separator: Character) -> [String] {
    var parts: [String] = [""]
    for (place, character) in characters.enumerated() {
      if character == separator, !isProtected[place] {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts
  }

  /// The slash that ends the expression that begins at `start`.
  private static func expressionEnd(_ characters: [Character], from start: Int) -> Int? {
    var place = start + 1
    while place < characters.count {
      if characters[place] == "\\" {
        place += 2
        continue
      }
      if characters[place] == "/" {
        let rest = characters[(place + 1)...]
        switch rest.first {
        case nil, ",", "<", ">", "@": return place
        case "!" where rest.dropFirst().first == "<" || rest.dropFirst().first == ">": return place
        case " " where [nil, ","].contains(rest.first { $0 != " " }): return place
        default: break
        }
      }
      place += 1
    }
    return nil
  }

  /// The bracket that closes the one at `start`; right after it, or after `[!`, a closing one stands for itself.
  private static func bracketEnd(_ characters: [Character], from start: Int) -> Int? {
    let inside = start + 1 < characters.count && characters[start + 1] == "!" ? start + 2 : start + 1
    guard inside + 1 < characters.count else { return nil }
    return characters[(inside + 1)...].firstIndex(of: "]")
  }
}
