import Foundation

/// Round numbers along an axis.
struct AxisTicks: Hashable, Sendable {
  /// The ticks, ascending, all inside the range.
  let values: [Double]
  /// What stands beside each of them; empty where nothing does.
  let texts: [String]
  /// Decimals that tell the ticks apart.
  private let decimals: Int

  /// Ticks at multiples of 1, 2 or 5 times a power of ten, about `count` of them.
  init(_ range: ClosedRange<Double>, count: Int) {
    let span = range.upperBound - range.lowerBound
    let raw = span / Double(count)
    let power = pow(10, floor(log10(raw)))
    let mantissa = raw / power
    let step = (mantissa < 1.5 ? 1 : mantissa < 3.5 ? 2 : mantissa < 7.5 ? 5 : 10) * power
    // An empty range, or one too narrow or too wide for float64, gets a tick at its beginning.
    guard step > 0, step.isFinite, abs(range.lowerBound / step) < 1e15, abs(range.upperBound / step) < 1e15 else {
      self.init([range.lowerBound])
      return
    }
    let first = Int((range.lowerBound / step - 1e-9).rounded(.up))
    let last = Int((range.upperBound / step + 1e-9).rounded(.down))
    self.init(first <= last ? (first...last).map { Double($0) * step } : [range.lowerBound], step: step)
  }

  /// The same ticks for an axis across that is `length` wide [units] and `width` wide [pixels]: where texts would meet,
  /// only every second one, or fewer, is left, that of zero among them.
  func thinned(length: Double, width: Double) -> AxisTicks {
    let anchor = values.firstIndex(of: 0) ?? 0
    for every in 1...max(1, values.count) {
      let kept = values.indices.filter { ($0 - anchor) % every == 0 }
      let hasRoom = zip(kept, kept.dropFirst()).allSatisfy { first, second in
        let room = (TextMeasure.width(texts[first], size: 11) + TextMeasure.width(texts[second], size: 11)) / 2 + 6
        return (values[second] - values[first]) / length * width >= room
      }
      if hasRoom { return AxisTicks(self, texts: values.indices.map { kept.contains($0) ? texts[$0] : "" }) }
    }
    return self
  }

  /// Ticks at whole numbers, about `count` of them; at least one of the range is whole.
  init(whole range: ClosedRange<Double>, count: Int) {
    self.init(AxisTicks(range, count: count).values.filter { abs($0 - $0.rounded()) < 1e-9 })
  }

  /// Ticks of an axis of common logarithms, with the numbers behind them as texts.
  ///
  /// Powers of ten, or further numbers between them where there are fewer than three; the range is of a factor 3 or
  /// more.
  init(logarithms range: ClosedRange<Double>, count: Int) {
    let digits: [[Double]] = [
      [1], [1, 3], [1, 2, 5], [1, 2, 3, 4, 6, 8], [1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9],
    ]
    let powers = Int(range.lowerBound.rounded(.down))...Int(range.upperBound.rounded(.down))
    let choices = digits.map { digits in
      powers.flatMap { power in digits.map { (value: log10($0) + Double(power), digit: $0, power: power) } }
        .filter { range.contains($0.value) }
    }
    var chosen = choices.first { $0.count >= 3 } ?? choices[choices.count - 1]
    let every = (chosen.count + max(1, count) - 1) / max(1, count)
    chosen = chosen.enumerated().filter { $0.offset % max(1, every) == 0 }.map(\.element)
    self.init(chosen.map(\.value), texts: chosen.map { Self.text($0.digit, timesTenTo: $0.power) })
  }

  private init(_ ticks: AxisTicks, texts: [String]) {
    (values, decimals, self.texts) = (ticks.values, ticks.decimals, texts)
  }

  private init(_ values: [Double], step: Double = 1, texts: [String]? = nil) {
    self.values = values
    decimals = max(6, 2 - Int(floor(log10(step))))
    self.texts =
      texts
      ?? values.map { value in
        // As many digits as tell neighbours apart, four at least.
        let needed = value == 0 ? 1 : Int(floor(log10(abs(value)))) - Int(floor(log10(step))) + 1
        return ColourScale.shown(value, digits: max(4, min(15, needed)))
      }
  }

  /// As gnuplot takes them.
  var list: String { values.map { number($0, decimals: decimals) }.joined(separator: ", ") }

  /// `0.002`, and far from one `2·10⁻⁵`.
  private static func text(_ digit: Double, timesTenTo power: Int) -> String {
    guard abs(power) > 3 else { return ColourScale.shown(digit * pow(10, Double(power))) }
    return (digit == 1 ? "" : ColourScale.shown(digit) + "·") + powerOfTen(power)
  }

  /// The power of ten that an axis counts in: none but for values from 100,000 up, or all below 0.01.
  static func commonPower(largest: Double) -> Int {
    largest >= 1e5 || largest < 1e-2 && largest > 0 ? max(-300, Int(floor(log10(largest)))) : 0
  }

  /// `10⁻³`.
  static func powerOfTen(_ power: Int) -> String {
    let raised: [Character: Character] = [
      "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
    ]
    return "10" + String(String(power).map { raised[$0] ?? $0 })
  }
}
