import Dispatch
import Synchronization

/// Runs independent pieces of work on several threads, each with a scratch value of its own.
///
/// Pieces are handed out in order, one at a time, to whichever thread is free. After an error no new pieces begin.
///
/// - Parameters:
///   - count: Number of pieces.
///   - threads: Most threads at once.
///   - makeScratch: Makes a thread's scratch value, such as a buffer.
///   - body: Does piece number `index`.
/// - Throws: The error of the failed piece with the smallest number.
package func parallelFor<Scratch>(
  _ count: Int, threads: Int, makeScratch: @Sendable () -> Scratch,
  body: @Sendable (_ index: Int, _ scratch: Scratch) throws -> Void
) throws {
  let next = Atomic<Int>(0)
  let failure = Mutex<(index: Int, error: any Error)?>(nil)
  DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
    let scratch = makeScratch()
    while failure.withLock({ $0 == nil }) {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      do {
        try body(index, scratch)
      } catch {
        failure.withLock { if index < ($0?.index ?? .max) { $0 = (index, error) } }
      }
    }
  }
  if let failure = failure.withLock({ $0 }) { throw failure.error }
}

/// Makes one value for each index on several threads.
///
/// - Returns: The values in order.
/// - Throws: The error of the failed piece with the smallest number.
package func parallelMap<Value: Sendable, Scratch>(
  _ count: Int, threads: Int, makeScratch: @Sendable () -> Scratch,
  _ value: @Sendable (_ index: Int, _ scratch: Scratch) throws -> Value
) throws -> [Value] {
  let results = Mutex([Value?](repeating: nil, count: count))
  try parallelFor(count, threads: threads, makeScratch: makeScratch) { index, scratch in
    let result = try value(index, scratch)
    results.withLock { $0[index] = result }
  }
  return results.withLock { $0.compactMap(\.self) }
}

/// Makes one value for each index on several threads, which need no scratch value.
package func parallelMap<Value: Sendable>(
  _ count: Int, threads: Int, _ value: @Sendable (_ index: Int) throws -> Value
) throws -> [Value] {
  try parallelMap(count, threads: threads, makeScratch: {}) { index, _ in try value(index) }
}
