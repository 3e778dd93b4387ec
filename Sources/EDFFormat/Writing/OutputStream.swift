import Glibc

/// A file being written from front to back.
///
/// `@unchecked Sendable`: the writer hands it from thread to thread, and one of them uses it at a time.
final class OutputStream: @unchecked Sendable {
  private var descriptor: Int32
  private let path: String

  /// Creates the file, which must not exist.
  ///
  /// - Parameter path: The name that errors give.
  /// - Throws: ``EDFWritingError``, code `cannotWrite`.
  init(_ temporaryPath: String, reportedAs path: String) throws {
    self.path = path
    descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw EDFWritingError(.cannotWrite, path: path, "cannot be created: \(String(cString: strerror(errno)))")
    }
  }

  /// Appends bytes.
  ///
  /// - Throws: ``EDFWritingError``, code `cannotWrite`, when the disk is full.
  func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }

  /// Appends bytes.
  ///
  /// - Throws: ``EDFWritingError``, code `cannotWrite`, when the disk is full.
  func write(_ bytes: UnsafeRawBufferPointer) throws {
    var written = 0
    while written < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw EDFWritingError(.cannotWrite, path: path, "cannot be written: \(String(cString: strerror(errno)))")
      }
      written += count
    }
  }

  /// Closes the file; some file systems report a full disk only here.
  ///
  /// - Throws: ``EDFWritingError``, code `cannotWrite`.
  func close() throws {
    let status = Glibc.close(descriptor)
    descriptor = -1
    guard status == 0 else {
      throw EDFWritingError(.cannotWrite, path: path, "cannot be written: \(String(cString: strerror(errno)))")
    }
  }

  deinit {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
  }
}
