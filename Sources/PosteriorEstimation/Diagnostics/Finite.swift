import ParallelLoops

/// Looks for values that are infinite or not numbers.
enum Finite {
  /// Refuses an array with such a value, and says where it is.
  ///
  /// - Parameters:
  ///   - shape: Of the array, as many axes as names.
  ///   - axes: What the axes are called.
  static func check(
    _ values: [Double], shape: [Int], axes: [String], of name: String, threads: Int = 1
  ) throws(DiagnosticError) {
    let pieceCount = 64
    let bad = values.withUnsafeBufferPointer { values in
      let shared = SharedMemory(UnsafeMutableBufferPointer(mutating: values))
      let count = values.count
      return mapPieces(pieceCount, threads: threads) { piece -> Int? in
        let range = piece * count / pieceCount..<(piece + 1) * count / pieceCount
        // x - x is 0 for all finite values, and a sum needs no branch.
        var sum = 0.0
        for value in shared.part(range) { sum += value - value }
        return sum == 0 ? nil : shared.part(range).firstIndex { !$0.isFinite }.map { range.lowerBound + $0 }
      }
    }.compactMap(\.self).first
    guard let bad else { return }
    var (rest, parts) = (bad, [String]())
    for (axis, size) in zip(axes, shape).reversed() {
      parts.insert("\(axis) \(rest % size)", at: 0)
      rest /= size
    }
    throw DiagnosticError(
      code: .notFinite,
      message: "the \(name) hold \(values[bad]) at \(parts.joined(separator: ", ")) (counted from 0); leave it out, or "
        + "look for what made it")
  }
}
