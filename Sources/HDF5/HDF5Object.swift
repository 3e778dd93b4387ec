import AtomicFiles
import CHDF5
import Glibc
import Synchronization

/// A file, a group or a dataset: what may carry attributes.
public protocol HDF5Object: Sendable {
  /// Where the object is.
  var location: HDF5Location { get }
}

/// A file or a group: what holds groups and datasets.
public protocol HDF5Container: HDF5Object {}

/// An open object of an open file; copies refer to the same object and keep its file open.
public struct HDF5Location: Sendable {
  let identifier: HDF5Identifier
  let file: OpenFile
  /// The name within the file, from the root: `/signals/0`; `/` for the file itself.
  public let name: String

  /// The name of the file on disk.
  public var path: String { file.path }

  var id: hid_t { identifier.id }

  /// The full name of a link below.
  func fullName(_ relative: String) -> String {
    if relative.hasPrefix("/") { return relative }
    return name == "/" ? "/" + relative : name + "/" + relative
  }

  func error(_ code: HDF5Error.Code, at object: String? = nil, _ message: String) -> HDF5Error {
    HDF5Error(code: code, path: path, object: object ?? name, message: message)
  }

  /// Passes a successful result of the library on, and turns a negative one into an error with the library's stack.
  @discardableResult
  func check<Status: SignedInteger>(
    _ status: Status, _ code: HDF5Error.Code, at object: String? = nil,
    _ message: @autoclosure () -> String
  ) throws -> Status {
    guard status < 0 else { return status }
    throw HDF5Error(
      code: code, path: path, object: object ?? name, message: message(), frames: HDF5Library.errorStack())
  }
}

/// What all objects of one file share.
final class OpenFile: Sendable {
  let path: String
  let identifier: HDF5Identifier
  /// True for a file opened for reading, which does not change.
  let isReadOnly: Bool
  /// The temporary file of a file that is being written, until it is committed.
  private let output: Mutex<AtomicFile?>
  /// Bytes in front of the HDF5 content of a file that is being written; the library leaves them alone.
  private let userBlock: [UInt8]

  init(path: String, identifier: HDF5Identifier, output: sending AtomicFile? = nil, userBlock: [UInt8] = []) {
    self.path = path
    self.userBlock = userBlock
    self.identifier = identifier
    isReadOnly = output == nil
    self.output = Mutex(output)
  }

  /// Flushes, closes and renames; nothing for a file that is read.
  func commit(replacing: Bool) throws {
    try output.withLock { output in
      guard let target = output else { return }
      output = nil
      try HDF5Library.locked {
        guard H5Fflush(identifier.id, H5F_SCOPE_GLOBAL) >= 0, identifier.close() >= 0 else {
          throw HDF5Error(
            code: .cannotWrite, path: path, object: "", message: "cannot be finished; is the disk full?",
            frames: HDF5Library.errorStack())
        }
      }
      try writeUserBlock(to: target.temporaryPath)
      try target.commit(replacing: replacing)
    }
  }

  private func writeUserBlock(to temporaryPath: String) throws {
    guard !userBlock.isEmpty else { return }
    let descriptor = open(temporaryPath, O_WRONLY | O_CLOEXEC)
    defer { if descriptor >= 0 { close(descriptor) } }
    guard descriptor >= 0, pwrite(descriptor, userBlock, userBlock.count, 0) == userBlock.count else {
      throw HDF5Error(
        code: .cannotWrite, path: path, object: "",
        message: "the user block cannot be written: \(String(cString: strerror(errno)))")
    }
  }
}
