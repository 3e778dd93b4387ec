import EEGCore

extension Epochs {
  /// Means and standard errors (divisor N) of the conditions that are named, over the kept epochs.
  func summary(of conditions: [String]) -> EvokedSet {
    let evoked = conditions.compactMap { name -> Evoked? in
      let members = events.indices.filter { events[$0].condition == name }
      guard !members.isEmpty else { return nil }
      let count = Double(members.count)
      var mean = [Double](repeating: 0, count: epochSize)
      var squares = mean
      for epoch in members {
        for index in 0..<epochSize { mean[index] += values[epoch * epochSize + index] / count }
      }
      for epoch in members {
        for index in 0..<epochSize {
          let deviation = values[epoch * epochSize + index] - mean[index]
          squares[index] += deviation * deviation
        }
      }
      let error = squares.map { ($0 / count).squareRoot() / count.squareRoot() }
      return Evoked(
        name: name, average: Matrix(rows: channels.count, columns: times.count, values: mean),
        standardError: members.count > 1 ? Matrix(rows: channels.count, columns: times.count, values: error) : nil,
        count: count)
    }
    return EvokedSet(channels: channels, times: times, rate: rate, conditions: evoked, dropLog: dropLog)
  }
}
