/// A model, its data or its settings that cannot be used as asked.
public struct InverseModelError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of request failed; new codes may join these.
  public struct Code: Hashable, Sendable {
    let name: String
    /// A setting that does not exist, or has a value that means nothing.
    public static let invalidSetting = Code(name: "invalidSetting")
    /// A target that the data do not have.
    public static let unknownTarget = Code(name: "unknownTarget")
    /// Data of another shape, other times or other channels than the model can take.
    public static let dataDiffer = Code(name: "dataDiffer")
    /// Fewer simulations than are needed.
    public static let tooFewSimulations = Code(name: "tooFewSimulations")
    /// Data or targets that are not finite.
    public static let notFinite = Code(name: "notFinite")
  }

  /// What kind of request failed.
  public let code: Code
  /// What was wrong and what to do, for people.
  public let message: String

  /// An error with its explanation.
  public init(code: Code, message: String) { (self.code, self.message) = (code, message) }

  /// The message.
  public var description: String { message }
}
