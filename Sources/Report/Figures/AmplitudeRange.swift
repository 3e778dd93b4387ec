import EEGCore

/// Limits of an amplitude axis [µV].
enum AmplitudeRange {
  /// From the smallest to the largest finite value [V], with a margin and zero inside; nil without one.
  ///
  /// From minus `limit` [V] to `limit` where one is given.
  static func microvolts(_ values: some Sequence<Double>, limit: Double?) -> ClosedRange<Double>? {
    var (lowest, highest, anyFinite) = (0.0, 0.0, false)
    for value in values where value.isFinite {
      anyFinite = true
      lowest = min(lowest, value)
      highest = max(highest, value)
    }
    guard anyFinite else { return nil }
    if let limit { return (-limit * 1e6)...(limit * 1e6) }
    let margin = max(0.06 * (highest - lowest), 1e-9)
    return ((lowest - margin) * 1e6)...((highest + margin) * 1e6)
  }
}

/// A number of epochs: whole without decimals, effective numbers of combinations with one.
func epochCount(_ value: Double) -> String {
  value == value.rounded() ? number(value, decimals: 0).replacing(".0", with: "") : number(value, decimals: 1)
}

/// A condition with its number of epochs, such as `target (n = 20)`, in at most `room` pixels; the name gives way.
func conditionTitle(_ condition: Evoked, room: Double = .infinity, size: Double = 12) -> String {
  let count = " (n = \(epochCount(condition.count)))"
  return TextMeasure.fitted(
    condition.name, room: room - TextMeasure.width(count, size: size), size: size) + count
}
