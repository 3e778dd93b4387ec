import Foundation

/// Round numbers along an axis.
struct AxisTicks: Hashable, Sendable {
  /// The ticks, ascending, all inside the range.
  let values: [Double]

  /// Ticks at multiples of 1, 2 or 5 times a power of ten, about `count` of them.
  init(_ range: ClosedRange<Double>, count: Int) {
    let span = range.upperBound - range.lowerBound
    let raw = span / Double(count)
    let power = pow(10, floor(log10(raw)))
    let mantissa = raw / power
    let step = (mantissa < 1.5 ? 1 : mantissa < 3.5 ? 2 : mantissa < 7.5 ? 5 : 10) * power
    // An empty range, or one too narrow or too wide for float64, gets a tick at its beginning.
    guard step > 0, step.isFinite, abs(range.lowerBound / step) < 1e15, abs(range.upperBound / step) < 1e15 else {
      values = [range.lowerBound]
      return
    }
    let first = Int((range.lowerBound / step - 1e-9).rounded(.up))
    let last = Int((range.upperBound / step + 1e-9).rounded(.down))
    values = first <= last ? (first...last).map { Double($0) * step } : [range.lowerBound]
  }

  /// As gnuplot takes them.
  var list: String { values.map { number($0, decimals: 6) }.joined(separator: ", ") }
}
