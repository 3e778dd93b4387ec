import EEGCore

extension Epochs {
  /// The average of every condition.
  ///
  /// The standard error is MNE-Python's: standard deviation with divisor N, over the square root of N. Conditions
  /// without an epoch are left out; ``EpochsResult/warnings`` names them.
  ///
  /// - Parameters:
  ///   - method: Mean or median over epochs, at every channel and sample.
  ///   - conditions: Which conditions, in which order; all, in order of first appearance, when nil.
  /// - Returns: Averages of shape `[channel, time]` in volts. The standard error is nil for medians and for a single
  ///   epoch, where it is not known.
  public func averages(_ method: AverageMethod = .mean, of conditions: [String]? = nil) -> EvokedSet {
    let evoked = (conditions ?? self.conditions).compactMap { name -> Evoked? in
      let members = events.indices.filter { events[$0].condition == name }
      guard !members.isEmpty else { return nil }
      switch method {
      case .mean:
        let mean = mean(of: members)
        return Evoked(
          name: name, average: mean, standardError: standardError(of: members, mean: mean),
          count: Double(members.count))
      case .median:
        return Evoked(
          name: name, average: median(of: members), standardError: nil, count: Double(members.count), method: .median)
      }
    }
    return EvokedSet(channels: channels, times: times, rate: rate, conditions: evoked, dropLog: dropLog)
  }

  /// Sums in the order of the epochs, so that results do not depend on anything else.
  private func mean(of members: [Int]) -> Matrix {
    var mean = [Double](repeating: 0, count: epochSize)
    for epoch in members {
      let first = epoch * epochSize
      for place in 0..<epochSize { mean[place] += values[first + place] }
    }
    for place in 0..<epochSize { mean[place] /= Double(members.count) }
    return Matrix(rows: channels.count, columns: times.count, values: mean)
  }

  private func standardError(of members: [Int], mean: Matrix) -> Matrix? {
    guard members.count > 1 else { return nil }
    var error = [Double](repeating: 0, count: epochSize)
    for epoch in members {
      let first = epoch * epochSize
      for place in 0..<epochSize {
        let difference = values[first + place] - mean.values[place]
        error[place] += difference * difference
      }
    }
    let count = Double(members.count)
    for place in 0..<epochSize { error[place] = (error[place] / count).squareRoot() / count.squareRoot() }
    return Matrix(rows: channels.count, columns: times.count, values: error)
  }

  private func median(of members: [Int]) -> Matrix {
    var result = [Double](repeating: 0, count: epochSize)
    var column = [Double](repeating: 0, count: members.count)
    let middle = members.count / 2
    for place in 0..<epochSize {
      for (row, epoch) in members.enumerated() { column[row] = values[epoch * epochSize + place] }
      column.sort()
      result[place] = members.count % 2 == 1 ? column[middle] : (column[middle - 1] + column[middle]) / 2
    }
    return Matrix(rows: channels.count, columns: times.count, values: result)
  }
}
