import EEGCore

/// How evoked potentials are weighted when they are added up.
public enum CombinationWeights: Hashable, Sendable {
  /// All alike, adding up to 1.
  case equal
  /// By number of epochs, adding up to 1.
  case count
  /// As given, one each: `[1, -1]` makes a difference.
  case values([Double])
}

extension Evoked {
  /// Adds up weighted evoked potentials of the same channels and times.
  ///
  /// The count of the result is MNE-Python's, `1 / (w1^2 / n1 + w2^2 / n2 + ...)`: the number of epochs that would give
  /// a mean as exact. The standard error, where all have one, is that of independent epochs.
  ///
  /// - Parameters:
  ///   - parts: One or more, all of one shape.
  ///   - weights: One a part.
  ///   - name: Of the result.
  /// - Throws: ``ERPError``, code `incompatibleEvoked`, when shapes or the number of weights differ.
  public static func combination(of parts: [Evoked], weights: CombinationWeights, name: String) throws -> Evoked {
    guard let first = parts.first else {
      throw ERPError(code: .incompatibleEvoked, message: "there is nothing to combine into '\(name)'")
    }
    let factors: [Double] =
      switch weights {
      case .equal: parts.map { _ in 1 / Double(parts.count) }
      case .count:
        parts.map { $0.count / parts.reduce(0) { $0 + $1.count } }
      case .values(let values): values
      }
    guard factors.count == parts.count else {
      throw ERPError(
        code: .incompatibleEvoked, message: "'\(name)' has \(parts.count) parts but \(factors.count) weights")
    }
    var average = Matrix(rows: first.average.rows, columns: first.average.columns)
    var variance = average
    for (part, factor) in zip(parts, factors) {
      guard part.average.rows == average.rows, part.average.columns == average.columns else {
        throw ERPError(
          code: .incompatibleEvoked,
          message: "'\(first.name)' and '\(part.name)' differ in channels or samples and cannot be combined")
      }
      for place in average.values.indices { average.values[place] += factor * part.average.values[place] }
      guard let error = part.standardError else { continue }
      for place in variance.values.indices {
        variance.values[place] += factor * factor * error.values[place] * error.values[place]
      }
    }
    for place in variance.values.indices { variance.values[place].formSquareRoot() }
    let count = 1 / zip(parts, factors).reduce(0) { $0 + $1.1 * $1.1 / $1.0.count }
    return Evoked(
      name: name, average: average, standardError: parts.allSatisfy { $0.standardError != nil } ? variance : nil,
      count: count, method: first.method, divisor: first.divisor)
  }
}
