import EEGCore

/// The mean of the evoked potentials of several recordings, every recording with the same weight.
public struct GrandAverage: Sendable {
  /// Per condition the mean over the files that have it; `count` is their number, and `standardError` the standard
  /// deviation between files, with divisor N, over the square root of N (nil for one file).
  public let evoked: EvokedSet
  /// Channels and conditions that not all files have.
  public let warnings: [ERPWarning]

  /// Averages.
  ///
  /// Channels are matched by name and keep the order of the first file; those that a file lacks are left out, as in
  /// MNE-Python's `grand_average`. Of several channels with one name the first matches the first, and so on.
  ///
  /// - Parameter sets: One a file.
  /// - Throws: ``ERPError``, code `incompatibleEvoked`, when there is no file, rates or times differ, or no channel is
  ///   common to all.
  public init(_ sets: [EvokedSet]) throws {
    guard let first = sets.first else {
      throw ERPError(code: .incompatibleEvoked, message: "a grand average needs at least one file")
    }
    for (number, set) in sets.enumerated() {
      guard set.rate == first.rate, set.times.count == first.times.count,
        zip(set.times, first.times).allSatisfy({ abs($0 - $1) * first.rate < 1e-3 })
      else {
        throw ERPError(
          code: .incompatibleEvoked,
          message: "file \(number + 1) has \(set.times.count) samples at \(set.rate) Hz, the first file "
            + "\(first.times.count) at \(first.rate) Hz; epoch all files with the same window, rate and decimation")
      }
    }
    let keys = sets.map { Self.keys($0.channels) }
    let common = keys[0].filter { key in keys.allSatisfy { $0.contains(key) } }
    guard !common.isEmpty else {
      throw ERPError(code: .incompatibleEvoked, message: "no channel has the same name in all files")
    }
    let rows = keys.map { keys in common.compactMap { keys.firstIndex(of: $0) } }
    var warnings: [ERPWarning] = []
    var missing: [String] = []
    for key in keys.joined() where !common.contains(key) && !missing.contains(key.name) { missing.append(key.name) }
    if !missing.isEmpty { warnings.append(.channelsNotInAll(missing)) }

    var conditions: [String] = []
    for evoked in sets.flatMap(\.conditions) where !conditions.contains(evoked.name) { conditions.append(evoked.name) }
    let averages = conditions.map { name in
      let parts = zip(sets, rows).compactMap { set, rows in set[name].map { Self.select(rows, of: $0.average) } }
      if parts.count < sets.count {
        warnings.append(.conditionNotInAll(condition: name, files: parts.count, of: sets.count))
      }
      return Self.average(parts, name: name)
    }
    evoked = EvokedSet(
      channels: rows[0].map { first.channels[$0] }, times: first.times, rate: first.rate, conditions: averages)
    self.warnings = warnings
  }

  /// A channel's name and how many of that name came before it.
  private struct Key: Hashable {
    let name: String
    let occurrence: Int
  }

  private static func keys(_ channels: [Channel]) -> [Key] {
    var seen: [String: Int] = [:]
    return channels.map { channel in
      let key = Key(name: channel.name, occurrence: seen[channel.name, default: 0])
      seen[channel.name, default: 0] += 1
      return key
    }
  }

  private static func select(_ rows: [Int], of matrix: Matrix) -> Matrix {
    Matrix(rows: rows.count, columns: matrix.columns, values: rows.flatMap { matrix[row: $0] })
  }

  private static func average(_ parts: [Matrix], name: String) -> Evoked {
    let count = Double(parts.count)
    var mean = Matrix(rows: parts[0].rows, columns: parts[0].columns)
    var error = mean
    for place in mean.values.indices {
      let values = parts.map { $0.values[place] }
      mean.values[place] = values.reduce(0, +) / count
      error.values[place] = standardDeviation(values) / count.squareRoot()
    }
    return Evoked(name: name, average: mean, standardError: parts.count > 1 ? error : nil, count: count)
  }
}
