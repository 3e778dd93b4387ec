import EEGCore
import InverseModels

extension PosteriorConfiguration: StoredSettings {
  /// What the key `model` says, which tells these settings from those of a network of `InverseModels`.
  public static let modelName = "snpe"

  package static let fixedKeys: Set<String> = ["model"]
  package static let laterSettings: [(path: [String], value: JSONDocument)] = [
    (["ensemble"], .integer(1)), (["embedding", "network", "whole_share"], .integer(0)),
  ]

  /// The configuration as JSON with sorted keys.
  public func json() throws -> String { try storedText() }

  /// The configuration that ``json()`` wrote.
  ///
  /// - Throws: ``PosteriorError``, code `invalidSetting`.
  public init(json: String) throws(PosteriorError) {
    do { try self.init(storedText: json) } catch {
      throw PosteriorError(code: .invalidSetting, message: error.message)
    }
    try check()
  }

  /// Replaces a setting by its name: a path with dots (`density.bins`), or the last part of one that is clear.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - value: JSON, or a text.
  /// - Throws: ``PosteriorError``, code `invalidSetting`, for an unknown or unclear name, and for a value of another
  ///   type.
  public mutating func set(_ name: String, to value: String) throws(PosteriorError) {
    do { try assign(value, to: name) } catch {
      throw PosteriorError(code: .invalidSetting, message: error.message)
    }
    try check()
  }
}
