extension DecodingError {
  /// Which setting cannot be read and what it should be: `setting stimulus.shape: give pulse or bump, not 'square'`.
  ///
  /// All settings that people write as JSON or after `--set` are refused in these words.
  ///
  /// - Parameter name: The setting that was changed last, where the error does not tell.
  package func settingMessage(of name: String? = nil) -> String {
    let (context, wanted): (Context, String?) =
      switch self {
      case .typeMismatch(let type, let context), .valueNotFound(let type, let context): (context, Self.words(for: type))
      case .keyNotFound(_, let context), .dataCorrupted(let context): (context, nil)
      @unknown default: (Context(codingPath: [], debugDescription: "\(self)"), nil)
      }
    let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    let message = wanted.map { "give \($0)" } ?? context.debugDescription
    let place = path.isEmpty ? name : path
    return place.map { "setting \($0): \(message)" } ?? message
  }

  /// What a type is called in JSON; nil for types that have no name there.
  private static func words(for type: any Any.Type) -> String? {
    switch type {
    case is Bool.Type: "true or false"
    case is any BinaryInteger.Type: "a whole number"
    case is any BinaryFloatingPoint.Type: "a number"
    case is String.Type: "a text"
    case is any Sequence.Type: type is [String: Any].Type ? "an object" : "a list"
    default: nil
    }
  }
}
