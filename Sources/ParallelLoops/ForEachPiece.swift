import Dispatch
import Synchronization

/// Runs pieces of work that cannot fail on several threads; each takes the next piece when it is free.
package func forEachPiece(_ count: Int, threads: Int, _ body: @Sendable (_ piece: Int) -> Void) {
  guard threads > 1, count > 1 else {
    for piece in 0..<count { body(piece) }
    return
  }
  let next = Atomic<Int>(0)
  DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
    while true {
      let piece = next.add(1, ordering: .relaxed).oldValue
      guard piece < count else { return }
      body(piece)
    }
  }
}
