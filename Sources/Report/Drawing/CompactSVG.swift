import Foundation

/// Makes gnuplot's SVG half its size, and better to look at.
///
/// Lines become relative coordinates in tenths of a pixel (a thousandth of an inch), polygons and dots the shortest
/// elements that draw the same, and empty groups go. Areas lose the attribute that gives them ragged edges; images get
/// one that keeps their lines sharp. Texts stay as they are.
enum CompactSVG {
  static func compact(_ svg: Data) -> Data {
    let bytes = [UInt8](svg)
    var output: [String] = []
    // Dots of one style that came last.
    var dots: DotLayers?
    func finishDots() {
      for path in dots.take()?.paths ?? [] { output += [path, "\n"] }
    }
    var position = 0
    while position < bytes.count {
      let start = position
      if bytes[start] == UInt8(ascii: "<") {
        position = (bytes[start...].firstIndex(of: UInt8(ascii: ">")) ?? bytes.count - 1) + 1
        let tag = String(decoding: bytes[start..<position], as: UTF8.self)
        if let dot = dot(tag) {
          if dots?.style != dot.style {
            finishDots()
            dots = DotLayers(style: dot.style)
          }
          dots?.add(dot.place.x, dot.place.y)
          continue
        }
        finishDots()
        // The browser would show such a name when the pointer rests on a line.
        if tag == "</title>", output.count > 1, output[output.count - 2] == "<title>",
          output[output.count - 1].hasPrefix("gnuplot_plot_")
        {
          output.removeLast(2)
          continue
        }
        // Ticks without a number.
        if tag == "</text>", output.last == "<text>" {
          output.removeLast()
          continue
        }
        guard tag == "</g>" else {
          output.append(shortened(tag))
          continue
        }
        let gap = output.last.map(isBlank) == true ? 1 : 0
        if output.count > gap, output[output.count - 1 - gap].hasPrefix("<g") {
          output.removeLast(gap + 1)
        } else {
          output.append(tag)
        }
      } else {
        position = bytes[start...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        // Only blanks stand between dots.
        if isBlank(text), dots != nil { continue }
        if !isBlank(text) {
          output.append(text)
        } else if output.last.map(isBlank) != true {
          output.append("\n")
        }
      }
    }
    finishDots()
    return Data(output.joined().utf8)
  }

  private static func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }

  private static func shortened(_ tag: String) -> String {
    if tag.hasPrefix("<path "), let line = attribute("d", of: tag) {
      let colour = attribute("stroke", of: tag).map { " stroke='\(hexadecimal($0))'" } ?? ""
      let dash = attribute("stroke-dasharray", of: tag).map { " stroke-dasharray='\($0)'" } ?? ""
      // Paths of the symbols have an identifier and are left alone.
      guard attribute("id", of: tag) == nil else { return tag }
      return "<path\(colour)\(dash) d='\(relative(line))'/>"
    }
    if tag.hasPrefix("<polygon "), let points = attribute("points", of: tag) {
      let colour = attribute("fill", of: tag).map { " fill='\(hexadecimal($0))'" } ?? ""
      let opacity = attribute("fill-opacity", of: tag).map { " fill-opacity='\($0)'" } ?? ""
      let line = "M" + points.split(whereSeparator: \.isWhitespace).joined(separator: " L")
      return "<path\(colour)\(opacity) d='\(relative(line))z'/>"
    }
    if tag.hasPrefix("<g ") {
      return tag.replacing(" shape-rendering='crispEdges'", with: "")
        .replacing(#/fill="(rgb\([^)]*\))"/#) { "fill=\"\(hexadecimal(String($0.1)))\"" }
        .replacing(" stroke-linecap=\"butt\" stroke-linejoin=\"miter\"", with: " stroke-linejoin=\"round\"")
    }
    if tag.hasPrefix("<image ") {
      return tag.replacing(
        "preserveAspectRatio='none'", with: "preserveAspectRatio='none' style='image-rendering:pixelated'")
    }
    return tag
  }

  /// A filled dot: gnuplot's symbol 7.
  private static func dot(_ tag: String) -> (place: Point, style: DotLayers.Style)? {
    guard tag.hasPrefix("<use xlink:href='#gpPt6' "), let place = attribute("transform", of: tag),
      let colour = attribute("color", of: tag)
    else { return nil }
    let numbers = place.split { !"0123456789.-".contains($0) }.compactMap { Double($0) }
    guard numbers.count == 3 else { return nil }
    let opacity = attribute("opacity", of: tag).flatMap { Double($0) } ?? 1
    return (
      Point(numbers[0], numbers[1]),
      DotLayers.Style(colour: hexadecimal(colour), radius: numbers[2], opacity: opacity)
    )
  }

  /// The value of an attribute, with or without blanks at its sign.
  private static func attribute(_ name: String, of tag: String) -> String? {
    for sign in ["='", " = '"] {
      guard let start = tag.range(of: " " + name + sign) else { continue }
      let rest = tag[start.upperBound...]
      return rest.firstIndex(of: "'").map { String(rest[..<$0]) }
    }
    return nil
  }

  /// `rgb( 43, 128, 216)` as `#2b80d8`; other colours as they are.
  private static func hexadecimal(_ colour: String) -> String {
    guard colour.hasPrefix("rgb(") else { return colour }
    let parts = colour.dropFirst(4).dropLast().split(separator: ",").compactMap {
      UInt8($0.trimmingCharacters(in: .whitespaces))
    }
    guard parts.count == 3 else { return colour }
    return "#" + parts.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// `M1.00,2.00 L3.00,2.50` as `M1,2l2,.5`, without moves that draw nothing.
  private static func relative(_ line: String) -> String {
    var result = ""
    var pen = (x: 0, y: 0)
    var pendingMove: (x: Int, y: Int)?
    var isDrawing = false
    for token in line.split(whereSeparator: \.isWhitespace) {
      guard let letter = token.first else { continue }
      let numbers = token.dropFirst(letter.isLetter ? 1 : 0).split(separator: ",").compactMap { Double($0) }
      guard numbers.count == 2 else { continue }
      let place = (x: Int((numbers[0] * 10).rounded()), y: Int((numbers[1] * 10).rounded()))
      if letter == "M" {
        pendingMove = place
        isDrawing = false
        continue
      }
      if let start = pendingMove {
        result += "M" + SVGNumber.pair(start.x, start.y)
        pen = start
        pendingMove = nil
      } else if place == pen {
        continue
      }
      let (across, down) = (place.x - pen.x, place.y - pen.y)
      result += isDrawing ? (across < 0 ? "" : " ") : "l"
      result += SVGNumber.pair(across, down)
      pen = place
      isDrawing = true
    }
    return result
  }
}
