/// A recording that cannot be written as EDF or BDF.
public struct EDFWritingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of failure it is.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The name of the code.
    public let description: String

    /// Something of the recording has no place in the format.
    public static let notRepresentable = Code(description: "notRepresentable")
    /// No duration of a data record fits all rates and lengths.
    public static let noRecordDuration = Code(description: "noRecordDuration")
    /// The disk is full, or the file cannot be written for another reason.
    public static let cannotWrite = Code(description: "cannotWrite")
    /// The file was read again and differs; it was deleted.
    public static let verificationFailed = Code(description: "verificationFailed")
  }

  /// What kind of failure it is.
  public let code: Code
  /// The file that was to be written.
  public let path: String
  /// What was wrong and what to do.
  public let message: String

  init(_ code: Code, path: String, _ message: String) {
    self.code = code
    self.path = path
    self.message = message
  }

  /// File and message in one line.
  public var description: String { "\(path): \(message)" }
}
