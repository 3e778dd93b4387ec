import Foundation

/// Dots of one colour and size as few paths of an SVG.
///
/// A path is painted once wherever it covers itself, and a dot of light paint over another one gives a darker place. So
/// dots that overlap go into different paths, which look as the dots alone do, in a fifth of the bytes.
struct DotLayers {
  /// What dots of a path have in common.
  struct Style: Hashable {
    let colour: String
    let radius: Double
    let opacity: Double
  }

  let style: Style
  /// Places in tenths of a pixel.
  private var layers: [[(x: Int, y: Int)]] = []
  /// Dots of each layer by cells as wide as a dot.
  private var cells: [[SIMD2<Int>: [(x: Int, y: Int)]]] = []
  private let diameter: Int
  private let mostLayers: Int

  init(style: Style) {
    self.style = style
    diameter = max(1, Int((20 * style.radius).rounded(.up)))
    // So many dots over each other that another one changes no colour by half a step of 256.
    mostLayers = style.opacity >= 1 ? 1 : max(1, Int((log(512) / -log(1 - max(0.01, style.opacity))).rounded(.up)))
  }

  /// Adds a dot at a place in pixels.
  mutating func add(_ x: Double, _ y: Double) {
    let dot = (x: Int((x * 10).rounded()), y: Int((y * 10).rounded()))
    let cell = SIMD2(dot.x / diameter, dot.y / diameter)
    let free = layers.indices.first { layer in
      layer == mostLayers - 1
        || !(-1...1).contains { across in
          (-1...1).contains { down in
            cells[layer][cell &+ SIMD2(across, down)]?.contains { other in
              let (a, b) = (other.x - dot.x, other.y - dot.y)
              return a * a + b * b < diameter * diameter
            } ?? false
          }
        }
    }
    if free == nil {
      layers.append([])
      cells.append([:])
    }
    let layer = free ?? layers.count - 1
    layers[layer].append(dot)
    cells[layer][cell, default: []].append(dot)
  }

  /// The paths: lines without a length and with round ends.
  var paths: [String] {
    let opacity = style.opacity < 1 ? " stroke-opacity='\(style.opacity)'" : ""
    let width = number(2 * style.radius, decimals: 2)
    return layers.map { dots in
      // From left to right steps are short.
      var pen = (x: 0, y: 0)
      let line = dots.sorted { ($0.x, $0.y) < ($1.x, $1.y) }.map { dot in
        defer { pen = dot }
        return "m" + SVGNumber.pair(dot.x - pen.x, dot.y - pen.y) + "h0"
      }.joined()
      return "<path stroke='\(style.colour)'\(opacity) stroke-width='\(width)' stroke-linecap='round' d='\(line)'/>"
    }
  }
}

/// Numbers of an SVG in tenths of a pixel.
enum SVGNumber {
  /// Tenths without what a reader does not need: `0.5` as `.5`, `3.0` as `3`.
  static func short(_ tenths: Int) -> String {
    let (whole, rest) = (abs(tenths) / 10, abs(tenths) % 10)
    let digits = rest == 0 ? "\(whole)" : (whole == 0 ? "" : "\(whole)") + ".\(rest)"
    return (tenths < 0 ? "-" : "") + digits
  }

  /// Two of them, with a comma where no sign parts them.
  static func pair(_ x: Int, _ y: Int) -> String { short(x) + (y < 0 ? "" : ",") + short(y) }
}
