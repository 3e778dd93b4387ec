import EEGCore

/// The standard deviation over channels at each time, divisor N.
///
/// Source: Lehmann & Skrandies 1980, "Reference-free identification of components of checkerboard-evoked multichannel
/// potential fields", equation for global field power; the mean over channels is subtracted, so it does not depend on
/// the reference.
///
/// - Parameters:
///   - average: Shape `[channel, time]`, any unit.
///   - channels: The rows to use; at least one.
/// - Returns: Shape `[time]`, the unit of `average`; NaN where a value is not finite.
func globalFieldPower(_ average: Matrix, channels: [Int]) -> [Double] {
  (0..<average.columns).map { time in
    let count = Double(channels.count)
    let mean = channels.reduce(0) { $0 + average[$1, time] } / count
    let sumOfSquares = channels.reduce(0) { sum, channel in
      let deviation = average[channel, time] - mean
      return sum + deviation * deviation
    }
    return (sumOfSquares / count).squareRoot()
  }
}
