import CHDF5
import Glibc
import Synchronization

/// The one door to libhdf5.
enum HDF5Library {
  private static let lock = RecursiveLock()

  /// True once the library is initialised.
  private static let isOpen: Bool = {
    // Without this the library closes itself in an exit handler, while other threads may still be calling it.
    H5dont_atexit()
    guard H5open() >= 0 else { return false }
    GlobalHeap.registerDescriptors()
    return true
  }()

  /// Runs calls of libhdf5 with no other thread inside the library.
  ///
  /// A lock of our own is needed even with a thread-safe libhdf5, because the error stack and the objects that several
  /// calls share must not change between one call and the next; and Debian's library serialises its calls anyway.
  static func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
    lock.lock()
    defer { lock.unlock() }
    _ = isOpen
    // The library prints its error stack unless told not to; in a thread-safe build that is a setting of each thread.
    H5Eset_auto2(hid_t(H5E_DEFAULT), nil, nil)
    return try body()
  }

  /// The error stack that the last failed call of this thread left, outermost function first.
  static func errorStack() -> [HDF5Error.Frame] {
    var frames: [HDF5Error.Frame] = []
    withUnsafeMutablePointer(to: &frames) { pointer in
      _ = H5Ewalk2(
        hid_t(H5E_DEFAULT), H5E_WALK_DOWNWARD,
        { _, entry, context in
          guard let entry, let frames = context?.assumingMemoryBound(to: [HDF5Error.Frame].self) else { return 0 }
          frames.pointee.append(
            HDF5Error.Frame(
              function: entry.pointee.func_name.map { String(cString: $0) } ?? "",
              message: entry.pointee.desc.map { String(cString: $0) } ?? ""))
          return 0
        }, pointer)
    }
    return frames
  }
}

/// A lock that its owner may take again.
///
/// Re-entrant, because releasing the last reference to a group or dataset inside a locked section closes its
/// identifier, which takes the lock again; `Mutex` would stop the program there.
///
/// Unchecked, because it only wraps a pthread mutex, which is made for several threads and does not move.
private final class RecursiveLock: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  init() {
    var attributes = pthread_mutexattr_t()
    pthread_mutexattr_init(&attributes)
    pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_RECURSIVE))
    pthread_mutex_init(mutex, &attributes)
    pthread_mutexattr_destroy(&attributes)
  }

  func lock() { pthread_mutex_lock(mutex) }
  func unlock() { pthread_mutex_unlock(mutex) }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }
}

/// Owns one identifier of the library and closes it exactly once.
final class HDF5Identifier: Sendable {
  let id: hid_t
  private let closing: @Sendable @convention(c) (hid_t) -> herr_t
  private let isOpen = Atomic(true)
  /// The file's own identifier, kept so that the file outlives its objects: a deinitialiser runs before its stored
  /// properties are released, so this identifier is closed first.
  private let file: HDF5Identifier?

  init(
    _ id: hid_t, closing: @escaping @Sendable @convention(c) (hid_t) -> herr_t, within file: HDF5Identifier? = nil
  ) {
    self.id = id
    self.closing = closing
    self.file = file
  }

  /// Closes the identifier now; negative when the library reports a failure.
  func close() -> herr_t {
    guard isOpen.exchange(false, ordering: .acquiringAndReleasing) else { return 0 }
    return HDF5Library.locked { closing(id) }
  }

  deinit { _ = close() }
}
