import ParallelLoops
import Synchronization

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
