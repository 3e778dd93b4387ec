import Foundation

/// A file that appears under its name only when it is whole.
///
/// The content goes to a temporary file beside the target; ``commit()`` flushes it to the disk and renames it. A run
/// that is killed, or that throws before ``commit()``, leaves the old target or none.
public final class AtomicFile {
  /// Where the file will appear.
  public let path: String
  /// Where to write until then: the same folder, so that the rename is atomic.
  public let temporaryPath: String
  private var isOpen = true

  /// Reserves a temporary name beside `path`; creates nothing.
  ///
  /// - Throws: ``FileOutputError`` when the folder is missing or not writable, or when `path` is a folder.
  public init(path: String) throws {
    self.path = path
    let folder = Self.folder(of: path)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw FileOutputError(path: path, message: "the folder \(folder) does not exist; create it first")
    }
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw FileOutputError(path: path, message: "is a folder; give a file name")
    }
    guard access(folder, W_OK) == 0 else {
      throw FileOutputError(path: path, message: "the folder \(folder) is not writable")
    }
    temporaryPath = "\(path).tmp.\(getpid()).\(UInt32.random(in: 0...UInt32.max))"
  }

  /// Flushes the temporary file and gives it its name.
  ///
  /// - Parameter replacing: False to fail, however close the race, when there is a file of that name by now.
  /// - Throws: ``FileOutputError`` when the disk is full or the rename fails; the temporary file is then gone.
  public func commit(replacing: Bool = true) throws {
    guard isOpen else { return }
    isOpen = false
    do {
      if replacing {
        try Self.move(temporaryPath, to: path)
      } else {
        try Self.flush(temporaryPath, reportedAs: path)
        try moveWithoutReplacing()
      }
    } catch {
      unlink(temporaryPath)
      throw error
    }
  }

  /// A rename would replace; a second link to the same file never does.
  private func moveWithoutReplacing() throws {
    if link(temporaryPath, path) == 0 {
      unlink(temporaryPath)
    } else {
      // File systems without such links are left with a look beforehand.
      guard errno != EEXIST, access(path, F_OK) != 0, rename(temporaryPath, path) == 0 else {
        throw FileOutputError(path: path, message: "cannot be put into place: is there such a file by now?")
      }
    }
    try? Self.flush(Self.folder(of: path), reportedAs: path)
  }

  /// Flushes a file to the disk and gives it another name in the same folder, replacing a file of that name.
  ///
  /// - Throws: ``FileOutputError`` when the disk is full or the rename fails; the file then keeps its name.
  public static func move(_ source: String, to path: String) throws {
    try flush(source, reportedAs: path)
    guard rename(source, path) == 0 else { throw FileOutputError.system(path, "cannot be renamed into place") }
    // Makes the new name itself durable; a file system that cannot flush a folder is no reason to fail.
    try? flush(folder(of: path), reportedAs: path)
  }

  deinit {
    if isOpen { unlink(temporaryPath) }
  }

  /// Writes a whole file at once.
  ///
  /// - Throws: ``FileOutputError``.
  public static func write(_ content: Data, to path: String) throws {
    let file = try AtomicFile(path: path)
    do {
      try content.write(to: URL(fileURLWithPath: file.temporaryPath))
    } catch {
      throw FileOutputError(path: path, message: "cannot be written: \(error.localizedDescription)")
    }
    try file.commit()
  }

  private static func folder(of path: String) -> String {
    let folder = (path as NSString).deletingLastPathComponent
    return folder.isEmpty ? "." : folder
  }

  private static func flush(_ flushed: String, reportedAs path: String) throws {
    let descriptor = open(flushed, O_RDONLY)
    guard descriptor >= 0 else { throw FileOutputError.system(path, "cannot be opened to flush it") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileOutputError.system(path, "cannot be flushed to the disk") }
  }
}

/// A file that could not be written.
public struct FileOutputError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file that was asked for.
  public let path: String
  /// What went wrong and what to do.
  public let message: String

  /// An error with its explanation.
  public init(path: String, message: String) {
    self.path = path
    self.message = message
  }

  static func system(_ path: String, _ what: String) -> FileOutputError {
    FileOutputError(path: path, message: "\(what): \(String(cString: strerror(errno)))")
  }

  /// Path and message in one line.
  public var description: String { "\(path): \(message)" }
}
