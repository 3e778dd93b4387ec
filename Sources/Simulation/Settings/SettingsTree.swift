import EEGCore
import Foundation

/// Settings while they are put together: defaults, then what a file says, then single values by name.
struct SettingsTree {
  /// An object.
  private(set) var root: JSONDocument
  /// Objects that may have keys which the defaults lack.
  private static let open: Set<String> = ["parameters"]

  /// Begins with all settings there are.
  init(_ defaults: some Encodable) throws { root = try JSONDocument(of: defaults) }

  /// Puts the values of an object over those that are there.
  ///
  /// - Throws: ``SimulationError``, code `invalidSetting`, for keys that do not exist, by their path.
  mutating func merge(_ overlay: JSONDocument) throws {
    root = try Self.merged(root, overlay, path: [])
  }

  /// Sets one value, as `--set NAME=VALUE` does.
  ///
  /// - Parameters:
  ///   - name: A path with dots, or the last part of one as long as no other path of that length ends with it. Names of
  ///     parameters need no path.
  ///   - value: The new value.
  /// - Throws: ``SimulationError``, code `invalidSetting`, for a name that does not exist or is not clear.
  mutating func set(_ name: String, to value: JSONDocument) throws {
    let path: [String]
    if ParameterName(name) != nil {
      path = ["parameters", name]
    } else if name.hasPrefix("parameters.") {
      path = ["parameters", String(name.dropFirst("parameters.".count))]
    } else {
      let leaves = root.leafPaths
      let all = leaves.ending(in: name)
      // The shortest path that fits: `method` is the model's, not that of the observation's filter.
      let matches = all.filter { $0.count == all.map(\.count).min() }
      guard let match = matches.first else {
        throw Self.unknown(name, among: leaves.map { $0.joined(separator: ".") })
      }
      guard matches.count == 1 else {
        let names = matches.map { $0.joined(separator: ".") }.joined(separator: ", ")
        throw SimulationError(
          code: .invalidSetting, message: "the setting '\(name)' may be any of \(names); write it out")
      }
      path = match
    }
    try merge(path.reversed().reduce(value) { .object([$1: $0]) })
  }

  private static func merged(_ base: JSONDocument, _ overlay: JSONDocument, path: [String]) throws -> JSONDocument {
    guard case .object(var values) = base else { return overlay }
    guard case .object(let new) = overlay else {
      throw SimulationError(
        code: .invalidSetting,
        message: "\(path.isEmpty ? "the settings" : "'\(path.joined(separator: "."))'") must be a JSON object")
    }
    for (key, value) in new.sorted(by: { $0.key < $1.key }) {
      let inner = path + [key]
      if let old = values[key] {
        values[key] = try merged(old, value, path: inner)
      } else if open.contains(path.joined(separator: ".")) {
        values[key] = value
      } else {
        throw unknown(inner.joined(separator: "."), among: values.keys.sorted())
      }
    }
    return .object(values)
  }

  private static func unknown(_ name: String, among known: [String]) -> SimulationError {
    let near = SimilarNames(known.filter { !$0.hasPrefix("parameters.") }).near(name)
    let hint =
      near.isEmpty
      ? "--print-settings shows all, and parameters are A_e, A_i and so on"
      : "did you mean \(near.joined(separator: ", "))?"
    return SimulationError(code: .invalidSetting, message: "there is no setting '\(name)'; \(hint)")
  }
}

extension JSONDocument {
  /// What a text after `NAME=` means: JSON where it is JSON, nothing for `none`, else the text itself.
  init(typed text: String) {
    let trimmed = text.trimmingCharacters(in: .whitespaces)
    if trimmed == "none" {
      self = .null
    } else {
      self = (try? JSONDocument(json: Data(trimmed.utf8))) ?? .text(trimmed)
    }
  }
}
