import EvokeNumerics
import Foundation

/// A distribution as people type it: `135`, `box(2.6, 9.75)`, `normal(6.2, 1.8)`, `lognormal(2.5, 0.4)`,
/// `truncated-normal(6.2, 1.8, 2.6, 9.75)`.
enum DistributionText {
  /// What to write, for messages.
  static let forms =
    "a number, box(LOWER, UPPER), normal(MEAN, SD), truncated-normal(MEAN, SD, LOWER, UPPER) or lognormal(LOCATION, SCALE)"

  /// Reads a distribution and checks it.
  ///
  /// - Throws: ``SimulationError``, code `invalidSetting`, with what to write.
  static func read(_ text: String) throws -> PriorDistribution {
    let trimmed = text.trimmingCharacters(in: .whitespaces)
    func failure(_ reason: String) -> SimulationError {
      SimulationError(code: .invalidSetting, message: "'\(trimmed)': \(reason)")
    }
    let distribution: PriorDistribution
    if let number = Double(trimmed) {
      distribution = .fixed(number)
    } else {
      guard let open = trimmed.firstIndex(of: "("), trimmed.hasSuffix(")") else { throw failure("write \(forms)") }
      let kind = trimmed[..<open].lowercased()
      let inner = trimmed[trimmed.index(after: open)...].dropLast()
      let numbers = try inner.split(separator: ",", omittingEmptySubsequences: false).map { part in
        guard let number = Double(part.trimmingCharacters(in: .whitespaces)) else {
          throw failure("'\(part.trimmingCharacters(in: .whitespaces))' is no number; write \(forms)")
        }
        return number
      }
      switch (kind, numbers.count) {
      case ("box", 2): distribution = .box(lower: numbers[0], upper: numbers[1])
      case ("normal", 2): distribution = .normal(mean: numbers[0], scale: numbers[1])
      case ("lognormal", 2): distribution = .logNormal(location: numbers[0], scale: numbers[1])
      case ("truncated-normal", 4):
        distribution = .truncatedNormal(mean: numbers[0], scale: numbers[1], lower: numbers[2], upper: numbers[3])
      default: throw failure("write \(forms)")
      }
    }
    do { try distribution.validate() } catch { throw failure(error.message) }
    return distribution
  }

  /// The text that ``read(_:)`` reads; numbers of fixed values as they are.
  static func text(_ distribution: PriorDistribution) -> String {
    func list(_ numbers: Double...) -> String { "(" + numbers.map(number).joined(separator: ", ") + ")" }
    switch distribution {
    case .fixed(let value): return number(value)
    case .box(let lower, let upper): return "box" + list(lower, upper)
    case .normal(let mean, let scale): return "normal" + list(mean, scale)
    case .logNormal(let location, let scale): return "lognormal" + list(location, scale)
    case .truncatedNormal(let mean, let scale, let lower, let upper):
      return "truncated-normal" + list(mean, scale, lower, upper)
    }
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }
}
