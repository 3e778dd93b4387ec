/// Samples that a diagnostic cannot judge.
public struct DiagnosticError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of request failed; new codes may join these.
  public struct Code: Hashable, Sendable {
    let name: String
    /// Numbers of samples, parameters or runs do not fit each other.
    public static let shapeDiffers = Code(name: "shapeDiffers")
    /// A value is infinite or not a number.
    public static let notFinite = Code(name: "notFinite")
    /// Fewer samples or runs than the diagnostic needs.
    public static let tooFewSamples = Code(name: "tooFewSamples")
    /// A parameter or dimension has the same value everywhere, so it has no scale.
    public static let noSpread = Code(name: "noSpread")
    /// A setting that means nothing.
    public static let invalidSetting = Code(name: "invalidSetting")
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
