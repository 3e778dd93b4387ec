/// Pass and stop frequencies of an FIR filter with the default transition bands filled in, checked.
struct FIREdges {
  /// A change of the gain.
  struct Step {
    /// Where it begins and ends [Hz].
    let from, to: Double
    /// True when the gain is 1 below and 0 above, false when it is the other way round.
    let isFalling: Bool
  }

  /// From the bottom of the spectrum upwards.
  let steps: [Step]
  /// Width of the narrowest transition band [Hz].
  let narrowest: Double

  /// - Throws: ``ERPError``, code `invalidFilter`.
  init(_ settings: FilterSettings, rate: Double) throws {
    try settings.checkBand(rate: rate)
    let nyquist = rate / 2
    let isStop = settings.band == .stop
    var steps: [Step] = []
    var widths: [Double] = []
    if let edge = settings.low {
      let width = settings.lowTransition ?? min(max(0.25 * edge, 2), edge)
      try FilterSettings.check(width, "the lower transition band")
      guard isStop || edge - width >= 0 else {
        throw ERPError(
          code: .invalidFilter,
          message: "a transition band of \(width) Hz below \(edge) Hz would reach below 0 Hz; "
            + "make it at most \(edge) Hz wide")
      }
      steps.append(
        isStop
          ? Step(from: edge, to: edge + width, isFalling: true) : Step(from: edge - width, to: edge, isFalling: false))
      widths.append(width)
    }
    if let edge = settings.high {
      let width = settings.highTransition ?? min(max(0.25 * edge, 2), nyquist - edge)
      try FilterSettings.check(width, "the upper transition band")
      // The default band ends at the Nyquist frequency up to rounding.
      guard isStop || edge + width <= nyquist * (1 + 1e-12) else {
        throw ERPError(
          code: .invalidFilter,
          message: "a transition band of \(width) Hz above \(edge) Hz would reach beyond \(nyquist) Hz, half the "
            + "sampling rate; make it at most \(nyquist - edge) Hz wide")
      }
      steps.append(
        isStop
          ? Step(from: edge - width, to: edge, isFalling: false)
          : Step(from: edge, to: min(edge + width, nyquist), isFalling: true))
      widths.append(width)
    }
    if isStop, steps[0].to > steps[1].from {
      throw ERPError(
        code: .invalidFilter,
        message:
          "transition bands of \(widths[0]) and \(widths[1]) Hz do not fit between the ends of the stopped band; "
          + "make them narrower, or use notches")
    }
    guard let narrowest = widths.min() else {
      throw ERPError(
        code: .invalidFilter, message: "a filter needs a lower or an upper cut-off; give at least one frequency")
    }
    self.steps = steps
    self.narrowest = narrowest
  }
}
