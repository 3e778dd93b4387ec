import Foundation

/// Colours from blue (negative) over white (zero) to red (positive).
///
/// Equal differences look alike: the colours lie at equal distances along two curves in OKLab that are mirror images of
/// each other but for the hue. Blue and red are told apart with every common colour vision deficiency.
enum DivergingColours {
  /// The colour of a value from -1 to 1; values beyond have the last colour.
  static func colour(_ value: Double) -> OKLab {
    let strength = parameter(atLength: min(1, abs(value)))
    let hue = (value < 0 ? 258.0 : 28.0) * Double.pi / 180
    let (lightness, chroma) = curve(strength)
    return OKLab(lightness: lightness, a: chroma * cos(hue), b: chroma * sin(hue))
  }

  /// gnuplot's palette.
  static let palette: String = {
    let stops = (-16...16).map { "\($0) '\(colour(Double($0) / 16).hexadecimal)'" }
    return "set palette defined (" + stops.joined(separator: ", ") + ")"
  }()

  /// Lightness and chroma from white (0) to the darkest colour (1).
  private static func curve(_ t: Double) -> (lightness: Double, chroma: Double) {
    (1 - 0.6 * t, 0.14 * sin(0.62 * Double.pi * t))
  }

  private static let lengths: [Double] = {
    var sums = [0.0]
    for step in 1...1000 {
      let (before, after) = (curve(Double(step - 1) / 1000), curve(Double(step) / 1000))
      sums.append(sums[step - 1] + hypot(after.lightness - before.lightness, after.chroma - before.chroma))
    }
    return sums.map { $0 / sums[1000] }
  }()

  private static func parameter(atLength length: Double) -> Double {
    let upper = lengths.firstIndex { $0 >= length } ?? 1000
    guard upper > 0 else { return 0 }
    let fraction = (length - lengths[upper - 1]) / (lengths[upper] - lengths[upper - 1])
    return (Double(upper - 1) + fraction) / 1000
  }
}
