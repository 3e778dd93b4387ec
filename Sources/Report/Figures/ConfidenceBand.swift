import EEGCore
import Foundation

extension ConfidenceBand {
  /// What is drawn around an average: its own band, or plus and minus 1.96 standard errors; nil without either.
  ///
  /// The latter holds pointwise, for means of many epochs.
  init?(around evoked: Evoked) {
    if let band = evoked.confidence {
      self = band
      return
    }
    guard let error = evoked.standardError else { return nil }
    var (lower, upper) = (evoked.average, evoked.average)
    for index in error.values.indices {
      lower.values[index] -= 1.96 * error.values[index]
      upper.values[index] += 1.96 * error.values[index]
    }
    self.init(level: 0.95, lower: lower, upper: upper)
  }

  /// The confidence in words, such as `95 %`.
  var label: String {
    let percent = (level * 1000).rounded() / 10
    return (percent == percent.rounded() ? String(Int(percent)) : String(percent)) + " %"
  }

  func part(rows: [Int], columns: Range<Int>) -> ConfidenceBand {
    ConfidenceBand(
      level: level, lower: lower.part(rows: rows, columns: columns), upper: upper.part(rows: rows, columns: columns))
  }
}
