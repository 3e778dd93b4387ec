import EEGCore

/// What a regression on EOG channels is solved from.
struct RegressionSums {
  /// Products of EOG channels with each other, shape `[eog, eog]`.
  var within: Matrix
  /// Products of corrected channels with EOG channels, shape `[corrected, eog]`.
  var across: Matrix
  /// Number of samples that were summed over.
  var count = 0
}

/// Sums products of channels over epochs, without a copy of them.
struct RegressionMeasurement {
  private let epochCount: Int
  private let rowCount: Int
  private let times: Int
  private let sources: [Int]
  private let targets: [Int]
  private let subtractsFromSources: Bool
  private let limit: Double?
  private let margin: Int

  /// Prepares.
  ///
  /// - Parameters:
  ///   - shape: Number of epochs, rows of an epoch, and samples of a row.
  ///   - sources: Rows of the EOG channels; blinks are looked for in the first.
  ///   - targets: Rows of the corrected channels.
  /// - Throws: ``ERPError``, code `invalidSettings`.
  init(
    _ settings: EOGRegressionSettings, rate: Double, shape: (epochs: Int, rows: Int, times: Int), sources: [Int],
    targets: [Int]
  ) throws {
    (epochCount, rowCount, times) = shape
    self.sources = sources
    self.targets = targets
    subtractsFromSources = settings.subtractsFromEOG
    switch settings.samples {
    case .all: (limit, margin) = (nil, 0)
    case .blinks(let limit, let margin):
      guard limit.isFinite, limit > 0, margin.isFinite, margin >= 0 else {
        throw ERPError(
          code: .invalidSettings,
          message:
            "blinks above \(limit) V with a margin of \(margin) s are not possible; give a positive limit in volts "
            + "and a margin in seconds")
      }
      self.limit = limit
      self.margin = Int(min(margin * rate, Double(times)).rounded())
    }
  }

  /// Sums over all epochs.
  ///
  /// - Parameters:
  ///   - values: Shape `[epoch, row, time]`.
  ///   - conditions: A number from 0 on for every epoch; the averages of epochs of one number are subtracted from them.
  ///     Nil subtracts nothing.
  func sums(of values: Span<Double>, conditions: [Int]?) -> RegressionSums {
    precondition(values.count == epochCount * rowCount * times, "epochs need the shape [epoch, row, time]")
    let rows = sources + targets
    var averages: [Double] = []
    if let conditions { averages = self.averages(of: values, rows: rows, conditions: conditions) }
    var sums = RegressionSums(
      within: Matrix(rows: sources.count, columns: sources.count),
      across: Matrix(rows: targets.count, columns: sources.count))
    var eog = [Double](repeating: 0, count: sources.count * times)
    var target = [Double](repeating: 0, count: times)
    var sorted = target
    var isUsed = [Bool](repeating: true, count: times)
    for epoch in 0..<epochCount {
      if let limit { findBlinks(in: values, epoch: epoch, above: limit, &isUsed, &sorted) }
      let usedCount = isUsed.count { $0 }
      guard usedCount > 0 else { continue }
      sums.count += usedCount
      let average = conditions.map { $0[epoch] * rows.count }
      /// Copies what is left of a row without its average and mean; samples that are not used become zero.
      func residual(_ row: Int, into result: inout [Double], at place: Int) {
        let first = (epoch * rowCount + rows[row]) * times
        let average = row < sources.count && !subtractsFromSources ? nil : average
        var sum = 0.0
        for time in 0..<times {
          var value = values[first + time]
          if let average { value -= averages[(average + row) * times + time] }
          result[place + time] = value
          if isUsed[time] { sum += value }
        }
        let mean = sum / Double(usedCount)
        for time in 0..<times { result[place + time] = isUsed[time] ? result[place + time] - mean : 0 }
      }
      for row in sources.indices { residual(row, into: &eog, at: row * times) }
      for first in sources.indices {
        for second in 0...first {
          sums.within[first, second] += Self.product(eog, first * times, eog, second * times, times)
        }
      }
      for row in targets.indices {
        residual(sources.count + row, into: &target, at: 0)
        for column in sources.indices {
          sums.across[row, column] += Self.product(target, 0, eog, column * times, times)
        }
      }
    }
    for first in sources.indices {
      for second in 0..<first { sums.within[second, first] = sums.within[first, second] }
    }
    return sums
  }

  private static func product(
    _ first: [Double], _ firstPlace: Int, _ second: [Double], _ secondPlace: Int, _ count: Int
  ) -> Double {
    var sum = 0.0
    for time in 0..<count { sum += first[firstPlace + time] * second[secondPlace + time] }
    return sum
  }

  /// Averages of the conditions, shape `[condition, row of the list, time]`.
  private func averages(of values: Span<Double>, rows: [Int], conditions: [Int]) -> [Double] {
    let count = (conditions.max() ?? -1) + 1
    var averages = [Double](repeating: 0, count: count * rows.count * times)
    var counts = [Double](repeating: 0, count: count)
    for epoch in 0..<epochCount {
      counts[conditions[epoch]] += 1
      for (index, row) in rows.enumerated() {
        let (from, to) = ((epoch * rowCount + row) * times, (conditions[epoch] * rows.count + index) * times)
        for time in 0..<times { averages[to + time] += values[from + time] }
      }
    }
    for place in averages.indices { averages[place] /= counts[place / (rows.count * times)] }
    return averages
  }

  /// Marks the samples around blinks.
  private func findBlinks(
    in values: Span<Double>, epoch: Int, above limit: Double, _ isUsed: inout [Bool], _ sorted: inout [Double]
  ) {
    let first = (epoch * rowCount + sources[0]) * times
    for time in 0..<times {
      sorted[time] = values[first + time]
      isUsed[time] = false
    }
    sorted.sort()
    let median = (sorted[(times - 1) / 2] + sorted[times / 2]) / 2
    for time in 0..<times where abs(values[first + time] - median) > limit {
      for near in max(0, time - margin)...min(times - 1, time + margin) { isUsed[near] = true }
    }
  }
}
