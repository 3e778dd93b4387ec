extension EvokedSet {
  /// The global field power: the standard deviation over EEG channels, with divisor N, at every sample.
  ///
  /// The mean over channels is subtracted, so it does not depend on the reference.
  /// Source: Lehmann and Skrandies 1980; MNE-Python's `GFP` of EEG channels.
  ///
  /// - Parameter evoked: One of the set's conditions, or a combination of them.
  /// - Returns: One value a sample, in volts; zeros when there is no EEG channel, NaN where a value is not finite.
  public func globalFieldPower(of evoked: Evoked) -> [Double] {
    let rows = channels.indices.filter { channels[$0].kind == .eeg }
    let count = Double(max(rows.count, 1))
    return times.indices.map { time in
      let mean = rows.reduce(0) { $0 + evoked.average[$1, time] } / count
      let sumOfSquares = rows.reduce(0) { sum, row in
        let deviation = evoked.average[row, time] - mean
        return sum + deviation * deviation
      }
      return (sumOfSquares / count).squareRoot()
    }
  }
}
