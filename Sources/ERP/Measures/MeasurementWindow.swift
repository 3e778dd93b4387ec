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

  /// The name, or the ends in seconds when it has none: `P3`, `0.3:0.5`.
  public var label: String { name ?? "\(start):\(end)" }

  /// The samples that the window covers: those nearest to its ends, and all between.
  ///
  /// The styles differ for an end in the middle between two samples, such as 0.35 s at 250 Hz. MNE-Python takes the one
  /// with the even number, counted from the event (`mne.utils._time_mask`), ERPLAB the earlier one (`closest`).
  ///
  /// - Parameters:
  ///   - times: Seconds from the event, equally spaced.
  ///   - rate: Their rate [Hz].
  ///   - style: Which sample is nearest.
  /// - Throws: ``ERPError``, code `invalidWindow`, when the window reaches out of the epoch or its ends are no times in
  ///   order.
  public func samples(of times: [Double], rate: Double, style: MeasureStyle = .mne) throws -> ClosedRange<Int> {
    guard start.isFinite, end.isFinite, start <= end else {
      throw ERPError(
        code: .invalidWindow, message: "the window \(self) needs a start that is not after its end, both in seconds")
    }
    guard let origin = times.first, let first = Self.place(of: start, origin, rate, times.count, style),
      let last = Self.place(of: end, origin, rate, times.count, style)
    else {
      throw ERPError(
        code: .invalidWindow,
        message: "the window \(self) is not inside the epoch from \(times.first ?? .nan) s to \(times.last ?? .nan) s; "
          + "shorten it, or make longer epochs")
    }
    return first...last
  }

  /// The number of the sample nearest to a time, or nil outside the epoch.
  private static func place(of time: Double, _ origin: Double, _ rate: Double, _ count: Int, _ style: MeasureStyle)
    -> Int?
  {
    let place: Double
    switch style {
    // The sample number from the event, and how far the epoch begins before it.
    case .mne: place = ((time * rate).rounded(.toNearestOrEven) - origin * rate).rounded(.toNearestOrEven)
    // What is a half but for rounding counts as one.
    case .erplab: place = ((time - origin) * rate - 0.5 - 1e-6).rounded(.up)
    }
    guard place >= 0, place < Double(count) else { return nil }
    return Int(place)
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
  /// The samples of a window, both ends included; see ``MeasurementWindow/samples(of:rate:style:)``.
  ///
  /// - Throws: ``ERPError``, code `invalidWindow`.
  public func samples(in window: MeasurementWindow, style: MeasureStyle = .mne) throws -> ClosedRange<Int> {
    try window.samples(of: times, rate: rate, style: style)
  }
}

extension Epochs {
  /// The samples of a window, both ends included; see ``MeasurementWindow/samples(of:rate:style:)``.
  ///
  /// - Throws: ``ERPError``, code `invalidWindow`.
  public func samples(in window: MeasurementWindow, style: MeasureStyle = .mne) throws -> ClosedRange<Int> {
    try window.samples(of: times, rate: rate, style: style)
  }
}
