/// Lets several threads fill parts of one array that do not overlap.
///
/// `@unchecked Sendable`: the memory is written without a lock, which is sound because every caller writes places that
/// no other caller writes or reads at the same time, and the owner of the array waits for all of them.
struct DisjointWriter: @unchecked Sendable {
  private let memory: UnsafeMutableBufferPointer<Double>

  /// Writes into memory that must outlive the writer.
  init(_ memory: UnsafeMutableBufferPointer<Double>) { self.memory = memory }

  /// Copies values to the places from `start` on.
  func write(_ values: Span<Double>, at start: Int) {
    update(start..<(start + values.count)) { places in
      // Both spans have just been given the same length.
      for index in 0..<values.count { places[unchecked: index] = values[unchecked: index] }
    }
  }

  /// Hands out the places of a range, which nobody else may use meanwhile.
  func update<Result>(_ range: Range<Int>, _ body: (inout MutableSpan<Double>) throws -> Result) rethrows -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= memory.count, "places outside the array")
    var places = memory.extracting(range).mutableSpan
    return try body(&places)
  }
}
