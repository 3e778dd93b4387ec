/// Largest minus smallest value of every window of a row, in a time that does not depend on the window.
///
/// Minima over windows of 1, 2, 4, ... samples are made one from the other in place; two that overlap make up a window of
/// any length.
struct MovingRange: Sendable {
  /// Samples of a window.
  let width: Int
  /// Samples of the largest power of two in it.
  private let power: Int

  /// Of windows of so many samples, at least one.
  init(width: Int) {
    precondition(width >= 1, "a window holds a sample")
    self.width = width
    power = 1 << (Int.bitWidth - 1 - width.leadingZeroBitCount)
  }

  /// The range of the windows that begin at samples 0, `step`, 2 `step`, ..., reduced to one number.
  ///
  /// - Parameters:
  ///   - row: At least as long as the window.
  ///   - lows: Room for as many values as the row has.
  ///   - highs: The same.
  ///   - wantsLargest: The largest range if true, else the smallest.
  /// - Returns: The range, in the unit of the row.
  func extreme(
    of row: Span<Double>, step: Int, wantsLargest: Bool, lows: UnsafeMutablePointer<Double>,
    highs: UnsafeMutablePointer<Double>
  ) -> Double {
    precondition(row.count >= width && step >= 1, "windows lie inside the row")
    for place in 0..<row.count {
      lows[place] = row[unchecked: place]
      highs[place] = row[unchecked: place]
    }
    var covered = 1
    while covered < power {
      let count = row.count - 2 * covered + 1
      Self.spread(lows, by: covered, count: count) { $0.replace(with: $1, where: $1 .< $0) }
      Self.spread(highs, by: covered, count: count) { $0.replace(with: $1, where: $1 .> $0) }
      covered *= 2
    }
    var result = wantsLargest ? -Double.infinity : Double.infinity
    for start in stride(from: 0, through: row.count - width, by: step) {
      let other = start + width - power
      let range = max(highs[start], highs[other]) - min(lows[start], lows[other])
      result = wantsLargest ? max(result, range) : min(result, range)
    }
    return result
  }

  /// Joins every value with the one `distance` places on, in place, four at a time.
  @inline(__always)
  private static func spread(
    _ values: UnsafeMutablePointer<Double>, by distance: Int, count: Int,
    _ join: (inout SIMD4<Double>, SIMD4<Double>) -> Void
  ) {
    // Both groups are read before one is written, and later groups read no place that is written before them.
    var place = 0
    while place + 4 <= count {
      let raw = UnsafeMutableRawPointer(values + place)
      var group = raw.loadUnaligned(as: SIMD4<Double>.self)
      join(&group, (raw + distance * MemoryLayout<Double>.stride).loadUnaligned(as: SIMD4<Double>.self))
      raw.storeBytes(of: group, as: SIMD4<Double>.self)
      place += 4
    }
    while place < count {
      var one = SIMD4<Double>(repeating: values[place])
      join(&one, SIMD4(repeating: values[place + distance]))
      values[place] = one[0]
      place += 1
    }
  }
}
