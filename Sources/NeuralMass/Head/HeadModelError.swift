/// A head, a source or a selection of channels that allows no lead field.
public struct HeadModelError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of request failed.
  public struct Code: Hashable, Sendable {
    let name: String
    /// Radii do not grow from shell to shell, or a conductivity is not positive.
    public static let invalidShells = Code(name: "invalidShells")
    /// A dipole does not lie inside the innermost shell.
    public static let dipoleOutsideBrain = Code(name: "dipoleOutsideBrain")
    /// An electrode has no position, or one that gives no direction from the centre.
    public static let invalidElectrode = Code(name: "invalidElectrode")
    /// The lead field has no channel of that name.
    public static let unknownChannel = Code(name: "unknownChannel")
    /// Several channels answer to that name, or one was asked for twice.
    public static let ambiguousChannel = Code(name: "ambiguousChannel")
  }

  /// What kind of request failed.
  public let code: Code
  /// What was wrong and what to do, for people.
  public let message: String

  /// The message.
  public var description: String { message }
}
