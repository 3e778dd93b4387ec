import Foundation

/// A symmetric scale of amplitudes in bands of one colour each; the middle band is white.
struct ColourScale: Hashable, Sendable {
  /// The last band ends here [µV].
  let limit: Double
  static let bandCount = 21

  /// A scale up to a limit in microvolts.
  init(limit: Double) { self.limit = limit }

  /// A scale with a round limit that holds all values [V], or those up to `limit` [V].
  init(volts values: some Sequence<Double>, limit: Double?) {
    let largest = values.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 } * 1e6
    self.limit = limit.map { $0 * 1e6 } ?? Self.roundedUp(largest)
  }

  /// Where one band ends and the next begins, ascending [µV].
  var boundaries: [Double] {
    (1..<Self.bandCount).map { limit * (2 * Double($0) / Double(Self.bandCount) - 1) }
  }

  /// The colours of the bands, from the most negative one.
  static let colours: [String] = (0..<bandCount).map {
    DivergingColours.colour(2 * Double($0) / Double(bandCount - 1) - 1).hexadecimal
  }

  /// The bar that explains the colours: within `box`, with numbers at its right and the unit above.
  func bar(in box: PixelBox, title: String = "µV") -> [Shape] {
    let step = box.height / Double(Self.bandCount)
    // Every band reaches down to the foot and is painted over by the next one, so that no gap shows between two.
    var shapes = Self.colours.enumerated().reversed().map { index, colour in
      let top = box.bottom - Double(index + 1) * step
      return Shape.rectangle(
        PixelBox(left: box.left, top: top, width: box.width, height: box.bottom - top), colour: colour)
    }
    shapes.append(.frame(box, colour: Ink.axis))
    shapes.append(.text(title, Point(box.left, box.top - 11), size: 10))
    for value in [-limit, -limit / 2, 0, limit / 2, limit] {
      let y = box.bottom - (value / limit + 1) / 2 * box.height
      shapes.append(.line([Point(box.right, y), Point(box.right + 3, y)], colour: Ink.axis, width: 0.8))
      if value == 0 || abs(value) == limit || box.height >= 90 {
        shapes.append(.text(Self.shown(value), Point(box.right + 6, y), size: 10))
      }
    }
    return shapes
  }

  /// A number for people, with a real minus sign.
  static func shown(_ value: Double) -> String { shown(value, digits: 4) }

  /// A number for people, with at most so many digits where it is not whole.
  static func shown(_ value: Double, digits: Int) -> String {
    let whole = value.rounded()
    // What is left of 0.1 + 0.2 - 0.3 is zero, a small number is not.
    let isWhole = whole == 0 ? abs(value) < 1e-12 : abs(value - whole) < 1e-9 * abs(value) && abs(value) < 1e15
    let text = isWhole ? String(Int(whole)) : String(format: "%.\(digits)g", value)
    return text.replacing("-", with: "−")
  }

  /// The next of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten; 1 for nothing.
  static func roundedUp(_ value: Double) -> Double {
    guard value > 1e-12, value.isFinite else { return 1 }
    let power = pow(10, floor(log10(value)))
    let mantissa = value / power
    let step = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8].first { mantissa <= $0 + 1e-9 } ?? 10
    return step * power
  }

  /// The largest of 1, 2, 5 times a power of ten that is not above the value; 1 for nothing.
  static func roundedDown(_ value: Double) -> Double {
    guard value > 1e-12, value.isFinite else { return 1 }
    let power = pow(10, floor(log10(value)))
    return (value / power >= 5 ? 5 : value / power >= 2 ? 2 : 1) * power
  }
}
