/// A posterior, its data or its settings that cannot be used as asked.
public struct PosteriorError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of request failed; new codes may join these.
  public struct Code: Hashable, Sendable {
    let name: String
    /// All parameters of the prior are fixed, so there is nothing to estimate.
    public static let nothingToEstimate = Code(name: "nothingToEstimate")
    /// A pair has parameters that the prior excludes.
    public static let outsidePrior = Code(name: "outsidePrior")
    /// Fewer usable pairs than are needed.
    public static let tooFewPairs = Code(name: "tooFewPairs")
    /// Parameters or data of another number or shape than the model has.
    public static let shapeDiffers = Code(name: "shapeDiffers")
    /// Data or parameters that are not finite, or are the same in all pairs.
    public static let notFinite = Code(name: "notFinite")
    /// Parameters are fixed at values that the posterior thinks next to impossible.
    public static let noDensity = Code(name: "noDensity")
    /// A setting that does not exist, or has a value that means nothing.
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
