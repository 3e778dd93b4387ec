import EEGCore
import Foundation

/// Where an electrode lies on a head seen from above, and the colour of its line.
struct ChannelMark: Hashable, Sendable {
  /// To the right and to the front, where the equator of the head is the unit circle; nil without a position.
  let place: SIMD2<Double>?
  /// `#rrggbb`.
  let colour: String
}

/// Colours that tell where a channel lies: hue from front (blue) over the centre (magenta) to back (orange), lightness
/// from left (dark) to right (light).
///
/// Blue and orange are told apart with every common colour vision deficiency, and so are dark and light. Most
/// components differ from front to back, which therefore has the stronger cue.
enum ChannelColours {
  /// One mark a channel.
  ///
  /// Without any position the hue runs through the channels in order; a channel without a position
  /// among others is grey.
  static func marks(for channels: [Channel]) -> [ChannelMark] {
    let places = channels.map { $0.position.flatMap(project) }
    if places.allSatisfy({ $0 == nil }) {
      return channels.indices.map { index in
        let front = 1 - 2 * (Double(index) + 0.5) / Double(channels.count)
        return ChannelMark(place: nil, colour: colour(at: SIMD2(0, front)))
      }
    }
    return places.map { ChannelMark(place: $0, colour: $0.map(colour) ?? "#b0b0b0") }
  }

  /// Azimuthal equidistant projection: the distance from the vertex is the angle from it.
  static func project(_ position: Position) -> SIMD2<Double>? {
    let horizontal = (position.x * position.x + position.y * position.y).squareRoot()
    guard horizontal.isFinite, position.z.isFinite, horizontal > 0 || position.z != 0 else { return nil }
    guard horizontal > 0 else { return SIMD2(0, 0) }
    let radius = atan2(horizontal, position.z) / (Double.pi / 2)
    return SIMD2(position.x, position.y) * (radius / horizontal)
  }

  /// The colour of a place on the head, from the OKLab colour space, in which lightness and hue do not mix.
  static func colour(at place: SIMD2<Double>) -> String {
    let side = max(-1, min(1, place.x))
    let front = max(-1, min(1, place.y))
    let lightness = 0.58 + 0.13 * side
    // Blue lies at 255 degrees, magenta at 345 and orange at 75; the sine stretches the middle, where electrodes crowd.
    let hue = (345 - 90 * sin(front * Double.pi / 2)) * Double.pi / 180
    let (a, b) = (0.155 * cos(hue), 0.155 * sin(hue))
    return rgb(lightness: lightness, a: a, b: b)
  }

  /// The colour as `#rrggbb` in sRGB.
  ///
  /// Source: Ottosson 2020, "A perceptual color space for image processing".
  static func rgb(lightness: Double, a: Double, b: Double) -> String {
    func cubed(_ value: Double) -> Double { value * value * value }
    let long = cubed(lightness + 0.3963377774 * a + 0.2158037573 * b)
    let medium = cubed(lightness - 0.1055613458 * a - 0.0638541728 * b)
    let short = cubed(lightness - 0.0894841775 * a - 1.2914855480 * b)
    let linear = [
      4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
      -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
      -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    ]
    let hexadecimal = linear.map { value in
      let clipped = max(0, min(1, value))
      let encoded = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * pow(clipped, 1 / 2.4) - 0.055
      let byte = String(Int((encoded * 255).rounded()), radix: 16)
      return byte.count == 1 ? "0" + byte : byte
    }
    return "#" + hexadecimal.joined()
  }
}
