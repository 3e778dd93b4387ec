import EEGCore
import Foundation

/// Texts as header fields hold them: US-ASCII of a fixed length.
enum HeaderText {
  /// ASCII for a text: accents are dropped, micro signs become u, and what is left over a question mark.
  static func ascii(_ text: String) -> String {
    var result = ""
    for scalar in text.decomposedStringWithCompatibilityMapping.unicodeScalars {
      switch scalar {
      case "\u{3BC}", "\u{B5}": result += "u"
      case " "..."~": result.unicodeScalars.append(scalar)
      default:
        // Combining marks belong to the letter before them.
        if scalar.properties.generalCategory != .nonspacingMark { result += "?" }
      }
    }
    return result
  }

  /// A text filled up with blanks, or cut, to a field's length.
  static func field(_ text: String, _ length: Int) -> [UInt8] {
    let bytes = Array(text.utf8.prefix(length))
    return bytes + [UInt8](repeating: UInt8(ascii: " "), count: length - bytes.count)
  }
}

/// The two identification fields in the form that EDF+ prescribes.
///
/// Source: EDF+ specification 2.1.3.3 and 2.1.3.4: subfields between single blanks, `X` for what is unknown.
enum IdentificationFields {
  private static let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
  private static let length = 80

  /// The patient identification: as it is when it has the form, else unknown subfields with the text behind them.
  static func patient(_ text: String) -> String {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    let isWellFormed =
      words.count >= 4 && words.allSatisfy { !$0.isEmpty } && ["F", "M", "X"].contains(words[1])
      && (words[2] == "X" || date(words[2]) != nil)
    if isWellFormed, text.utf8.count <= length { return text }
    return text.trimmingBlanks().isEmpty ? "X X X X" : "X X X X " + collapsed(text)
  }

  /// The recording identification, its start date made that of the recording.
  static func recording(_ text: String, start: StartTime?) -> String {
    let startDate = start.map { day in
      String(format: "%02d-%@-%04d", day.day, months[day.month - 1], day.year)
    }
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    if words.count >= 5, words[0] == "Startdate", words.allSatisfy({ !$0.isEmpty }) {
      // An X stands for a date that was taken out on purpose.
      let day = words[1] == "X" ? "X" : startDate ?? "X"
      return (["Startdate", Substring(day)] + words[2...]).joined(separator: " ")
    }
    let rest = collapsed(text)
    return "Startdate \(startDate ?? "X") X X X" + (rest.isEmpty ? "" : " " + rest)
  }

  /// Single blanks between the words.
  private static func collapsed(_ text: String) -> String { text.split(separator: " ").joined(separator: " ") }

  private static func date(_ text: Substring) -> StartTime? {
    let parts = text.split(separator: "-")
    guard parts.count == 3, parts[0].count == 2, parts[2].count == 4, let day = Int(parts[0]),
      let month = months.firstIndex(of: String(parts[1])), let year = Int(parts[2])
    else { return nil }
    return StartTime(year: year, month: month + 1, day: day, hour: 0, minute: 0, second: 0)
  }
}
