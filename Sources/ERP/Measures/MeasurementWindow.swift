import EEGCore

/// The stretch of an epoch in which something is measured, both ends included.
public struct MeasurementWindow: Codable, Hashable, Sendable {
  /// Such as "P3"; nil when it has none.
  public var name: String?
  /// Seconds from the event.
  public var start: Double
  /// Seconds from the event.
  public var end: Double

  /// A window; times in seconds.
  public init(name: String? = nil, start: Double, end: Double) {
    self.name = name
    self.start = start
    self.end = end
  }

  /// The samples that the window covers: those nearest to its ends, and all between.
  ///
  /// An end in the middle between two samples belongs to the one with the even number, counted from the event, as in
  /// MNE-Python (`mne.utils._time_mask`); ERPLAB takes the earlier one.
  ///
  /// - Parameters:
  ///   - times: Seconds from the event, equally spaced.
  ///   - rate: Their rate [Hz].
  /// - Throws: ``ERPError``, code `invalidWindow`, when the window reaches out of the epoch or its ends are no times in
  ///   order.
  public func samples(of times: [Double], rate: Double) throws -> ClosedRange<Int> {
    guard start.isFinite, end.isFinite, start <= end else {
      throw ERPError(
        code: .invalidWindow, message: "the window \(self) needs a start that is not after its end, both in seconds")
    }
    let halfSample = 0.5 / rate
    let lower = (start * rate).rounded(.toNearestOrEven) / rate - halfSample
    let upper = (end * rate).rounded(.toNearestOrEven) / rate + halfSample
    guard let firstTime = times.first, let lastTime = times.last, lower > firstTime - 1 / rate,
      upper < lastTime + 1 / rate, let first = times.firstIndex(where: { $0 >= lower }),
      let last = times.lastIndex(where: { $0 <= upper }), first <= last
    else {
      throw ERPError(
        code: .invalidWindow,
        message: "the window \(self) is not inside the epoch from \(times.first ?? .nan) s to \(times.last ?? .nan) s; "
          + "shorten it, or make longer epochs")
    }
    return first...last
  }
}

extension MeasurementWindow: CustomStringConvertible {
  /// Name and ends, such as "P3 (0.3 s to 0.5 s)".
  public var description: String {
    let ends = "\(start) s to \(end) s"
    return name.map { "\($0) (\(ends))" } ?? "from \(ends)"
  }
}

extension EvokedSet {
  /// The samples of a window, both ends included.
  ///
  /// - Throws: ``ERPError``, code `invalidWindow`.
  public func samples(in window: MeasurementWindow) throws -> ClosedRange<Int> {
    try window.samples(of: times, rate: rate)
  }
}

extension Epochs {
  /// The samples of a window, both ends included.
  ///
  /// - Throws: ``ERPError``, code `invalidWindow`.
  public func samples(in window: MeasurementWindow) throws -> ClosedRange<Int> {
    try window.samples(of: times, rate: rate)
  }
}
