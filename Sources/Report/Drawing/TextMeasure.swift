/// How much room texts take in DejaVu Sans, the font of every figure.
enum TextMeasure {
  /// The width of a text in pixels.
  ///
  /// Exact for ASCII, whose widths are the font's own; an upper bound for most other characters.
  static func width(_ text: String, size: Double) -> Double {
    text.unicodeScalars.reduce(0) { $0 + width(of: $1) } * size / 1000
  }

  /// The text, or its two ends with an ellipsis between them where the whole is wider than `room` pixels.
  ///
  /// The middle goes, because names of one family differ at their ends.
  static func fitted(_ text: String, room: Double, size: Double) -> String {
    // A text of exactly the room fits, however the sums are rounded.
    let room = room + 0.01
    guard width(text, size: size) > room else { return text }
    let characters = Array(text)
    var kept = characters.count - 1
    while kept > 1 {
      let shortened = characters.prefix((kept + 1) / 2) + "…" + characters.suffix(kept / 2)
      if width(String(shortened), size: size) <= room { return String(shortened) }
      kept -= 1
    }
    return characters.prefix(1) + "…"
  }

  /// The text in up to `lines` lines of at most `room` pixels, broken at blanks where there are any; what does not
  /// fit is shortened.
  static func wrapped(_ text: String, room: Double, size: Double, lines: Int) -> [String] {
    var result: [String] = []
    var rest = text.split(separator: " ").map(String.init)
    while !rest.isEmpty, result.count < lines {
      if result.count == lines - 1 {
        result.append(fitted(rest.joined(separator: " "), room: room, size: size))
        break
      }
      var line = rest.removeFirst()
      while let next = rest.first, width(line + " " + next, size: size) <= room {
        line += " " + next
        rest.removeFirst()
      }
      result.append(fitted(line, room: room, size: size))
    }
    return result.isEmpty ? [""] : result
  }

  private static func width(of scalar: Unicode.Scalar) -> Double {
    switch scalar.value {
    case 32..<127: return Double(asciiWidths[Int(scalar.value) - 32])
    case 0x2000..<0x2100: return 838
    case ..<0x2000: return scalar.properties.generalCategory == .nonspacingMark ? 0 : 800
    default: return 1000
    }
  }

  /// Advance widths of U+0020 to U+007E in thousandths of the font size.
  ///
  /// Source: the table `hmtx` of DejaVuSans.ttf 2.37.
  private static let asciiWidths: [UInt16] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
    636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863,
    748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635,
    615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636,
    337, 636, 838,
  ]
}
