import ParallelLoops

/// Makes one value for each piece on several threads, in order, without a lock.
func mapPieces<Value: Sendable>(_ count: Int, threads: Int, _ body: @Sendable (Int) -> Value) -> [Value] {
  Array(unsafeUninitializedCapacity: count) { places, initialized in
    let shared = SharedMemory(places)
    forEachPiece(count, threads: threads) { piece in
      if count > 0 { shared.start(of: piece..<piece + 1).initialize(to: body(piece)) }
    }
    initialized = count
  }
}
