import Foundation

/// The OKLab colour space, in which lightness and hue do not mix and equal distances look alike.
///
/// Source: Ottosson 2020, "A perceptual color space for image processing".
struct OKLab: Hashable, Sendable {
  /// 0 black to 1 white.
  var lightness: Double
  /// Green to red.
  var a: Double
  /// Blue to yellow.
  var b: Double

  /// `#rrggbb` in sRGB; what lies outside is clipped.
  var hexadecimal: String {
    let digits = linear.map { value in
      let clipped = max(0, min(1, value))
      let encoded = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * pow(clipped, 1 / 2.4) - 0.055
      let byte = String(Int((encoded * 255).rounded()), radix: 16)
      return byte.count == 1 ? "0" + byte : byte
    }
    return "#" + digits.joined()
  }

  /// True when sRGB has the colour.
  var isDisplayable: Bool { linear.allSatisfy { (-1e-4...1.0001).contains($0) } }

  private var linear: [Double] {
    func cubed(_ value: Double) -> Double { value * value * value }
    let long = cubed(lightness + 0.3963377774 * a + 0.2158037573 * b)
    let medium = cubed(lightness - 0.1055613458 * a - 0.0638541728 * b)
    let short = cubed(lightness - 0.0894841775 * a - 1.2914855480 * b)
    return [
      4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
      -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
      -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    ]
  }
}
