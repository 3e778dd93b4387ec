import Foundation

/// An FIR filter by the window method: linear-phase and applied without delay, or minimum-phase and causal.
///
/// Coefficients are those of MNE-Python's `mne.filter.create_filter` with its defaults: `firwin`, Hamming window, length
/// from the narrower transition band. Application is `mne.filter.filter_data` with phase "zero" or "minimum" and padding
/// "reflect_limited".
public struct FIRFilter: Hashable, Sendable {
  /// What was asked for.
  public let settings: FilterSettings
  /// Sampling rate the filter is made for [Hz].
  public let rate: Double
  /// Impulse response, an odd number of values; symmetric about the middle one unless the phase is minimum.
  public let coefficients: [Double]

  /// Length of a Hamming-windowed filter times its transition width in units of the sampling rate.
  ///
  /// Source: Ifeachor and Jervis 2002, "Digital Signal Processing", table 7.3.
  static let hammingLengthFactor = 3.3

  /// Designs the filter.
  ///
  /// - Parameters:
  ///   - settings: At least one of `low` and `high`; neither notches nor the IIR method, for which there is
  ///     ``ContinuousFilter``.
  ///   - rate: Sampling rate [Hz].
  /// - Throws: ``ERPError``, code `invalidFilter`, when a frequency is not a positive number, `low` is not below `high`,
  ///   or a transition band would reach below 0 Hz or above half the sampling rate.
  public init(_ settings: FilterSettings, rate: Double) throws {
    guard settings.method == .fir, settings.notch.isEmpty else {
      throw ERPError(
        code: .invalidFilter, message: "an FIR filter was asked to be an IIR filter or a notch; use ContinuousFilter")
    }
    self.settings = settings
    self.rate = rate
    let edges = try FIREdges(settings, rate: rate)
    // MNE rounds the length in seconds times the rate up, then to the next odd number.
    let exactLength = (Self.hammingLengthFactor / edges.narrowest * rate).rounded(.up)
    guard exactLength < Double(1 << 28) else {
      throw ERPError(
        code: .invalidFilter,
        message: "a transition band of \(edges.narrowest) Hz at \(rate) Hz needs \(exactLength) coefficients; "
          + "raise the cut-off frequency or widen the transition band")
    }
    var length = max(Int(exactLength), 1)
    length += (length - 1) % 2

    var response = [Double](repeating: 0, count: length)
    // From the top of the spectrum downwards, as MNE's `_firwin_design`: everything, or nothing, above the upper edge,
    // then plus or minus one low-pass for each edge.
    if edges.steps.last?.isFalling == false { response[length / 2] = 1 }
    for step in edges.steps.reversed() {
      let lowPass = Self.lowPass(from: step.from, to: step.to, rate: rate)
      Self.add(lowPass, times: step.isFalling ? 1 : -1, to: &response)
    }
    guard settings.phase == .minimum else {
      coefficients = response
      return
    }
    guard length > 2, length <= MinimumPhase.longest else {
      throw ERPError(
        code: .invalidFilter,
        message: "a filter of \(length) coefficients cannot be made minimum-phase, only one of 3 to "
          + "\(MinimumPhase.longest); change the transition bands, or use phase zero")
    }
    coefficients = MinimumPhase.response(
      to: response, passesZero: settings.low == nil || settings.band == .stop)
  }

  /// Coefficients on either side of the middle one: half the filter's length.
  public var reach: Int { coefficients.count / 2 }

  /// Coefficients that look ahead of the sample they make.
  var lookahead: Int { settings.phase == .zero ? reach : 0 }

  /// A Hamming-windowed sinc with gain 1 at 0 Hz, between a lower and an upper edge of its transition [Hz].
  private static func lowPass(from lower: Double, to upper: Double, rate: Double) -> [Double] {
    let nyquist = rate / 2
    let (lower, upper) = (lower / nyquist, upper / nyquist)
    var length = Int((hammingLengthFactor / ((upper - lower) / 2)).rounded(.toNearestOrEven))
    length += 1 - length % 2
    let cutoff = (upper + lower) / 2
    let middle = Double(length - 1) / 2
    var response = (0..<length).map { index in
      let offset = Double(index) - middle
      let window = length == 1 ? 1 : 0.54 - 0.46 * cos(2 * Double.pi * Double(index) / Double(length - 1))
      let angle = Double.pi * (cutoff * offset)
      return cutoff * (offset == 0 ? 1 : sin(angle) / angle) * window
    }
    let sum = response.reduce(0, +)
    for index in response.indices { response[index] /= sum }
    // Exactly symmetric, so that the filter's frequency response is exactly real.
    for index in 0..<(length / 2) { response[length - 1 - index] = response[index] }
    return response
  }

  /// Adds a shorter response, centred, to a longer one.
  private static func add(_ part: [Double], times sign: Double, to whole: inout [Double]) {
    let offset = (whole.count - part.count) / 2
    for (index, value) in part.enumerated() { whole[offset + index] += sign * value }
  }
}
