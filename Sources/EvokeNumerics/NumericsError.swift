/// A request that this module cannot meet.
public struct NumericsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of request failed.
  public struct Code: Hashable, Sendable {
    let name: String
    /// Limits, scales or a covariance do not describe a distribution.
    public static let invalidDistribution = Code(name: "invalidDistribution")
    /// Names of parameters are missing or repeated, or their number is not that of the distributions.
    public static let invalidParameters = Code(name: "invalidParameters")
    /// A low-discrepancy sequence has fewer dimensions than were asked for.
    public static let tooManyDimensions = Code(name: "tooManyDimensions")
    /// A matrix is not positive semidefinite, as every covariance is.
    public static let notPositive = Code(name: "notPositive")
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
