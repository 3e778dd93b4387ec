/// A file that cannot be read as EDF or BDF.
public struct EDFError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of failure it is.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The name of the code.
    public let description: String

    /// There is no such file, or it may not be opened.
    public static let cannotOpen = Code(description: "cannotOpen")
    /// The first bytes are neither EDF's nor BDF's.
    public static let notEDF = Code(description: "notEDF")
    /// The file ends inside its header.
    public static let truncatedHeader = Code(description: "truncatedHeader")
    /// A header field without which the samples cannot be found is unusable.
    public static let invalidHeader = Code(description: "invalidHeader")
    /// The file can be read, but strict reading was asked for and it breaks the standard.
    public static let notConformant = Code(description: "notConformant")
    /// The file became shorter after it was opened.
    public static let fileChanged = Code(description: "fileChanged")
    /// Samples outside the file were asked for.
    public static let outOfRange = Code(description: "outOfRange")
  }

  /// What kind of failure it is.
  public let code: Code
  /// The file.
  public let path: String
  /// Where in the file the trouble is, counted from 0; nil when it is not at one place.
  public let byteOffset: Int?
  /// What was wrong and what to do, for people.
  public let message: String

  init(_ code: Code, path: String, byteOffset: Int? = nil, _ message: String) {
    self.code = code
    self.path = path
    self.byteOffset = byteOffset
    self.message = message
  }

  /// File, message and place in one line.
  public var description: String {
    "\(path): \(message)" + (byteOffset.map { " (byte \($0))" } ?? "")
  }
}
