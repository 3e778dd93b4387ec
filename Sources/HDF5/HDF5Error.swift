/// A file or object that could not be read or written.
public struct HDF5Error: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of failure; new codes may join these.
  public struct Code: Hashable, Sendable {
    let name: String
    /// No file has that name.
    public static let fileNotFound = Code(name: "fileNotFound")
    /// The file is not HDF5, or the library cannot open it: damaged, newer than HDF5 1.10, or no permission.
    public static let cannotOpen = Code(name: "cannotOpen")
    /// The file could not be created or finished.
    public static let cannotWrite = Code(name: "cannotWrite")
    /// No group, dataset or attribute has that name.
    public static let notFound = Code(name: "notFound")
    /// A group, dataset or attribute of that name is there already.
    public static let alreadyExists = Code(name: "alreadyExists")
    /// The stored type cannot be read as the type that was asked for without loss.
    public static let wrongType = Code(name: "wrongType")
    /// The stored shape does not fit the request.
    public static let wrongShape = Code(name: "wrongShape")
    /// The file contradicts itself.
    public static let damaged = Code(name: "damaged")
    /// The values would not fit into memory.
    public static let tooLarge = Code(name: "tooLarge")
    /// A name or text that HDF5 cannot hold.
    public static let invalidText = Code(name: "invalidText")
    /// Any other failure of the library; the frames tell which.
    public static let library = Code(name: "library")
  }

  /// One level of the library's error stack.
  public struct Frame: Hashable, Sendable {
    /// The function of libhdf5 that reported it.
    public let function: String
    /// What it said.
    public let message: String
  }

  /// What kind of failure.
  public let code: Code
  /// The file.
  public let path: String
  /// The object within the file, such as `/signals/0/samples`, or `/signals/0@unit` for an attribute; empty for the
  /// file itself.
  public let object: String
  /// What was wrong and what to do.
  public let message: String
  /// The library's error stack, outermost call first; empty when this module found the fault itself.
  public let frames: [Frame]

  init(code: Code, path: String, object: String, message: String, frames: [Frame] = []) {
    self.code = code
    self.path = path
    self.object = object
    self.message = message
    self.frames = frames
  }

  /// File, object, message, and the innermost words of the library.
  public var description: String {
    let place = object.isEmpty ? path : "\(path): \(object)"
    guard let cause = frames.last else { return "\(place): \(message)" }
    // Some of the library's messages are several lines; an error is one.
    let words = cause.message.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return "\(place): \(message) (HDF5: \(words))"
  }
}
