import Networks
import ParallelLoops

/// A tape for each thread, kept from stretch to stretch of work.
struct TapePool {
  private let tapes: [UncheckedTape]

  /// `@unchecked Sendable`: one piece of work, on one thread, uses a tape.
  private struct UncheckedTape: @unchecked Sendable { let tape: Tape }

  init(threads: Int) { tapes = (0..<max(1, threads)).map { _ in UncheckedTape(tape: Tape()) } }

  /// Runs pieces of work, those of a thread one behind the other on its tape.
  func forEachPiece(_ count: Int, _ body: @Sendable (_ piece: Int, _ tape: Tape) -> Void) {
    let tapes = tapes
    ParallelLoops.forEachPiece(min(tapes.count, count), threads: tapes.count) { thread in
      for piece in stride(from: thread, to: count, by: tapes.count) { body(piece, tapes[thread].tape) }
    }
  }
}
