import Dispatch
import Synchronization

/// Runs pieces of work on several threads; each takes the next piece when it is free.
func forEachPiece(_ count: Int, threads: Int, _ body: @Sendable (_ piece: Int) -> Void) {
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

/// Floats of which several threads use parts of their own.
///
/// `@unchecked Sendable`: it is used without a lock, which is sound because no two threads get the same places, and the
/// owner of the memory waits for all of them.
struct SharedFloats: @unchecked Sendable {
  private let places: UnsafeMutableBufferPointer<Float>

  /// Wraps memory that must outlive this value.
  init(_ places: UnsafeMutableBufferPointer<Float>) { self.places = places }

  /// The first of some places, which nobody else may use meanwhile.
  func start(of range: Range<Int>) -> UnsafeMutablePointer<Float> {
    guard let base = places.extracting(range).baseAddress else { preconditionFailure("a range has places") }
    return base
  }
}

/// Values in pieces of a fixed size, so that sums over them do not depend on the number of threads.
struct Blocks {
  private static let size = 1 << 14
  let count: Int

  private var pieces: Int { (count + Blocks.size - 1) / Blocks.size }
  private func range(_ piece: Int) -> Range<Int> { piece * Blocks.size..<min(count, (piece + 1) * Blocks.size) }

  func forEach(threads: Int, _ body: @Sendable (Range<Int>) -> Void) {
    forEachPiece(pieces, threads: threads) { body(range($0)) }
  }

  /// Results of all pieces, in order.
  func map(threads: Int, _ body: @Sendable (Range<Int>) -> Double) -> [Double] {
    let results = Mutex([Double](repeating: 0, count: pieces))
    forEachPiece(pieces, threads: threads) { piece in
      let result = body(range(piece))
      results.withLock { $0[piece] = result }
    }
    return results.withLock { $0 }
  }
}
