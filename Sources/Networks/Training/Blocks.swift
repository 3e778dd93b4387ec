import ParallelLoops
import Synchronization

/// Values in pieces of a fixed size, so that sums over them do not depend on the number of threads.
struct Blocks {
  private static let size = 1 << 14
  private let places: Range<Int>

  init(_ places: Range<Int>) { self.places = places }
  init(count: Int) { self.init(0..<count) }

  private var pieces: Int { (places.count + Blocks.size - 1) / Blocks.size }
  private func range(_ piece: Int) -> Range<Int> {
    let first = places.lowerBound + piece * Blocks.size
    return first..<min(places.upperBound, first + Blocks.size)
  }

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
