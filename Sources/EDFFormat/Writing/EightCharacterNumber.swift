import Foundation

/// Numbers as header fields hold them: at most eight characters, plain decimals with a point.
///
/// Exponents are left out: EDFlib refuses them.
enum EightCharacterNumber {
  /// The text of a value that eight characters hold exactly, or nil.
  static func exact(_ value: Double) -> String? {
    guard value.isFinite, abs(value) < 1e8 else { return nil }
    for decimals in 0...6 {
      let text = plain(value, decimals: decimals)
      if text.utf8.count <= 8, Double(text) == value { return text }
    }
    return nil
  }

  /// The largest number of eight characters that is not above a value, or the smallest that is not below.
  static func rounded(_ value: Double, up: Bool) -> String? {
    guard value.isFinite, abs(value) < 1e7 else { return nil }
    for decimals in stride(from: 6, through: 0, by: -1) {
      let scale = pow(10, Double(decimals))
      for step in [0.0, 1.0] {
        // One step further where the product rounded to the wrong side.
        let rounded = ((value * scale).rounded(up ? .up : .down) + (up ? step : -step)) / scale
        let text = plain(rounded, decimals: decimals)
        guard text.utf8.count <= 8, let written = Double(text) else { continue }
        if up ? written >= value : written <= value { return text }
      }
    }
    return nil
  }

  private static func plain(_ value: Double, decimals: Int) -> String {
    let text = String(format: "%.\(decimals)f", value)
    return Double(text) == 0 && text.hasPrefix("-") ? String(text.dropFirst()) : text
  }
}
