import _StringProcessing

/// What an item of an event selection looks for in a text.
enum EventPattern {
  /// The text itself.
  case exact(String)
  /// Texts that have all of these among the parts between their slashes, as MNE-Python's hierarchical event names.
  case tags(Set<Substring>)
  /// A shell pattern with `*`, `?` and `[...]`.
  case glob([GlobElement])
  /// A regular expression, anywhere in the text.
  case expression(Regex<AnyRegexOutput>)

  /// One place of a shell pattern.
  enum GlobElement {
    case character(Character)
    case anyCharacter
    case anyText
    case oneOf([ClosedRange<Character>], negated: Bool)
  }

  /// Reads a pattern: `/.../` is a regular expression, anything with `*`, `?` or `[` a shell pattern.
  ///
  /// - Throws: ``ERPError``, code `invalidPattern`.
  init(_ text: String) throws {
    if text.count >= 2, text.hasPrefix("/"), text.hasSuffix("/") {
      do {
        self = .expression(try Regex(String(text.dropFirst().dropLast())))
      } catch {
        throw ERPError(
          code: .invalidPattern,
          message: "'\(text)' is not a valid regular expression: \(error); write it between slashes, as /^S +1$/")
      }
    } else if text.contains(where: { "*?[".contains($0) }) {
      self = .glob(try Self.globElements(text))
    } else {
      self = .exact(text)
    }
  }

  /// Reads a pattern for a recording.
  ///
  /// A text of the recording means itself; any other text without special characters is a list of tags with slashes
  /// between them.
  ///
  /// - Throws: ``ERPError``, code `invalidPattern`.
  init(_ text: String, among texts: Set<String>) throws {
    if texts.contains(text) {
      self = .exact(text)
    } else {
      self = try Self(text)
      if case .exact = self { self = .tags(Self.tags(text)) }
    }
  }

  private static func tags(_ text: String) -> Set<Substring> {
    Set(text.split(separator: "/", omittingEmptySubsequences: false))
  }

  /// True when the text is what the pattern looks for.
  func matches(_ text: String) -> Bool {
    switch self {
    case .exact(let wanted): text == wanted
    case .tags(let wanted): wanted.isSubset(of: Self.tags(text))
    case .glob(let elements): Self.matches(elements[...], Array(text)[...])
    case .expression(let regex): text.firstMatch(of: regex) != nil
    }
  }

  private static func globElements(_ text: String) throws -> [GlobElement] {
    var elements: [GlobElement] = []
    var rest = Array(text)[...]
    while let character = rest.popFirst() {
      switch character {
      case "*": elements.append(.anyText)
      case "?": elements.append(.anyCharacter)
      case "[":
        // A closing bracket right after the opening one stands for itself, as in POSIX.
        guard let close = rest.dropFirst(rest.first == "!" ? 2 : 1).firstIndex(of: "]") else {
          throw ERPError(
            code: .invalidPattern,
            message: "'\(text)' has '[' without ']'; close the bracket, or write [[] for the character itself")
        }
        elements.append(oneOf(rest[..<close]))
        rest = rest[(close + 1)...]
      default: elements.append(.character(character))
      }
    }
    return elements
  }

  /// The inside of `[...]`: characters, ranges such as `0-9`, and a leading `!` for "none of these".
  private static func oneOf(_ inside: ArraySlice<Character>) -> GlobElement {
    let negated = inside.first == "!"
    var rest = negated ? inside.dropFirst() : inside
    var ranges: [ClosedRange<Character>] = []
    while let first = rest.popFirst() {
      if rest.first == "-", let last = rest.dropFirst().first, first <= last {
        ranges.append(first...last)
        rest = rest.dropFirst(2)
      } else {
        ranges.append(first...first)
      }
    }
    return .oneOf(ranges, negated: negated)
  }

  /// Matches without recursion: only the last `*` seen ever needs to be tried again.
  private static func matches(_ pattern: ArraySlice<GlobElement>, _ text: ArraySlice<Character>) -> Bool {
    var (place, index) = (pattern.startIndex, text.startIndex)
    var retry: (place: Int, index: Int)?
    while index < text.endIndex {
      if place < pattern.endIndex, case .anyText = pattern[place] {
        place += 1
        retry = (place, index)
      } else if place < pattern.endIndex, pattern[place].matches(text[index]) {
        place += 1
        index += 1
      } else if let last = retry {
        (place, index) = (last.place, last.index + 1)
        retry = (place, index)
      } else {
        return false
      }
    }
    return pattern[place...].allSatisfy { if case .anyText = $0 { true } else { false } }
  }
}

extension EventPattern.GlobElement {
  /// True when the element accepts this one character.
  fileprivate func matches(_ character: Character) -> Bool {
    switch self {
    case .character(let wanted): character == wanted
    case .anyCharacter, .anyText: true
    case .oneOf(let ranges, let negated): ranges.contains { $0.contains(character) } != negated
    }
  }
}
