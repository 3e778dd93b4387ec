import ERP
import Foundation

/// Reads values of options that several verbs share; what is wrong becomes a usage error that names the option.
enum OptionText {
  /// Texts between commas.
  static func list(_ text: String) -> [String] {
    text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  /// Numbers between commas.
  static func numbers(_ text: String, option: String, example: String) throws -> [Double] {
    try list(text).map { part in
      guard let value = Double(part), value.isFinite else {
        throw usageError("\(option) \(text): '\(part)' is no number; write \(example)")
      }
      return value
    }
  }

  /// Numbers in several texts, each with commas or without.
  static func numbers(_ texts: [String], option: String, example: String) throws -> [Double] {
    try texts.flatMap { try numbers($0, option: option, example: example) }
  }

  /// `LOW:HIGH`, either side empty.
  static func interval(_ text: String, option: String, example: String) throws -> (Double?, Double?) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    guard parts.count == 2 else { throw usageError("\(option) \(text): write \(example)") }
    let values = try parts.map { part -> Double? in
      if part.isEmpty { return nil }
      guard let value = Double(part), value.isFinite else {
        throw usageError("\(option) \(text): '\(part)' is no number; write \(example)")
      }
      return value
    }
    return (values[0], values[1])
  }

  /// Positive volts: a number, or a number with the unit V, mV, uV or nV behind it.
  static func volts(_ text: String, option: String) throws -> Double {
    let value: Double
    do { value = try VoltageText.volts(text) } catch { throw usageError("\(option): \(error.message)") }
    guard value > 0 else { throw usageError("\(option) \(text): give volts above 0, such as 150e-6 or 150uV") }
    return value
  }

  /// Throws unless the name is one that archives have.
  static func requireArchive(_ path: String) throws {
    guard ["h5", "hdf5"].contains((path as NSString).pathExtension.lowercased()) else {
      throw usageError("\(path): archives end in .h5")
    }
  }

  /// `NAME=VALUE` of a `--set` or another option.
  static func assignment(
    _ text: String, example: String, option: String = "--set"
  ) throws -> (name: String, value: String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw usageError("\(option) \(text): write NAME=VALUE, such as \(example)") }
    return (parts[0].trimmingCharacters(in: .whitespaces), String(parts[1]))
  }
}
