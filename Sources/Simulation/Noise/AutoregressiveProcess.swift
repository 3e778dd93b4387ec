import Foundation

/// A stationary Gaussian process of variance one in discrete time: each sample is a weighted sum of those before it, and
/// white noise.
///
///     x(t) = a(1) x(t-1) + ... + a(p) x(t-p) + e(t)
///
/// Signs are those of the equation above; `statsmodels` has the same, MATLAB's `aryule` the opposite ones.
public struct AutoregressiveProcess: Hashable, Sendable {
  /// The weights of the samples before, from a(1) to a(p); none for white noise.
  public let coefficients: [Double]
  /// Correlations of samples with those 1 to p samples before, once all between are known; between -1 and 1.
  ///
  /// Source: Durbin and Levinson's recursion.
  public let partialCorrelations: [Double]

  /// A process by its coefficients, from a(1) to a(p).
  ///
  /// - Throws: ``SimulationError``, code `invalidSetting`, for numbers that are not finite and for a process that is not
  ///   stationary.
  public init(coefficients: [Double]) throws(SimulationError) {
    var (current, partial) = (coefficients, [Double](repeating: 0, count: coefficients.count))
    // Durbin's recursion backwards: from order p to lower ones.
    while let last = current.popLast() {
      guard abs(last) < 1 else {
        throw SimulationError(
          code: .invalidSetting,
          message: "the autoregressive coefficients \(coefficients) do not make a stationary process: its variance "
            + "would grow without end; the roots of z^p - a(1) z^(p-1) - ... - a(p) must lie inside the unit circle")
      }
      partial[current.count] = last
      let scale = 1 / (1 - last * last)
      current = current.indices.map { scale * (current[$0] + last * current[current.count - 1 - $0]) }
    }
    (self.coefficients, partialCorrelations) = (coefficients, partial)
  }

  /// A process by its partial correlations, all between -1 and 1, which is stationary always.
  init(partialCorrelations: [Double]) {
    precondition(partialCorrelations.allSatisfy { abs($0) < 1 }, "partial correlations lie between -1 and 1")
    (coefficients, self.partialCorrelations) = (
      Self.predictors(partialCorrelations).last ?? [], partialCorrelations
    )
  }

  /// White noise.
  public static let white = AutoregressiveProcess(partialCorrelations: [])

  /// A process whose autocovariance falls exponentially: the samples of an Ornstein-Uhlenbeck process.
  ///
  /// Its spectrum is flat up to the frequency 1 / (2 pi timeConstant) and falls with the square of frequency beyond.
  ///
  /// - Parameters:
  ///   - timeConstant: Until it has fallen to 1/e [s].
  ///   - rate: Sampling rate [Hz].
  public static func firstOrder(timeConstant: Double, rate: Double) -> AutoregressiveProcess {
    precondition(timeConstant > 0 && rate > 0, "a time constant and a rate are positive")
    return AutoregressiveProcess(partialCorrelations: [exp(-1 / (timeConstant * rate))])
  }

  /// A rhythm: a process of second order whose spectrum has its maximum at a frequency.
  ///
  /// Both poles have the radius exp(-pi bandwidth / rate); their angle puts the maximum where it is asked for.
  ///
  /// - Parameters:
  ///   - frequency: Of the maximum, between 0 and half the rate [Hz].
  ///   - bandwidth: Between the frequencies where the spectrum is half of its maximum, as long as it is much smaller
  ///     than `frequency` [Hz].
  ///   - rate: Sampling rate [Hz].
  /// - Throws: ``SimulationError``, code `invalidSetting`, for a frequency or a bandwidth outside its range.
  public static func resonance(
    frequency: Double, bandwidth: Double, rate: Double
  ) throws(SimulationError) -> AutoregressiveProcess {
    guard rate > 0, rate.isFinite, frequency > 0, frequency < rate / 2, bandwidth > 0, bandwidth.isFinite else {
      throw SimulationError(
        code: .invalidSetting,
        message: "a rhythm of \(frequency) Hz, \(bandwidth) Hz wide, is not possible at \(rate) Hz; its frequency must "
          + "lie between 0 and half the rate, and its bandwidth above 0")
    }
    let radius = exp(-Double.pi * bandwidth / rate)
    // The maximum of 1 / |A|² lies at cos w = cos(angle) (1 + r²) / (2 r).
    let cosine = cos(2 * Double.pi * frequency / rate) * 2 * radius / (1 + radius * radius)
    return try AutoregressiveProcess(coefficients: [2 * radius * cosine, -radius * radius])
  }

  /// Number of coefficients, p.
  public var order: Int { coefficients.count }

  /// Variance of e(t), where that of x(t) is one.
  public var innovationVariance: Double { partialCorrelations.reduce(1) { $0 * (1 - $1 * $1) } }

  /// Autocovariances at lags of 0 to `lags` - 1 samples, exact to rounding; the first is one.
  public func autocovariance(lags: Int) -> [Double] {
    precondition(lags > 0, "there is a lag at least")
    var result = [1.0]
    result.reserveCapacity(max(lags, order + 1))
    var error = 1.0
    // Levinson's recursion backwards: what the next partial correlation says of the next lag.
    for (predictor, partial) in zip([[]] + Self.predictors(partialCorrelations), partialCorrelations) {
      let lag = result.count
      let known = predictor.enumerated().reduce(0) { $0 + $1.element * result[lag - 1 - $1.offset] }
      result.append(known + partial * error)
      error *= 1 - partial * partial
    }
    while result.count < lags {
      let lag = result.count
      result.append(coefficients.enumerated().reduce(0) { $0 + $1.element * result[lag - 1 - $1.offset] })
    }
    return Array(result.prefix(lags))
  }

  /// Spectral density, one-sided: its integral from 0 to half the rate is one.
  ///
  /// - Parameters:
  ///   - frequencies: From 0 to half the rate [Hz].
  ///   - rate: Sampling rate [Hz].
  /// - Returns: One value a frequency [1/Hz].
  public func powerSpectrum(at frequencies: [Double], rate: Double) -> [Double] {
    let variance = innovationVariance
    return frequencies.map { frequency in
      let turn = 2 * Double.pi * frequency / rate
      var (real, imaginary) = (1.0, 0.0)
      for (index, coefficient) in coefficients.enumerated() {
        real -= coefficient * cos(turn * Double(index + 1))
        imaginary += coefficient * sin(turn * Double(index + 1))
      }
      return 2 / rate * variance / (real * real + imaginary * imaginary)
    }
  }

  /// The best predictors of a sample from the last one to p samples, as partial correlations tell.
  static func predictors(_ partialCorrelations: [Double]) -> [[Double]] {
    var (current, all): ([Double], [[Double]]) = ([], [])
    for partial in partialCorrelations {
      let turned = Array(current.reversed())
      current = zip(current, turned).map { $0 - partial * $1 } + [partial]
      all.append(current)
    }
    return all
  }
}

/// `{"coefficients": [...]}`.
extension AutoregressiveProcess: Codable {
  private enum CodingKeys: String, CodingKey { case coefficients }

  /// Reads and validates a process.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(coefficients: values.decode([Double].self, forKey: .coefficients))
  }

  /// Writes the coefficients.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(coefficients, forKey: .coefficients)
  }
}
