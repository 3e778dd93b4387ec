import Foundation

/// Reads voltages as people write them.
public enum VoltageText {
  /// Volts behind every unit that is understood; both micro signs of Unicode, and a "u".
  private static let units: [(name: String, perVolt: Double)] = [
    ("uV", 1e6), ("\u{B5}V", 1e6), ("\u{3BC}V", 1e6), ("mV", 1e3), ("nV", 1e9), ("V", 1),
  ]

  /// The volts of a text: `150uV`, `-0.1 mV`, or a number of volts such as `150e-6`.
  ///
  /// - Throws: ``ERPError``, code `invalidSettings`, for a text that is no voltage, and for a number without a unit that
  ///   can only be meant in microvolts: a volt or more.
  public static func volts(_ text: String) throws(ERPError) -> Double {
    let text = text.trimmingCharacters(in: .whitespaces)
    if let unit = units.first(where: { text.hasSuffix($0.name) }) {
      if let value = number(text.dropLast(unit.name.count)) { return value / unit.perVolt }
    } else if let value = number(text[...]) {
      guard abs(value) < 1 else {
        throw ERPError(
          code: .invalidSettings, message: "'\(text)' would be that many volts; did you mean \(text)uV?")
      }
      return value
    }
    throw ERPError(
      code: .invalidSettings, message: "'\(text)' is no voltage; write volts, such as 150e-6, or a unit, such as 150uV")
  }

  /// Volts as a text that ``volts(_:)`` reads back to the same number: in microvolts, if that is exact.
  public static func text(_ volts: Double) -> String {
    let microvolts = (volts * 1e12).rounded() / 1e6
    guard microvolts / 1e6 == volts else { return "\(volts)V" }
    return (microvolts == microvolts.rounded() && abs(microvolts) < 1e15 ? "\(Int(microvolts))" : "\(microvolts)")
      + "uV"
  }

  private static func number(_ text: Substring) -> Double? {
    Double(text.trimmingCharacters(in: .whitespaces)).flatMap { $0.isFinite ? $0 : nil }
  }
}
