import Foundation
import Testing

@testable import EEGCore

@Suite("Settings that cannot be read")
struct SettingMessageTests {
  enum Shape: String, NamedChoice { case pulse, bump, long = "very-long" }
  enum Only: String, NamedChoice { case linear }

  struct Settings: Codable {
    var shape = Shape.pulse
    var only: Only? = .linear
    var inner = Inner()

    struct Inner: Codable {
      var count = 1
      var rate = 0.5
      var isOn = true
      var name = "a"
      var list = [1.0]
      var map = ["a": 1.0]
    }
  }

  /// The message of a file.
  private func message(_ json: String, changed name: String? = nil) throws -> String {
    let document = try JSONDocument(json: Data(json.utf8))
    let error = #expect(throws: DecodingError.self) { try document.decode(Settings.self) }
    return error?.settingMessage(of: name) ?? ""
  }

  private static func settings(_ key: String, _ value: String) -> String {
    var inner = ["count": "1", "rate": "0.5", "isOn": "true", "name": "\"a\"", "list": "[1]", "map": "{\"a\": 1}"]
    var outer = ["shape": "\"pulse\"", "only": "\"linear\""]
    if outer[key] != nil { outer[key] = value } else { inner[key] = value }
    func object(_ values: [String: String]) -> String {
      "{" + values.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ") + "}"
    }
    outer["inner"] = object(inner)
    return object(outer)
  }

  @Test(
    "The message has the path of the setting and what it may be",
    arguments: [
      ("shape", "\"square\"", "setting shape: give pulse, bump or very-long, not 'square'"),
      ("shape", "3", "setting shape: give pulse, bump or very-long"),
      ("shape", "null", "setting shape: give pulse, bump or very-long"),
      ("only", "\"cubic\"", "setting only: give linear, not 'cubic'"),
      ("count", "\"few\"", "setting inner.count: give a whole number"),
      ("rate", "true", "setting inner.rate: give a number"),
      ("isOn", "1", "setting inner.isOn: give true or false"), ("name", "[]", "setting inner.name: give a text"),
      ("list", "2", "setting inner.list: give a list"),
      ("list", "[1, \"b\"]", "setting inner.list.1: give a number"),
      ("map", "[1]", "setting inner.map: give an object"),
    ])
  func messages(key: String, value: String, expected: String) throws {
    #expect(try message(Self.settings(key, value)) == expected)
  }

  @Test("A number that does not fit is described with the name that was changed", arguments: ["1.5", "1e30"])
  func unfit(value: String) throws {
    #expect(
      try message(Self.settings("count", value), changed: "count")
        == "setting count: a number is not whole, or beyond what it can be")
  }

  @Test("Names are read and written as before", arguments: Shape.allCases)
  func roundTrip(shape: Shape) throws {
    let json = try JSONEncoder().encode([shape])
    #expect(String(decoding: json, as: UTF8.self) == "[\"\(shape.rawValue)\"]")
    #expect(try JSONDecoder().decode([Shape].self, from: json) == [shape])
  }
}
