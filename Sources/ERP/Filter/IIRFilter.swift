import Foundation

/// A cascade of second-order sections, applied forwards and backwards, so that nothing is delayed.
///
/// Holds the notches and the Butterworth filter that settings ask for, in this order. The gain at `low` and at `high` is
/// one half (-6 dB), as each of the two passes takes 3 dB. Sections are those of `scipy.signal.iirnotch` and of
/// `scipy.signal.butter(..., output="sos")`.
public struct IIRFilter: Hashable, Sendable {
  /// What was asked for.
  public let settings: FilterSettings
  /// Sampling rate the filter is made for [Hz].
  public let rate: Double
  /// In the order in which they are applied.
  public let sections: [SecondOrderSection]
  /// Samples by which a signal is continued beyond either end; never more than one less than the signal has.
  public let paddingLength: Int

  /// Highest order of a Butterworth filter.
  public static let highestOrder = 12

  /// Designs the filter.
  ///
  /// - Parameters:
  ///   - settings: Notches, or at least one of `low` and `high` with the IIR method, or both; `low` and `high` of the FIR
  ///     method are not looked at.
  ///   - rate: Sampling rate [Hz].
  /// - Throws: ``ERPError``, code `invalidFilter`, when a frequency is not a positive number below half the rate, `low`
  ///   is not below `high`, an order is not from 1 to 12, a phase is not zero, there is nothing to filter, or a band is
  ///   so narrow that its filter would not be stable.
  public init(_ settings: FilterSettings, rate: Double) throws {
    try FilterSettings.check(rate, "the sampling rate")
    var sections = try settings.notch.map { frequency in
      try Self.notch(frequency, quality: settings.notchQuality, rate: rate)
    }
    if case .iir(let order) = settings.method {
      guard settings.phase == .zero else {
        throw ERPError(
          code: .invalidFilter, message: "only FIR filters can have phase '\(settings.phase.rawValue)'; use phase zero")
      }
      try settings.checkBand(rate: rate)
      if settings.low != nil || settings.high != nil { sections += try Self.butterworth(order, settings, rate: rate) }
    }
    guard !sections.isEmpty else {
      throw ERPError(
        code: .invalidFilter,
        message: "a filter needs a lower or an upper cut-off or a notch; give at least one frequency")
    }
    guard sections.allSatisfy(\.isStable) else {
      throw ERPError(
        code: .invalidFilter,
        message: "a filter this narrow at \(rate) Hz would not be stable; raise the lower cut-off, lower the order, or "
          + "resample the recording to a lower rate first")
    }
    self.settings = settings
    self.rate = rate
    self.sections = sections
    switch settings.padding {
    case .brief:
      // A filter of first order leaves the last coefficient of its section unused.
      let unused = min(sections.count { $0.b2 == 0 }, sections.count { $0.a2 == 0 })
      paddingLength = 3 * (2 * sections.count + 1 - unused)
    case .ringing: paddingLength = sections.ringing
    }
  }

  /// Gain at a frequency, both passes together.
  ///
  /// - Parameter frequency: From 0 to half the sampling rate [Hz].
  public func gain(at frequency: Double) -> Double {
    let response = sections.response(at: 2 * frequency / rate)
    return (response * response.conjugate).real
  }

  private static func notch(_ frequency: Double, quality: Double, rate: Double) throws -> SecondOrderSection {
    try FilterSettings.check(frequency, "the frequency of a notch")
    guard frequency < rate / 2 else {
      throw ERPError(
        code: .invalidFilter,
        message: "a notch at \(frequency) Hz must be below \(rate / 2) Hz, half the sampling rate; leave it out")
    }
    guard quality.isFinite, quality > 0, frequency / quality < rate / 2 else {
      throw ERPError(
        code: .invalidFilter,
        message: "a quality of \(quality) makes no notch at \(frequency) Hz; it is the frequency divided by the width, "
          + "such as \(FilterSettings.defaultNotchQuality)")
    }
    return SecondOrderSection(notch: 2 * frequency / rate, quality: quality)
  }

  private static func butterworth(
    _ order: Int, _ settings: FilterSettings, rate: Double
  ) throws -> [SecondOrderSection] {
    guard (1...highestOrder).contains(order) else {
      throw ERPError(
        code: .invalidFilter,
        message: "a Butterworth filter has an order from 1 to \(highestOrder), not \(order); 4 is usual")
    }
    return ZeroPoleGain.butterworth(
      order: order, low: settings.low.map { $0 / (rate / 2) }, high: settings.high.map { $0 / (rate / 2) },
      stops: settings.band == .stop
    ).sections()
  }

  /// Samples of continuation at either end of a stretch.
  ///
  /// - Throws: ``ERPError``, code `signalTooShort`, when the stretch has no samples for it.
  func padding(of segment: Range<Int>) throws -> Int {
    switch settings.padding {
    case .ringing: return max(0, min(paddingLength, segment.count - 1))
    case .brief:
      guard segment.count > paddingLength else {
        throw ERPError(
          code: .signalTooShort,
          message:
            "a stretch without a gap has \(segment.count) samples (\(seconds(segment.count, rate)) s), but an IIR "
            + "filter of \(sections.count) sections needs more than \(paddingLength); leave the stretch out, lower the "
            + "order, or choose padding '\(FilterSettings.Padding.ringing.rawValue)', which takes any length")
      }
      return paddingLength
    }
  }
}

extension [SecondOrderSection] {
  /// Gain and phase at a frequency, once through the cascade.
  ///
  /// - Parameter frequency: In units of half the sampling rate.
  func response(at frequency: Double) -> ComplexNumber {
    let angle = -Double.pi * frequency
    let delay = ComplexNumber(cos(angle), sin(angle))
    let two = delay * delay
    return reduce(ComplexNumber(1)) { whole, section in
      whole * (ComplexNumber(section.b0) + section.b1 * delay + section.b2 * two)
        / (ComplexNumber(1) + section.a1 * delay + section.a2 * two)
    }
  }

  /// The delays of all sections, two each, after a constant input of 1; `scipy.signal.sosfilt_zi`.
  var steadyState: [Double] {
    var level = 1.0
    return flatMap { section in
      let (first, second) = section.steadyState
      defer { level *= section.constantGain }
      return [level * first, level * second]
    }
  }

  /// Samples until the impulse response has fallen to a thousandth of its largest value, at most 100,000.
  ///
  /// Looked for in pieces of 1000 samples, and where a piece has none left, counted as MNE-Python's
  /// `estimate_ringing_samples` counts.
  var ringing: Int {
    let (piece, mostPieces) = (1000, 100)
    var delays = [(Double, Double)](repeating: (0, 0), count: count)
    var threshold = 0.0
    var lastLoud = piece
    var values = [Double](repeating: 0, count: piece)
    for number in 0..<mostPieces {
      for place in 0..<piece {
        var value = number == 0 && place == 0 ? 1.0 : 0
        for (index, section) in enumerated() {
          let output = section.b0 * value + delays[index].0
          delays[index] = (
            section.b1 * value - section.a1 * output + delays[index].1, section.b2 * value - section.a2 * output
          )
          value = output
        }
        values[place] = abs(value)
      }
      threshold = Swift.max(threshold, 0.001 * (values.max() ?? 0))
      guard let last = values.lastIndex(where: { $0 > threshold }) else { return (number - 1) * piece + lastLoud }
      lastLoud = last
    }
    return piece * mostPieces
  }
}
