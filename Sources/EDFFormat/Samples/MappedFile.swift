import Glibc
import Synchronization

/// A file mapped into memory for reading, usable from several threads.
///
/// `@unchecked Sendable`: the mapping is read-only and lives as long as the object; nothing else is mutable.
final class MappedFile: @unchecked Sendable {
  let path: String
  /// Length at the time of opening.
  let count: Int
  private let base: UnsafeRawPointer?
  private let descriptor: Int32
  /// Bytes that were read since the pages were last let go of.
  private let touched = Atomic<Int>(0)
  private static let touchedLimit = 64 << 20

  /// - Throws: ``EDFError``, code `cannotOpen`.
  init(path: String) throws {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw EDFError(.cannotOpen, path: path, "cannot be opened: \(String(cString: strerror(errno)))")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw EDFError(.cannotOpen, path: path, "is not a regular file; give the path of an EDF or BDF file")
    }
    count = Int(status.st_size)
    guard count > 0 else {
      base = nil
      return
    }
    guard let mapping = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0), mapping != MAP_FAILED else {
      let reason = String(cString: strerror(errno))
      close(descriptor)
      throw EDFError(.cannotOpen, path: path, "cannot be mapped into memory: \(reason)")
    }
    base = UnsafeRawPointer(mapping)
  }

  deinit {
    if let base { munmap(UnsafeMutableRawPointer(mutating: base), count) }
    close(descriptor)
  }

  /// Makes sure that a range of bytes may be touched.
  ///
  /// Touching a mapped page past the end of a file that has become shorter would stop the program, so the length is
  /// asked again before each read. (A file that shrinks during one read cannot be guarded against.)
  ///
  /// - Throws: ``EDFError``, codes `outOfRange` and `fileChanged`.
  func check(_ range: Range<Int>) throws {
    guard range.lowerBound >= 0, range.upperBound <= count else {
      throw EDFError(
        .outOfRange, path: path, byteOffset: range.lowerBound, "bytes \(range) asked of a file of \(count) bytes")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, Int(status.st_size) >= range.upperBound else {
      throw EDFError(
        .fileChanged, path: path, byteOffset: Int(status.st_size),
        "became shorter while it was read; another program is writing it")
    }
  }

  /// The bytes of a range that ``check(_:)`` has passed.
  func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    guard let base, !range.isEmpty else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "byte range outside the mapping")
    return UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
  }

  /// Copies bytes out.
  ///
  /// - Throws: ``EDFError``, codes `outOfRange` and `fileChanged`.
  func copy(_ range: Range<Int>) throws -> [UInt8] {
    try check(range)
    return Array(bytes(range))
  }

  /// Loads the pages of a range in one system call instead of one page fault after the other.
  func prefault(_ range: Range<Int>) { advise(range, MADV_POPULATE_READ_) }

  /// Lets go of the pages of a range, so that a large file does not count as this process's memory.
  ///
  /// The kernel's file cache keeps them; touching them again is cheap.
  func release(_ range: Range<Int>) { advise(range, Int32(MADV_DONTNEED)) }

  /// Notes that a range was read piece by piece, and lets go of all pages from time to time.
  ///
  /// Readers that go from block to block, signal by signal, would otherwise gather the whole file in this process's
  /// memory.
  func noteRead(_ range: Range<Int>) {
    let total = touched.add(range.count, ordering: .relaxed).newValue
    guard total > Self.touchedLimit else { return }
    touched.store(0, ordering: .relaxed)
    release(0..<count)
  }

  private func advise(_ range: Range<Int>, _ advice: Int32) {
    guard let base else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let first = range.lowerBound / page * page
    let end = min(count, (range.upperBound + page - 1) / page * page)
    guard end > first else { return }
    // Advice only: an old kernel that does not know it changes nothing.
    madvise(UnsafeMutableRawPointer(mutating: base + first), end - first, advice)
  }
}

/// `MADV_POPULATE_READ` of Linux 5.14, which the C library of Debian 12 has but Swift does not import.
private let MADV_POPULATE_READ_: Int32 = 22
