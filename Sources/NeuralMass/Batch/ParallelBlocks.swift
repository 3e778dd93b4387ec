import Dispatch
import Synchronization

/// Runs pieces of work on several threads; each takes the next piece when it is free.
func forEachBlock(_ count: Int, threads: Int, _ body: @Sendable (_ block: Int) -> Void) {
  let next = Atomic<Int>(0)
  DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
    while true {
      let block = next.add(1, ordering: .relaxed).oldValue
      guard block < count else { return }
      body(block)
    }
  }
}

/// Memory that several threads fill in parts of their own.
///
/// `@unchecked Sendable`: it is written without a lock, which is sound because no two threads get the same places, and
/// the owner of the memory waits for all of them.
struct SharedMemory<Value>: @unchecked Sendable {
  private let places: UnsafeMutableBufferPointer<Value>

  /// Wraps memory that must outlive this value.
  init(_ places: UnsafeMutableBufferPointer<Value>) { self.places = places }

  /// Some of the places, which nobody else may use meanwhile.
  func part(_ range: Range<Int>) -> UnsafeMutableBufferPointer<Value> { places.extracting(range) }
}
