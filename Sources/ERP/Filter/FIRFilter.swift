import Foundation

/// A linear-phase FIR filter by the window method, applied without delay.
///
/// Coefficients are those of MNE-Python's `mne.filter.create_filter` with its defaults: `firwin`, Hamming window, length
/// from the narrower transition band. Application is `mne.filter.filter_data` with phase "zero" and padding
/// "reflect_limited".
public struct FIRFilter: Hashable, Sendable {
  /// What was asked for.
  public let settings: FilterSettings
  /// Sampling rate the filter is made for [Hz].
  public let rate: Double
  /// Impulse response, an odd number of values, symmetric about the middle one.
  public let coefficients: [Double]

  /// Length of a Hamming-windowed filter times its transition width in units of the sampling rate.
  ///
  /// Source: Ifeachor and Jervis 2002, "Digital Signal Processing", table 7.3.
  static let hammingLengthFactor = 3.3

  /// Designs the filter.
  ///
  /// - Parameters:
  ///   - settings: At least one of `low` and `high`.
  ///   - rate: Sampling rate [Hz].
  /// - Throws: ``ERPError``, code `invalidFilter`, when a frequency is not a positive number, `low` is not below `high`,
  ///   or a transition band would reach below 0 Hz or above half the sampling rate.
  public init(_ settings: FilterSettings, rate: Double) throws {
    self.settings = settings
    self.rate = rate
    let edges = try Edges(settings, rate: rate)
    let bands = [edges.lowTransition, edges.highTransition].compactMap { $0 }
    guard let narrowest = bands.min() else {
      throw ERPError(
        code: .invalidFilter, message: "a filter needs a lower or an upper cut-off; give at least one frequency")
    }
    // MNE rounds the length in seconds times the rate up, then to the next odd number.
    let exactLength = (Self.hammingLengthFactor / narrowest * rate).rounded(.up)
    guard exactLength < Double(1 << 28) else {
      throw ERPError(
        code: .invalidFilter,
        message: "a transition band of \(narrowest) Hz at \(rate) Hz needs \(exactLength) coefficients; "
          + "raise the cut-off frequency or widen the transition band")
    }
    var length = max(Int(exactLength), 1)
    length += (length - 1) % 2

    var response = [Double](repeating: 0, count: length)
    // From the top of the spectrum downwards, as MNE's `_firwin_design`: everything, or nothing, above the upper edge,
    // then plus or minus one low-pass for each edge.
    if let high = edges.high {
      let lowPass = Self.lowPass(from: high.pass, to: high.stop, rate: rate)
      Self.add(lowPass, times: 1, to: &response)
    } else {
      response[length / 2] = 1
    }
    if let low = edges.low {
      let lowPass = Self.lowPass(from: low.stop, to: low.pass, rate: rate)
      Self.add(lowPass, times: -1, to: &response)
    }
    coefficients = response
  }

  /// Coefficients on either side of the middle one: half the filter's length.
  public var reach: Int { coefficients.count / 2 }

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

/// Pass and stop frequencies with the default transition bands filled in, checked.
private struct Edges {
  var low: (stop: Double, pass: Double)?
  var high: (pass: Double, stop: Double)?
  var lowTransition: Double?
  var highTransition: Double?

  init(_ settings: FilterSettings, rate: Double) throws {
    let nyquist = rate / 2
    try Self.check(rate, "the sampling rate")
    if let pass = settings.low {
      try Self.check(pass, "the lower cut-off")
      let transition = settings.lowTransition ?? min(max(0.25 * pass, 2), pass)
      try Self.check(transition, "the lower transition band")
      guard pass < nyquist else { throw Self.beyondNyquist(pass, nyquist, "lower") }
      guard pass - transition >= 0 else {
        throw ERPError(
          code: .invalidFilter,
          message: "a transition band of \(transition) Hz below \(pass) Hz would reach below 0 Hz; "
            + "make it at most \(pass) Hz wide")
      }
      low = (pass - transition, pass)
      lowTransition = transition
    }
    if let pass = settings.high {
      try Self.check(pass, "the upper cut-off")
      guard pass < nyquist else { throw Self.beyondNyquist(pass, nyquist, "upper") }
      let transition = settings.highTransition ?? min(max(0.25 * pass, 2), nyquist - pass)
      try Self.check(transition, "the upper transition band")
      // The default band ends at the Nyquist frequency up to rounding.
      guard pass + transition <= nyquist * (1 + 1e-12) else {
        throw ERPError(
          code: .invalidFilter,
          message: "a transition band of \(transition) Hz above \(pass) Hz would reach beyond \(nyquist) Hz, half the "
            + "sampling rate; make it at most \(nyquist - pass) Hz wide")
      }
      high = (pass, min(pass + transition, nyquist))
      highTransition = transition
    }
    if let low, let high, low.pass >= high.pass {
      throw ERPError(
        code: .invalidFilter,
        message: "the lower cut-off, \(low.pass) Hz, must be below the upper one, \(high.pass) Hz; "
          + "band-stop filters are not offered")
    }
  }

  private static func check(_ frequency: Double, _ name: String) throws {
    guard frequency.isFinite, frequency > 0 else {
      throw ERPError(
        code: .invalidFilter, message: "\(name) is \(frequency) Hz; it must be a number greater than zero")
    }
  }

  private static func beyondNyquist(_ frequency: Double, _ nyquist: Double, _ name: String) -> ERPError {
    ERPError(
      code: .invalidFilter,
      message: "the \(name) cut-off, \(frequency) Hz, must be below \(nyquist) Hz, half the sampling rate; "
        + "choose a lower frequency or leave it out")
  }
}
