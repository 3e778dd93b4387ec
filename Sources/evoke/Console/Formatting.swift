import Foundation

/// Numbers for people.
enum Formatting {
  /// Up to four decimals, without trailing zeros: `160`, `486.1921`.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    var text = String(format: "%.4f", value)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text == "-0" ? "0" : text
  }

  /// Seconds, and from two minutes on hours, minutes and seconds as well.
  static func duration(_ seconds: Double) -> String {
    let text = "\(number(seconds)) s"
    guard seconds.isFinite, seconds >= 120, seconds < 1e9 else { return text }
    let whole = Int(seconds)
    let hours = whole / 3600
    let minutes = whole / 60 % 60
    return text + (hours > 0 ? " (\(hours) h \(minutes) min \(whole % 60) s)" : " (\(minutes) min \(whole % 60) s)")
  }

  /// A number of things: `1 deviation`, `2 deviations`.
  static func count(_ count: Int, _ thing: String) -> String { "\(count) \(thing)\(count == 1 ? "" : "s")" }

  /// Bytes in the largest decimal unit that leaves one digit before the point.
  static func bytes(_ bytes: Double) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB", "PB"]
    let place = bytes < 1000 ? 0 : min(units.count - 1, Int(log10(bytes) / 3))
    return "\(String(format: place == 0 ? "%.0f" : "%.1f", bytes / pow(1000, Double(place)))) \(units[place])"
  }

  /// Volts as microvolts with two decimals.
  static func microvolts(_ volts: Double) -> String { String(format: "%.2f uV", volts * 1e6) }

  /// Words in lines of at most `width` characters, each line indented.
  static func wrapped(_ words: [String], indent: String, width: Int = 100) -> [String] {
    var lines: [String] = []
    var line = indent
    for word in words {
      if line.count > indent.count, line.count + word.count + 1 > width {
        lines.append(line)
        line = indent
      }
      line += (line.count > indent.count ? " " : "") + word
    }
    if line.count > indent.count { lines.append(line) }
    return lines
  }

  /// How many times each text occurs, most frequent first, then alphabetical.
  static func counts(_ texts: some Sequence<String>) -> [(text: String, count: Int)] {
    Dictionary(texts.map { ($0, 1) }, uniquingKeysWith: +)
      .map { (text: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.text) < ($0.count, $1.text) }
  }

  /// A text of a file without control characters, which could steer a terminal.
  static func printable(_ text: String) -> String {
    String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : Character($0) })
  }
}
