import EEGCore

/// Which samples of a window a standardized measurement error is taken over.
public enum MeasurementErrorWindow: String, Codable, CaseIterable, Hashable, Sendable {
  /// The places `(time - first time) * rate`, truncated, of which the second is left out: MNE-Python's `compute_sme`.
  case lastExcluded = "last-excluded"
  /// The samples nearest to both ends and all between, as ``MeasurementWindow`` has them: ERPLAB.
  case lastIncluded = "last-included"
}

extension Epochs {
  /// The standardized measurement error of a mean amplitude: how much it would vary if the experiment were repeated.
  ///
  /// It is the standard deviation, over epochs, of each epoch's mean in a window, over the square root of their number.
  /// The defaults are MNE-Python's `compute_sme`; ERPLAB has `sample` and `lastIncluded`.
  ///
  /// Source: Luck et al. 2021, "Standardized measurement error", Psychophysiology 58, e13793.
  ///
  /// - Parameters:
  ///   - condition: Name of the condition.
  ///   - start: Seconds from the event.
  ///   - stop: Seconds from the event.
  ///   - divisor: Of the variance over epochs.
  ///   - window: Which samples belong to the window.
  /// - Returns: One value a channel, in volts; NaN for a single epoch and the divisor `sample`.
  /// - Throws: ``ERPError``, codes `unknownCondition`, when it has no epoch, and `invalidWindow`.
  public func standardizedMeasurementError(
    of condition: String, from start: Double, to stop: Double, divisor: VarianceDivisor = .population,
    window: MeasurementErrorWindow = .lastExcluded
  ) throws -> [Double] {
    let samples = try errorSamples(from: start, to: stop, window: window)
    return try channels.indices.map {
      try standardizedMeasurementError(ofMeanOver: [$0], condition: condition, samples: samples, divisor: divisor)
    }
  }

  /// The same of the mean over several channels.
  ///
  /// - Throws: ``ERPError``, code `unknownCondition`, when it has no epoch.
  func standardizedMeasurementError(
    ofMeanOver channels: [Int], condition: String, samples: Range<Int>, divisor: VarianceDivisor
  ) throws -> Double {
    let members = events.indices.filter { events[$0].condition == condition }
    guard !members.isEmpty else {
      throw ERPError(code: .unknownCondition, message: "condition '\(condition)' has no epoch")
    }
    let means = members.map { epoch in
      channels.reduce(0) { sum, channel in
        let first = epoch * epochSize + channel * times.count
        return sum + samples.reduce(0) { $0 + values[first + $1] } / Double(samples.count)
      } / Double(channels.count)
    }
    return divisor.standardDeviation(of: means) / Double(members.count).squareRoot()
  }

  /// The samples of a window.
  ///
  /// - Throws: ``ERPError``, code `invalidWindow`.
  func errorSamples(from start: Double, to stop: Double, window: MeasurementErrorWindow) throws -> Range<Int> {
    if window == .lastIncluded {
      return Range(try samples(in: MeasurementWindow(start: start, end: stop), style: .erplab))
    }
    guard let firstTime = times.first, let lastTime = times.last, start >= firstTime, stop <= lastTime else {
      throw ERPError(
        code: .invalidWindow,
        message: "the window from \(start) s to \(stop) s is not inside the epoch from \(times.first ?? .nan) s to "
          + "\(times.last ?? .nan) s")
    }
    let first = Int((start - firstTime) * rate)
    let end = Int((stop - firstTime) * rate)
    guard first < end else {
      throw ERPError(
        code: .invalidWindow, message: "the window from \(start) s to \(stop) s holds no sample; lengthen it")
    }
    return first..<end
  }
}
