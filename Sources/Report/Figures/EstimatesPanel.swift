import Foundation

/// Estimates of one target against its truth.
struct EstimatesPanel: Hashable, Sendable {
  private let name: String
  private let unit: String
  private let score: EstimatesFigure.Score
  /// The power of ten that the axes count in.
  private let power: Int
  /// Truth and estimate of each simulation that is drawn, in units times that power.
  let points: [Point]
  /// Truth, lower and upper end of 90 % intervals.
  let intervals: [SIMD3<Double>]
  /// Both axes.
  let limits: ClosedRange<Double>

  static let pointColour = ConditionColours.colour(0)
  static let intervalColour = ConditionColours.colour(4)
  static let identityColour = Ink.axis
  private static let size = 12.0
  private static let scoreSize = 10.0

  /// Chooses what is drawn.
  ///
  /// The axes hold every point, and of intervals as much as lies within a quarter of that beyond it.
  ///
  /// - Throws: ``FigureError``, code `nothingToDraw`, without a pair of finite values.
  init(_ target: EstimatesFigure.Target, order: [Int], mostPoints: Int) throws {
    let known = order.filter { target.truth[$0].isFinite && target.estimates[$0].isFinite }
    let drawn = known.prefix(mostPoints)
    let largest = drawn.reduce(0) { max($0, abs(target.truth[$1]), abs(target.estimates[$1])) }
    let power = AxisTicks.commonPower(largest: largest)
    let scale = pow(10, -Double(power))
    let points = drawn.map { Point(target.truth[$0], target.estimates[$0]) * scale }
    guard let first = points.first else {
      throw FigureError(.nothingToDraw, "the estimates of \(target.name), or what is true of it, are not finite")
    }
    (name, unit, score) = (target.name, target.unit, target.score)
    (self.power, self.points) = (power, points)
    let lowest = points.reduce(first.min()) { min($0, $1.min()) }
    let highest = points.reduce(first.max()) { max($0, $1.max()) }
    // The middle 90 % of a normal distribution.
    let reach = 1.6448536269514722
    var intervals: [SIMD3<Double>] = []
    if let deviations = target.deviations {
      intervals = drawn.filter { deviations[$0].isFinite }.prefix(EstimatesFigure.mostIntervals).map { simulation in
        let (estimate, half) = (target.estimates[simulation], reach * deviations[simulation])
        return SIMD3(target.truth[simulation], estimate - half, estimate + half) * scale
      }
    }
    let beyond = 0.25 * (highest - lowest)
    let bottom = intervals.reduce(lowest) { min($0, max($1.y, lowest - beyond)) }
    let top = intervals.reduce(highest) { max($0, min($1.z, highest + beyond)) }
    let span = top - bottom
    let margin = span > 0 ? 0.04 * span : (top == 0 ? 1 : 0.1 * abs(top))
    let limits = (bottom - margin)...(top + margin)
    self.limits = limits
    self.intervals = intervals.map { SIMD3($0.x, max($0.y, limits.lowerBound), min($0.z, limits.upperBound)) }
  }

  private func ticks(side: Double) -> AxisTicks {
    AxisTicks(limits, count: max(3, min(6, Int(side / 42))))
  }

  /// Pixels that the numbers of an axis take.
  func widestNumber(side: Double) -> Double {
    ticks(side: side).texts.map { TextMeasure.width($0, size: 11) }.max() ?? 0
  }

  /// Draws axes, intervals, points, and the line of perfect estimates over all of them.
  func draw(on page: inout Page, number index: Int, in box: PixelBox, xLabel: String?, yLabel: String?) {
    let decimals = PanelAxes.decimals(limits)
    func row(_ values: Double...) -> String {
      values.map { number($0, decimals: decimals) }.joined(separator: " ") + "\n"
    }
    var elements: [String] = []
    if !intervals.isEmpty {
      let lines = intervals.map { row($0.x, $0.y) + row($0.x, $0.z) }.joined(separator: "\n")
      page.append("$intervals\(index) << EOD\n\(lines)EOD\n")
      elements.append("$intervals\(index) with lines linewidth 0.7 linecolor rgb '\(Self.intervalColour)' notitle")
    }
    page.append("$points\(index) << EOD\n\(points.map { row($0.x, $0.y) }.joined())EOD\n")
    elements.append(
      "$points\(index) with points pointtype 7 linewidth 0 pointsize \(number(radius(side: box.width) / 4)) linecolor rgb "
        + "'#\(transparency)\(Self.pointColour.dropFirst())' notitle")
    let ends = [limits.lowerBound, limits.upperBound].map { number($0, decimals: decimals) }
    page.append(
      "set arrow from \(ends[0]), \(ends[0]) to \(ends[1]), \(ends[1]) nohead front dashtype (4,3) linewidth 1 "
        + "linecolor rgb '\(Self.identityColour)'\n")
    var axes = PanelAxes(
      box: box, x: limits, y: limits, xLabel: xLabel, yLabels: yLabel.map { [$0] } ?? [], hasZeroLines: false)
    (axes.xTicks, axes.yTicks) = (ticks(side: box.width), ticks(side: box.width))
    page.panel(axes, plot: elements)
  }

  /// Few points are large, many small.
  private func radius(side: Double) -> Double {
    (points.count <= 100 ? 2.4 : points.count <= 500 ? 2 : 1.6) * max(0.85, min(1.6, (side / 300).squareRoot()))
  }

  /// Two digits in front of a colour: the more points, the more light they let through.
  private var transparency: String {
    let opacity = max(0.3, min(0.8, 12 / Double(points.count).squareRoot()))
    let digits = String(Int(((1 - opacity) * 255).rounded()), radix: 16)
    return (digits.count == 1 ? "0" : "") + digits
  }

  /// Name and unit, and below them the scores in as many digits as there is room for.
  func titles(over box: PixelBox, room: Double) -> [Shape] {
    let words = [power == 0 ? "" : AxisTicks.powerOfTen(power), unit].filter { !$0.isEmpty }.joined(separator: " ")
    let title = TextMeasure.fitted(name + (words.isEmpty ? "" : " (\(words))"), room: room, size: Self.size)
    func value(_ number: Double, _ decimals: Int) -> String {
      guard number.isFinite else { return "–" }
      let text = String(format: "%.\(decimals)f", abs(number))
      return number < 0 && text.contains { "123456789".contains($0) } ? "−" + text : text
    }
    func text(_ decimals: Int, hasInterval: Bool) -> String {
      let interval = [score.lower, score.upper].map { value($0, decimals) }.joined(separator: ", ")
      return "r \(value(score.correlation, decimals))\(hasInterval ? " [\(interval)]" : ""), "
        + "R² \(value(score.determination, decimals))"
    }
    let texts = [text(3, hasInterval: true), text(2, hasInterval: true), text(2, hasInterval: false)]
    let fitting = texts.first { TextMeasure.width($0, size: Self.scoreSize) <= room } ?? texts[2]
    return [
      .text(title, Point(box.centre.x, box.top - 30), size: Self.size, anchor: .center),
      .text(
        TextMeasure.fitted(fitting, room: room, size: Self.scoreSize), Point(box.centre.x, box.top - 13),
        size: Self.scoreSize, anchor: .center, colour: Ink.outline),
    ]
  }
}
