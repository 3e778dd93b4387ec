import Glibc

/// A file that several threads write at known places, past any library, and that one process at a time may write.
final class RawFile: Sendable {
  private let path: String
  /// The name that messages give.
  private let reportedPath: String
  private let descriptor: Int32
  /// What to do when the system refuses to write, as the end of a message.
  private let advice: String

  /// Opens a file to write in it.
  ///
  /// - Throws: ``ArchiveError``, codes `cannotWrite`, and `inUse` when it is being written.
  init(_ path: String, reportedAs reportedPath: String, advice: String) throws {
    self.path = path
    self.reportedPath = reportedPath
    self.advice = advice
    descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.systemError(reportedPath, "cannot be opened", advice) }
    do { try lock() } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  /// A lock of the open file, not of the process: two writers of one process exclude each other too.
  ///
  /// Not `flock`, which libhdf5 takes to read, so that others may look into the file meanwhile.
  private func lock() throws {
    // F_OFD_SETLK of Linux 3.15, which Glibc shows to GNU sources alone.
    let setLock: Int32 = 37
    var whole = Glibc.flock()
    whole.l_type = Int16(F_WRLCK)
    whole.l_whence = Int16(SEEK_SET)
    guard fcntl(descriptor, setLock, &whole) == 0 else {
      if errno == EAGAIN || errno == EACCES {
        throw ArchiveError(.inUse, path: reportedPath, "is being written by another process; wait for it or end it")
      }
      throw Self.systemError(reportedPath, "cannot be locked", advice)
    }
    // Between opening and locking another process may have finished the file, which then has its final name.
    guard isInPlace else {
      throw ArchiveError(.inUse, path: reportedPath, "was renamed or deleted by another process just now")
    }
  }

  /// True while the name leads to this file.
  var isInPlace: Bool {
    var named = stat()
    var opened = stat()
    return stat(path, &named) == 0 && fstat(descriptor, &opened) == 0 && named.st_ino == opened.st_ino
      && named.st_dev == opened.st_dev
  }

  /// Writes all bytes at a place.
  ///
  /// - Throws: ``ArchiveError``, code `cannotWrite`.
  func write(_ bytes: UnsafeRawBufferPointer, at place: Int) throws {
    var written = 0
    while let base = bytes.baseAddress, written < bytes.count {
      let count = pwrite(descriptor, base + written, bytes.count - written, off_t(place + written))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Self.systemError(reportedPath, "cannot be written", advice) }
      written += count
    }
  }

  func write<Number: BitwiseCopyable>(_ values: [Number], at place: Int) throws {
    try values.withUnsafeBytes { try write($0, at: place) }
  }

  /// Reads bytes from a place.
  ///
  /// - Throws: ``ArchiveError``, code `cannotWrite`, when they are not there.
  func read(_ count: Int, at place: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count {
        let got = pread(
          descriptor, buffer.baseAddress.map { $0 + initialized }, count - initialized, off_t(place + initialized))
        if got < 0, errno == EINTR { continue }
        guard got > 0 else { throw Self.systemError(reportedPath, "cannot be read", advice) }
        initialized += got
      }
    }
  }

  private static func systemError(_ path: String, _ what: String, _ advice: String) -> ArchiveError {
    ArchiveError(.cannotWrite, path: path, "\(what): \(String(cString: strerror(errno))); \(advice)")
  }
}
