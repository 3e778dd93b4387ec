import EEGCore

/// Between which amplitudes the average of a condition lies, with a stated confidence.
public struct ConfidenceBand: Hashable, Sendable {
  /// Shape `[channel, time]`, volts.
  public var lower: Matrix
  /// Shape `[channel, time]`, volts.
  public var upper: Matrix
  /// The confidence in words, such as `95 %`.
  public var label: String

  /// A band of any origin, a bootstrap's for example; both matrices have the shape of the average.
  public init(lower: Matrix, upper: Matrix, label: String) {
    precondition(lower.rows == upper.rows && lower.columns == upper.columns, "both bounds of a band need one shape")
    self.lower = lower
    self.upper = upper
    self.label = label
  }

  /// The average plus and minus 1.96 standard errors, labelled `95 %`; nil without a standard error.
  ///
  /// Holds pointwise, for means of many epochs.
  public init?(_ evoked: Evoked) {
    guard let error = evoked.standardError else { return nil }
    var (lower, upper) = (evoked.average, evoked.average)
    for index in error.values.indices {
      lower.values[index] -= 1.96 * error.values[index]
      upper.values[index] += 1.96 * error.values[index]
    }
    self.init(lower: lower, upper: upper, label: "95 %")
  }

  func part(rows: [Int], columns: Range<Int>) -> ConfidenceBand {
    ConfidenceBand(
      lower: lower.part(rows: rows, columns: columns), upper: upper.part(rows: rows, columns: columns), label: label)
  }
}
