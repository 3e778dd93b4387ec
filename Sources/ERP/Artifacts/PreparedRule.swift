import EEGCore

/// An ``ArtifactRule`` whose times are samples and whose channels are rows.
struct PreparedRule: Sendable {
  /// What a rule does with a row of an epoch.
  enum Method: Sendable {
    case peakToPeak
    case flat(MovingRange?)
    case absolute(lower: Double?)
    case movingPeakToPeak(MovingRange, step: Int)
    case step(width: Int, step: Int)
    case derivative
    case blink(BlinkTemplate)
  }

  let rule: ArtifactRule
  let method: Method
  /// Rows that are looked at.
  let rows: [Int]
  /// Samples of an epoch that are looked at.
  let samples: Range<Int>
  /// True when what it finds in a channel tells nothing of the others.
  let isChannelwise: Bool

  /// Lays out a rule.
  ///
  /// - Throws: ``ERPError``, codes `invalidSettings`, `unknownChannel` and `ambiguousChannel`.
  init(
    _ rule: ArtifactRule, channels: [Channel], examined: Int, times: [Double], rate: Double
  ) throws(ERPError) {
    func failure(_ reason: String) -> ERPError {
      ERPError(code: .invalidSettings, message: "artifact rule '\(rule)': \(reason)")
    }
    do { try rule.check() } catch { throw failure(error.message) }
    self.rule = rule
    if let wanted = rule.channels {
      let names = ChannelNames(channels.map(\.name))
      var places: Set<Int> = []
      for name in wanted { places.insert(try names.signal(named: name)) }
      rows = places.sorted()
    } else {
      rows = (0..<examined).filter { channels[$0].kind == .eeg }
    }
    isChannelwise = rule.channels == nil && rule.detector != .blink

    let first = rule.tmin.map { tmin in times.firstIndex { $0 >= tmin } } ?? 0
    let last = rule.tmax.map { tmax in times.lastIndex { $0 <= tmax } } ?? times.count - 1
    guard let first, let last, first <= last else {
      throw failure("no sample of the epoch lies in its time span; the epoch has \(times.count) at \(rate) Hz")
    }
    samples = first..<(last + 1)
    method = try Self.method(rule, count: samples.count, rate: rate, failure)
  }

  private static func method(
    _ rule: ArtifactRule, count: Int, rate: Double, _ failure: (String) -> ERPError
  ) throws(ERPError) -> Method {
    /// Whole samples in a time, as ERPLAB; a millionth of a sample is no difference.
    func whole(_ seconds: Double) -> Int { Int((min(seconds * rate, 1e9) + 1e-6).rounded(.down)) }
    func width(_ seconds: Double, atLeast least: Int) throws(ERPError) -> Int {
      let width = whole(seconds)
      guard width >= least else {
        throw failure("a window of \(seconds) s has \(width) samples at \(rate) Hz; it needs \(least)")
      }
      guard width <= count else {
        throw failure("a window of \(seconds) s is longer than what it moves over, \(Double(count) / rate) s")
      }
      return width
    }
    func step() throws(ERPError) -> Int {
      let seconds = rule.effectiveStep ?? 0
      // The default of a short window may be less than a sample.
      let step = rule.step == nil ? max(1, whole(seconds)) : whole(seconds)
      guard step >= 1 else { throw failure("a step of \(seconds) s is less than a sample at \(rate) Hz") }
      return step
    }
    let window = rule.effectiveWindow ?? 0
    switch rule.detector {
    case .peakToPeak: return .peakToPeak
    case .absolute: return .absolute(lower: rule.lowerLimit)
    case .derivative: return .derivative
    case .movingPeakToPeak:
      return .movingPeakToPeak(MovingRange(width: try width(window, atLeast: 2)), step: try step())
    case .step: return .step(width: try width(window, atLeast: 2), step: try step())
    case .flat:
      guard rule.window != nil else { return .flat(nil) }
      // A stretch that lasts so many sampling intervals has one sample more.
      let intervals = Int((min(window * rate, 1e9) - 1e-6).rounded(.up))
      guard intervals + 1 <= count else {
        throw failure("a flat stretch of \(window) s is longer than the epoch, \(Double(count - 1) / rate) s")
      }
      return .flat(MovingRange(width: intervals + 1))
    case .blink:
      let width = Int((window * rate).rounded())
      guard width >= 15 else {
        throw failure("a blink of \(window) s has \(width) samples at \(rate) Hz, too few for its shape; it needs 15")
      }
      guard width < count else {
        throw failure("a blink of \(window) s is not shorter than the epoch, \(Double(count) / rate) s")
      }
      return .blink(BlinkTemplate(width: width, length: count))
    }
  }
}
