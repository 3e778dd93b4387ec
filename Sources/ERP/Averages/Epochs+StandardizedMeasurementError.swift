import EEGCore

extension Epochs {
  /// The standardized measurement error of a mean amplitude: how much it would vary if the experiment were repeated.
  ///
  /// It is the standard deviation, over epochs, of each epoch's mean in a window, over the square root of their number.
  /// As in MNE-Python's `compute_sme`, the divisor of the standard deviation is N, and the window leaves out its last
  /// sample: `start` and `stop` become the places `(time - first time) * rate`, truncated, of which the second is
  /// excluded.
  ///
  /// Source: Luck et al. 2021, "Standardized measurement error", Psychophysiology 58, e13793.
  ///
  /// - Parameters:
  ///   - condition: Name of the condition.
  ///   - start: Seconds from the event.
  ///   - stop: Seconds from the event.
  /// - Returns: One value a channel, in volts.
  /// - Throws: ``ERPError``, codes `unknownCondition`, when it has no epoch, and `invalidWindow`.
  public func standardizedMeasurementError(of condition: String, from start: Double, to stop: Double) throws
    -> [Double]
  {
    let members = events.indices.filter { events[$0].condition == condition }
    guard !members.isEmpty else {
      throw ERPError(code: .unknownCondition, message: "condition '\(condition)' has no epoch")
    }
    guard let firstTime = times.first, let lastTime = times.last, start >= firstTime, stop <= lastTime else {
      throw ERPError(
        code: .invalidWindow,
        message: "the window from \(start) s to \(stop) s is not inside the epoch from \(times.first ?? .nan) s to "
          + "\(times.last ?? .nan) s")
    }
    let window = Int((start - firstTime) * rate)..<max(Int((start - firstTime) * rate), Int((stop - firstTime) * rate))
    guard !window.isEmpty else {
      throw ERPError(
        code: .invalidWindow, message: "the window from \(start) s to \(stop) s holds no sample; lengthen it")
    }
    return channels.indices.map { channel in
      let means = members.map { epoch in
        let first = epoch * epochSize + channel * times.count
        return window.reduce(0) { $0 + values[first + $1] } / Double(window.count)
      }
      return standardDeviation(means) / Double(members.count).squareRoot()
    }
  }
}

/// The standard deviation with divisor N, as numpy's `std`.
func standardDeviation(_ values: [Double]) -> Double {
  let count = Double(values.count)
  let mean = values.reduce(0, +) / count
  return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
}
