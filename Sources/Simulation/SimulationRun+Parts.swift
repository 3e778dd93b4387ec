import ERP
import Foundation
import ParallelLoops

extension SimulationRun {
  /// Simulations of one part: as many as a call of the kernel takes, fewer where they are so long that memory matters.
  var partSize: Int { max(1, min(32, (1 << 24) / (sampleCount * settings.model.regions))) }

  /// Makes simulations in parts on several threads.
  ///
  /// - Parameters:
  ///   - ranges: Which simulations.
  ///   - threads: Most threads at once.
  ///   - take: Gets every part, from any thread, in any order.
  /// - Throws: The first error of ``part(_:)`` or `take`; parts that have begun are still finished.
  public func forEachPart(
    of ranges: [Range<Int>], threads: Int = ProcessInfo.processInfo.activeProcessorCount,
    _ take: @Sendable (SimulatedPart) throws -> Void
  ) throws {
    try forEachPiece(of: ranges, threads: threads) { try take(part($0)) }
  }

  /// Makes simulations of given parameters in parts on several threads.
  ///
  /// - Parameters:
  ///   - numbers: Which, n of them.
  ///   - parameters: Shape `[n, d]`; see ``part(_:parameters:)``.
  ///   - threads: Most threads at once.
  ///   - take: Gets every part, from any thread, in any order.
  /// - Throws: The first error of ``part(_:parameters:)`` or `take`; parts that have begun are still finished.
  public func forEachPart(
    of numbers: Range<Int>, parameters: [Double], threads: Int = ProcessInfo.processInfo.activeProcessorCount,
    _ take: @Sendable (SimulatedPart) throws -> Void
  ) throws {
    let count = prior.count
    precondition(parameters.count == numbers.count * count, "a simulation has \(count) parameters")
    guard !numbers.isEmpty else { return }
    try forEachPiece(of: [numbers], threads: threads) { piece in
      let first = (piece.lowerBound - numbers.lowerBound) * count
      try take(part(piece, parameters: Array(parameters[first..<first + piece.count * count])))
    }
  }

  private func forEachPiece(
    of ranges: [Range<Int>], threads: Int, _ body: @Sendable (Range<Int>) throws -> Void
  ) throws {
    // Parts begin at multiples of their size, so that a resumed run makes the same ones.
    let parts = ranges.flatMap { range in
      let first = range.lowerBound / partSize
      return (first...((range.upperBound - 1) / partSize)).map { part in
        (part * partSize..<(part + 1) * partSize).clamped(to: range)
      }
    }
    try parallelFor(parts.count, threads: threads) {
    } body: { index, _ in
      try body(parts[index])
    }
  }
}
