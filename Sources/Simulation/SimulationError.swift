/// Settings that no simulation can follow, or noise that cannot be made.
public struct SimulationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of problem it is.
  public struct Code: Hashable, Sendable {
    private let name: String

    /// A setting that does not exist, or a value that it cannot take.
    public static let invalidSetting = Code(name: "invalidSetting")
    /// Channels, covariances or lead fields that do not fit together.
    public static let mismatch = Code(name: "mismatch")
    /// Too little data to learn a noise model from.
    public static let tooLittleData = Code(name: "tooLittleData")
  }

  /// What kind of problem it is.
  public let code: Code
  /// What is wrong and what to do.
  public let message: String

  /// An error of a kind with a message for people.
  public init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
