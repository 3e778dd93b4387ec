import EEGCore
import Foundation

/// Where an electrode lies on a head seen from above, and the colour of its line.
struct ChannelMark: Hashable, Sendable {
  /// As ``HeadProjection`` has it; nil without a position.
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
    let places = HeadProjection.places(channels)
    if places.allSatisfy({ $0 == nil }) {
      return channels.indices.map { index in
        let front = 1 - 2 * (Double(index) + 0.5) / Double(channels.count)
        return ChannelMark(place: nil, colour: colour(at: SIMD2(0, front)))
      }
    }
    return places.map { ChannelMark(place: $0, colour: $0.map(colour) ?? "#b0b0b0") }
  }

  /// The colour of a place on the head, from the OKLab colour space, in which lightness and hue do not mix.
  static func colour(at place: SIMD2<Double>) -> String {
    let side = max(-1, min(1, place.x))
    let front = max(-1, min(1, place.y))
    let lightness = 0.58 + 0.13 * side
    // Blue lies at 255 degrees, magenta at 345 and orange at 75; the sine stretches the middle, where electrodes crowd.
    let hue = (345 - 90 * sin(front * Double.pi / 2)) * Double.pi / 180
    let (a, b) = (0.155 * cos(hue), 0.155 * sin(hue))
    return OKLab(lightness: lightness, a: a, b: b).hexadecimal
  }
}
