import EEGCore

/// How recordings are weighted in a grand average.
public enum GrandAverageWeighting: String, Hashable, Sendable, Codable, CaseIterable {
  /// All alike: a person is a person.
  case equal
  /// By their number of epochs, as if all epochs were one person's.
  case count
}

/// The mean of the evoked potentials of several recordings.
public struct GrandAverage: Sendable {
  /// Per condition the mean over the files that have it; `count` is their number, and `standardError` that of a weighted
  /// mean of as many values (nil for one file): the standard deviation between files over the square root of their number
  /// where all weigh alike.
  ///
  /// With leave-one-out averages, each condition is followed by one for each file, without it.
  public let evoked: EvokedSet
  /// Channels and conditions that not all files have.
  public let warnings: [ERPWarning]

  /// Averages.
  ///
  /// Channels are matched by name and keep the order of the first file; those that a file lacks are left out, as in
  /// MNE-Python's `grand_average`. Of several channels with one name the first matches the first, and so on.
  ///
  /// Leave-one-out averages serve the jackknife: a latency measured in each of them varies `n - 1` times less than it does
  /// between persons, and its standard error is `sqrt((n - 1) / n * sum of squared deviations)`.
  /// Source: Miller, Patterson and Ulrich 1998, "Jackknife-based method for measuring LRP onset latency differences",
  /// Psychophysiology 35.
  ///
  /// - Parameters:
  ///   - sets: One a file.
  ///   - weighting: Of the files.
  ///   - divisor: Of the variance between files.
  ///   - leavingOut: Names of the files, for the conditions `NAME without FILE`; nil for no such averages.
  /// - Throws: ``ERPError``, code `incompatibleEvoked`, when there is no file, rates or times differ, or no channel is
  ///   common to all.
  public init(
    _ sets: [EvokedSet], weighting: GrandAverageWeighting = .equal, divisor: VarianceDivisor = .sample,
    leavingOut files: [String]? = nil
  ) throws {
    precondition(files.map { $0.count == sets.count } ?? true, "every file needs a name")
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
    let averages = conditions.flatMap { name -> [Evoked] in
      let members = sets.indices.filter { sets[$0][name] != nil }
      let parts = members.compactMap { file in
        sets[file][name].map { Part(average: Self.select(rows[file], of: $0.average), count: $0.count) }
      }
      if parts.count < sets.count {
        warnings.append(.conditionNotInAll(condition: name, files: parts.count, of: sets.count))
      }
      var averages = [Self.average(parts, name: name, weighting, divisor)]
      guard let files, parts.count > 1 else { return averages }
      for (place, file) in members.enumerated() {
        var others = parts
        others.remove(at: place)
        averages.append(Self.average(others, name: "\(name) without \(files[file])", weighting, divisor))
      }
      return averages
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

  /// The average of one file.
  private struct Part {
    let average: Matrix
    let count: Double
  }

  private static func average(
    _ parts: [Part], name: String, _ weighting: GrandAverageWeighting, _ divisor: VarianceDivisor
  ) -> Evoked {
    let count = Double(parts.count)
    let total = parts.reduce(0) { $0 + $1.count }
    let weights = parts.map { weighting == .equal ? 1 / count : $0.count / total }
    var mean = Matrix(rows: parts[0].average.rows, columns: parts[0].average.columns)
    var error = mean
    let correction = count / divisor.degreesOfFreedom(count)
    for place in mean.values.indices {
      let values = parts.map { $0.average.values[place] }
      let center =
        weighting == .equal
        ? values.reduce(0, +) / count : zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 }
      mean.values[place] = center
      let squares = zip(weights, values).reduce(0) { $0 + $1.0 * $1.0 * ($1.1 - center) * ($1.1 - center) }
      error.values[place] = (squares * correction).squareRoot()
    }
    return Evoked(
      name: name, average: mean, standardError: parts.count > 1 ? error : nil, count: count, divisor: divisor)
  }
}
