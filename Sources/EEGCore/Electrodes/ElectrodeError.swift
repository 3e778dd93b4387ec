/// Electrodes that cannot be used, or a montage that is not known.
public struct ElectrodeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of request failed.
  public struct Code: Hashable, Sendable {
    let name: String
    /// Too few electrodes have a usable position.
    public static let tooFewPositions = Code(name: "tooFewPositions")
    /// There is no standard montage of that name.
    public static let unknownMontage = Code(name: "unknownMontage")
  }

  /// What kind of request failed.
  public let code: Code
  /// What was wrong and what to do, for people.
  public let message: String

  /// The message.
  public var description: String { message }
}
