import Foundation

/// The axis of a parameter in figures of its posterior: in the parameter's unit times a power of ten.
struct ParameterAxis: Hashable, Sendable {
  /// The power of ten that the axis counts in.
  let power: Int
  /// From end to end.
  let limits: ClosedRange<Double>
  /// Where the prior has density; infinite ends where it does not end, or nobody said.
  let support: ClosedRange<Double>

  /// What multiplies values for this axis.
  var scale: Double { pow(10, -Double(power)) }

  /// An axis that holds what the draws need, and nothing beyond the support.
  ///
  /// That is the shortest interval with 99.5 % of the draws, unless it is over four times as wide as that with 90 %, as
  /// for heavy tails: then it is that with 95 % and a third of its width on both sides. Both end at the outermost draws.
  /// Marks are held, too, as long as the axis does not double for one.
  ///
  /// - Parameters:
  ///   - draws: Finite, at least one.
  ///   - support: Where the prior has density; nil where nobody said.
  ///   - marks: Values that are to be seen, such as the truth.
  init(_ draws: [Double], support: ClosedRange<Double>?, marks: [Double]) {
    power = AxisTicks.commonPower(largest: draws.reduce(0) { max($0, abs($1)) })
    let scale = pow(10, -Double(power))
    let sorted = draws.map { $0 * scale }.sorted()
    let (first, last) = (sorted[0], sorted[sorted.count - 1])
    let (narrow, wide) = (Self.shortest(0.9, of: sorted), Self.shortest(0.995, of: sorted))
    func width(_ range: ClosedRange<Double>) -> Double { range.upperBound - range.lowerBound }
    let hasTails = width(wide) > 4 * width(narrow)
    let held = hasTails ? Self.shortest(0.95, of: sorted) : wide
    let beyond = (hasTails ? 0.35 : 0.08) * width(held)
    var (lower, upper) = (max(first, held.lowerBound - beyond), min(last, held.upperBound + beyond))
    let reach = upper - lower
    for mark in marks.map({ $0 * scale }) where mark.isFinite && mark > lower - reach && mark < upper + reach {
      (lower, upper) = (min(lower, mark), max(upper, mark))
    }
    let span = upper - lower
    let margin = span > 0 ? 0.04 * span : (upper == 0 ? 1 : 0.1 * abs(upper))
    (lower, upper) = (lower - margin, upper + margin)
    let allowed = support.map { ($0.lowerBound * scale)...($0.upperBound * scale) } ?? -.infinity ... .infinity
    // Draws of another program may lie beyond the prior that stands beside them.
    let isHeld = allowed.lowerBound <= held.lowerBound && allowed.upperBound >= held.upperBound
    self.support = isHeld ? allowed : -.infinity ... .infinity
    let ends = (max(lower, self.support.lowerBound), min(upper, self.support.upperBound))
    limits = ends.0 < ends.1 ? ends.0...ends.1 : lower...upper
  }

  /// The shortest interval between two of the draws with at least a share of them.
  private static func shortest(_ share: Double, of sorted: [Double]) -> ClosedRange<Double> {
    let reach = min(sorted.count - 1, Int((share * Double(sorted.count)).rounded(.up)) - 1)
    var best = 0
    for start in 0..<(sorted.count - reach)
    where sorted[start + reach] - sorted[start] < sorted[best + reach] - sorted[best] { best = start }
    return sorted[best]...sorted[best + reach]
  }

  /// How far along the axis a value of it lies: 0 at its lower end, 1 at its upper one.
  func fraction(_ value: Double) -> Double {
    (value - limits.lowerBound) / (limits.upperBound - limits.lowerBound)
  }

  /// About one tick every `room` pixels of `length`, and two of them at least.
  func ticks(length: Double, room: Double) -> AxisTicks {
    let wanted = max(2, min(6, Int(length / room)))
    let choices = (wanted...wanted + 3).map { AxisTicks(limits, count: $0) }
    return choices.first { $0.values.count > 1 } ?? choices[0]
  }
}

/// Name and unit of a parameter, as they stand beside its axis.
struct ParameterLabel: Hashable, Sendable {
  let name: String
  let unit: String

  /// `(10⁻³ mV)`, or nothing for a pure number.
  func bracket(power: Int) -> String {
    let words = [power == 0 ? "" : AxisTicks.powerOfTen(power), unit].filter { !$0.isEmpty }.joined(separator: " ")
    return words.isEmpty ? "" : "(\(words))"
  }

  /// `A_e (10⁻³ mV)`, or name and bracket one below the other, cut where they have no room.
  func lines(power: Int, count: Int, room: Double, size: Double) -> [String] {
    let bracket = bracket(power: power)
    let lines = count == 1 ? [bracket.isEmpty ? name : "\(name) \(bracket)"] : [name, bracket]
    return lines.map { TextMeasure.fitted($0, room: room, size: size) }
  }

  /// True where all of it stands in one line.
  func fits(power: Int, room: Double, size: Double) -> Bool {
    lines(power: power, count: 1, room: .infinity, size: size).allSatisfy {
      TextMeasure.width($0, size: size) <= room
    }
  }
}
