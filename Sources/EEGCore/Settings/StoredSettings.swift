import Foundation

/// A setting that does not exist, or has a value that means nothing.
package struct SettingError: Error, CustomStringConvertible {
  /// What was wrong and what to do, for people.
  package let message: String

  package var description: String { message }
}

/// Settings of a model as they are stored with it, and set by name.
package protocol StoredSettings: Codable {
  /// Keys that say which settings there are, and cannot be set.
  static var fixedKeys: Set<String> { get }
  /// Settings that came later, with what was done before them: files of then can still be read.
  static var laterSettings: [(path: [String], value: JSONDocument)] { get }
}

extension StoredSettings {
  package static var laterSettings: [(path: [String], value: JSONDocument)] { [] }

  /// The settings as JSON with sorted keys.
  package func storedText() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// The settings that ``storedText()`` wrote.
  package init(storedText text: String) throws(SettingError) {
    do {
      var tree = try JSONDocument(json: Data(text.utf8))
      for (path, value) in Self.laterSettings { tree.insert(value, at: path[...]) }
      self = try tree.decode(Self.self)
    } catch {
      let reason = (error as? DecodingError)?.settingMessage() ?? "\(error)"
      throw SettingError(
        message: "the configuration of the model cannot be read: \(reason); was it made by hand?")
    }
  }

  /// Replaces a setting by its name, see ``JSONDocument/assign(_:to:fixed:)``.
  package mutating func assign(_ value: String, to name: String) throws(SettingError) {
    do {
      var tree = try JSONDocument(of: self)
      try tree.assign(value, to: name, fixed: Self.fixedKeys)
      self = try tree.decode(Self.self)
    } catch let error as SettingError {
      throw error
    } catch {
      throw SettingError(message: (error as? DecodingError)?.settingMessage(of: name) ?? "\(error)")
    }
  }
}
