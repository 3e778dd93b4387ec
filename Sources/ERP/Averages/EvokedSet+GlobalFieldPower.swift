import EEGCore

extension EvokedSet {
  /// The global field power: the standard deviation over EEG channels, with divisor N, at every sample.
  ///
  /// Source: Lehmann and Skrandies 1980; MNE-Python's `GFP` of EEG channels.
  ///
  /// - Parameter evoked: One of the set's conditions, or a combination of them.
  /// - Returns: One value a sample, in volts; zeros when there is no EEG channel.
  public func globalFieldPower(of evoked: Evoked) -> [Double] {
    let rows = channels.indices.filter { channels[$0].kind == .eeg }
    guard !rows.isEmpty else { return [Double](repeating: 0, count: times.count) }
    return times.indices.map { time in standardDeviation(rows.map { evoked.average[$0, time] }) }
  }
}
