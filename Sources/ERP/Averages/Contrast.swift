import EEGCore
import Foundation

/// A linear combination of conditions, such as the difference wave `target - standard`.
///
/// Terms are conditions with plus or minus signs and factors: `0.5 * left + 0.5 * right - rest`. `lateral = left - right`
/// gives it a name. A sign that stands in the name of a condition is no operator: the longest name that fits is taken.
public struct Contrast: Hashable, Sendable {
  /// Of the combination: the text, or what stands before the equals sign.
  public let name: String
  /// Conditions with their factors.
  public let terms: [Term]

  /// A condition with its factor.
  public struct Term: Hashable, Sendable {
    /// What the condition is multiplied by.
    public var factor: Double
    /// Name of the condition.
    public var condition: String
  }

  /// Reads a combination of conditions.
  ///
  /// - Parameter conditions: The names that may stand in it.
  /// - Throws: ``ERPError``, code `unknownCondition` for a name that is none of them, `invalidSettings` for a text that is
  ///   no combination.
  public init(_ text: String, among conditions: [String]) throws(ERPError) {
    func failure(_ reason: String) -> ERPError {
      ERPError(code: .invalidSettings, message: "contrast '\(text)': \(reason)")
    }
    // An equals sign in the name of a condition is none of ours.
    let sign = conditions.contains { $0.contains("=") && text.contains($0) } ? nil : text.firstIndex(of: "=")
    let label = sign.map { text[..<$0].trimmingCharacters(in: .whitespaces) } ?? text
    guard !label.isEmpty else { throw failure("there is no name before the equals sign") }
    name = label.trimmingCharacters(in: .whitespaces)

    var rest = sign.map { text[text.index(after: $0)...] } ?? text[...]
    var terms: [Term] = []
    while true {
      rest = rest.drop(while: \.isWhitespace)
      guard let first = rest.first else { break }
      var factor = 1.0
      if "+-".contains(first) {
        factor = first == "-" ? -1 : 1
        rest = rest.dropFirst().drop(while: \.isWhitespace)
      } else if !terms.isEmpty {
        throw failure("a plus or minus sign is missing before '\(rest)'")
      }
      if let star = rest.firstIndex(of: "*"), let value = Double(rest[..<star].trimmingCharacters(in: .whitespaces)) {
        factor *= value
        rest = rest[rest.index(after: star)...].drop(while: \.isWhitespace)
      }
      guard let condition = Self.condition(at: rest, among: conditions) else {
        let known = conditions.map { "'\($0)'" }.joined(separator: ", ")
        throw ERPError(
          code: .unknownCondition,
          message: "contrast '\(text)': there is no condition at '\(rest)'; the conditions are \(known)")
      }
      terms.append(Term(factor: factor, condition: condition))
      rest = rest.dropFirst(condition.count)
    }
    guard !terms.isEmpty else { throw failure("it names no condition; write such as 'target - standard'") }
    self.terms = terms
  }

  /// The longest condition that the text begins with, and that a sign, a blank or the end follows.
  private static func condition(at text: Substring, among conditions: [String]) -> String? {
    conditions.filter { name in
      guard !name.isEmpty, text.hasPrefix(name) else { return false }
      let next = text.dropFirst(name.count).first
      return next.map { $0.isWhitespace || "+-".contains($0) } ?? true
    }.max { $0.count < $1.count }
  }

  /// The combination of the conditions of a set.
  ///
  /// - Throws: ``ERPError``, code `unknownCondition` when the set lacks one of them.
  public func evoked(of set: EvokedSet) throws(ERPError) -> Evoked {
    var parts: [Evoked] = []
    for term in terms {
      guard let part = set[term.condition] else {
        throw ERPError(
          code: .unknownCondition, message: "contrast '\(name)': condition '\(term.condition)' has no average")
      }
      parts.append(part)
    }
    do {
      return try Evoked.combination(of: parts, weights: .values(terms.map(\.factor)), name: name)
    } catch let error as ERPError {
      throw error
    } catch {
      throw ERPError(code: .incompatibleEvoked, message: "\(error)")
    }
  }
}
