/// A setting that is one of several names, such as `pulse` and `bump`.
///
/// Reading anything else fails with an error that says which names there are.
public protocol NamedChoice: RawRepresentable, CaseIterable, Codable where RawValue == String {}

extension NamedChoice {
  /// Reads a name.
  ///
  /// - Throws: `DecodingError`, case `dataCorrupted`, for what is none of the names.
  public init(from decoder: any Decoder) throws {
    let name = try? decoder.singleValueContainer().decode(String.self)
    guard let choice = name.flatMap(Self.init(rawValue:)) else {
      let names = Self.allCases.map(\.rawValue)
      let all = (names.count > 1 ? names.dropLast().joined(separator: ", ") + " or " : "") + (names.last ?? "")
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath, debugDescription: "give \(all)" + (name.map { ", not '\($0)'" } ?? "")))
    }
    self = choice
  }
}
