/// A network, its parameters or a training run that cannot be used as asked.
public struct NetworkError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of request failed.
  public struct Code: Hashable, Sendable {
    let name: String
    /// Stored parameters lack one of the network's, or have another number of values than it.
    public static let parametersDiffer = Code(name: "parametersDiffer")
    /// A loss is infinite or not a number.
    public static let lossNotFinite = Code(name: "lossNotFinite")
    /// Settings contradict each other or the data.
    public static let invalidSettings = Code(name: "invalidSettings")
    /// A checkpoint belongs to another network or other settings.
    public static let checkpointDiffers = Code(name: "checkpointDiffers")
  }

  /// What kind of request failed.
  public let code: Code
  /// What was wrong and what to do, for people.
  public let message: String

  /// An error with its explanation.
  public init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
