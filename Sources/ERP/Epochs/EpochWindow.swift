import Foundation

/// The samples of an epoch, counted from its event.
///
/// The rules are those of MNE-Python's `Epochs`: `round` is half to even, both ends are included, and decimation keeps
/// the event's own sample on its grid.
struct EpochWindow: Equatable {
  /// Number of the first sample, from the event.
  let first: Int
  /// Number of samples before decimation.
  let count: Int
  /// Places of the samples that decimation keeps, among the `count`.
  let kept: [Int]
  /// Seconds from the event of the kept samples.
  let times: [Double]
  /// Places whose mean is the baseline, before decimation; nil for no baseline.
  let baseline: Range<Int>?

  /// Lays out the samples.
  ///
  /// - Throws: ``ERPError``, codes `invalidSettings` and `invalidBaseline`.
  init(_ settings: EpochSettings, rate: Double) throws {
    let (tmin, tmax) = (settings.tmin, settings.tmax)
    guard tmin.isFinite, tmax.isFinite, tmin <= tmax else {
      throw ERPError(
        code: .invalidSettings,
        message: "an epoch from \(tmin) s to \(tmax) s is not possible; tmin must be a number and not above tmax")
    }
    guard max(abs(tmin), abs(tmax)) * rate < 1e9 else {
      throw ERPError(
        code: .invalidSettings, message: "an epoch from \(tmin) s to \(tmax) s is too long; times are in seconds")
    }
    let decimation = settings.decimation
    guard decimation >= 1 else {
      throw ERPError(
        code: .invalidSettings, message: "a decimation by \(decimation) is not possible; it must be 1 or more")
    }
    let first = Int((tmin * rate).rounded(.toNearestOrEven))
    let count = Int((tmax * rate).rounded(.toNearestOrEven)) - first + 1
    let rest = -first % decimation
    let kept = Array(stride(from: rest < 0 ? rest + decimation : rest, to: count, by: decimation))
    guard !kept.isEmpty else {
      throw ERPError(
        code: .invalidSettings,
        message: "a decimation by \(decimation) keeps no sample of an epoch of \(count); decimate less")
    }
    let rawTimes = (0..<count).map { Double(first + $0) / rate }
    let times = kept.map { rawTimes[$0] }
    self.first = first
    self.count = count
    self.kept = kept
    self.times = times
    baseline = try settings.baseline.map {
      try Self.places(of: $0, in: rawTimes, kept: times, keptRate: rate / Double(decimation))
    }
  }

  /// Places of a baseline's samples.
  ///
  /// An end that is left open is the first or last sample after decimation, as in MNE, where an open start then skips
  /// the samples before it; all samples between the ends count, whether decimation keeps them or not.
  private static func places(
    of interval: BaselineInterval, in rawTimes: [Double], kept: [Double], keptRate: Double
  ) throws -> Range<Int> {
    let (tmin, tmax, step) = (kept[0], kept[kept.count - 1], 1 / keptRate)
    let (start, end) = (interval.start ?? tmin, interval.end ?? tmax)
    func failure(_ reason: String) -> ERPError {
      ERPError(code: .invalidBaseline, message: "the baseline from \(start) s to \(end) s \(reason)")
    }
    guard start.isFinite, end.isFinite, start <= end else {
      throw failure("is not an interval; its start must be a number and not above its end")
    }
    guard start >= tmin - step, end <= tmax + step else {
      throw failure("reaches outside the epoch from \(tmin) s to \(tmax) s; shorten it or lengthen the epoch")
    }
    guard let first = rawTimes.firstIndex(where: { $0 >= start }), let last = rawTimes.lastIndex(where: { $0 <= end }),
      first <= last
    else { throw failure("holds no sample; lengthen it") }
    if interval.start == nil, interval.end == 0, tmin == 0 {
      throw failure("is only one sample, because the epoch begins at the event; start the epoch earlier, "
        + "switch the baseline off, or ask for 0 to 0")
    }
    return first..<(last + 1)
  }
}
