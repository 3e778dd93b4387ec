import HDF5

/// An archive that does not hold what it should, or content that an archive cannot hold.
public struct ArchiveError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of failure; new codes may join these.
  public struct Code: Hashable, Sendable {
    let name: String
    /// An HDF5 file that carries no `evoke_kind` and `evoke_version`.
    public static let notAnArchive = Code(name: "notAnArchive")
    /// An archive of another kind than the one that was asked for.
    public static let wrongKind = Code(name: "wrongKind")
    /// An archive of a newer version than this program knows.
    public static let newerVersion = Code(name: "newerVersion")
    /// A group, dataset or attribute that must be there is not.
    public static let missingObject = Code(name: "missingObject")
    /// A group, dataset or attribute of another type or shape than the layout says.
    public static let wrongLayout = Code(name: "wrongLayout")
    /// Values that contradict each other or mean nothing.
    public static let invalidValue = Code(name: "invalidValue")
    /// A file of a form that this program does not read.
    public static let unsupported = Code(name: "unsupported")
    /// Content that the layout cannot hold.
    public static let notStorable = Code(name: "notStorable")
    /// A file that lacks simulations, or an unfinished file that is in the way.
    public static let unfinished = Code(name: "unfinished")
    /// An unfinished file that another process, or another writer of this one, is writing.
    public static let inUse = Code(name: "inUse")
    /// Files of different jobs, or an unfinished file of another job than the one that would go on.
    public static let differentJob = Code(name: "differentJob")
    /// Simulations that are in none of the files of a job.
    public static let gap = Code(name: "gap")
    /// Simulations that are in several files of a job.
    public static let overlap = Code(name: "overlap")
    /// The system refused to write: mostly a full disk.
    public static let cannotWrite = Code(name: "cannotWrite")
  }

  /// What kind of failure.
  public let code: Code
  /// The file.
  public let path: String
  /// The object within the file, such as `/signals/0/samples` or `/signals/0/samples@gain`; empty for the file itself.
  public let object: String
  /// What was wrong and what to do.
  public let message: String

  init(_ code: Code, path: String, object: String = "", _ message: String) {
    self.code = code
    self.path = path
    self.object = object
    self.message = message
  }

  /// An error about an object of an open file.
  init(_ code: Code, _ object: some HDF5Object, attribute: String? = nil, _ message: String) {
    self.init(
      code, path: object.location.path, object: object.location.name + (attribute.map { "@" + $0 } ?? ""), message)
  }

  /// File, object and message.
  public var description: String { object.isEmpty ? "\(path): \(message)" : "\(path): \(object): \(message)" }
}

/// Runs a reader, and turns what HDF5 finds missing or of another type or shape into an ``ArchiveError``.
///
/// A file that cannot be opened, or whose bytes are damaged, stays an `HDF5Error`.
func describingLayout<Result>(_ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as HDF5Error {
    let code: ArchiveError.Code
    switch error.code {
    case .notFound: code = .missingObject
    case .wrongType, .wrongShape: code = .wrongLayout
    default: throw error
    }
    throw ArchiveError(code, path: error.path, object: error.object, error.message)
  }
}
