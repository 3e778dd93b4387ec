/// What the simple detectors measure in a row of volts.
enum RowMeasures {
  /// Smallest and largest value of a row that is not empty.
  static func extremes(_ row: Span<Double>) -> (low: Double, high: Double) {
    var low = SIMD4<Double>(repeating: row[0])
    var high = low
    var place = 0
    while place + 4 <= row.count {
      let group = SIMD4(
        row[unchecked: place], row[unchecked: place + 1], row[unchecked: place + 2], row[unchecked: place + 3])
      low.replace(with: group, where: group .< low)
      high.replace(with: group, where: group .> high)
      place += 4
    }
    var result = (low: low.min(), high: high.max())
    while place < row.count {
      result.low = min(result.low, row[unchecked: place])
      result.high = max(result.high, row[unchecked: place])
      place += 1
    }
    return result
  }

  /// Largest absolute difference of two neighbouring samples; 0 for a single one.
  static func largestDifference(_ row: Span<Double>) -> Double {
    var largest = SIMD4<Double>(repeating: 0)
    var place = 1
    while place + 4 <= row.count {
      let group = SIMD4(
        row[unchecked: place], row[unchecked: place + 1], row[unchecked: place + 2], row[unchecked: place + 3])
      let before = SIMD4(
        row[unchecked: place - 1], row[unchecked: place], row[unchecked: place + 1], row[unchecked: place + 2])
      let up = group - before
      largest.replace(with: up, where: up .> largest)
      largest.replace(with: -up, where: -up .> largest)
      place += 4
    }
    var result = largest.max()
    while place < row.count {
      result = max(result, abs(row[unchecked: place] - row[unchecked: place - 1]))
      place += 1
    }
    return result
  }

  /// Largest absolute difference of the means of two adjoining halves of a window that moves over a row.
  ///
  /// - Parameters:
  ///   - width: Samples of the window, two or more; of an odd number the first half gets one more, as in ERPLAB.
  ///   - step: Samples by which it moves.
  ///   - sums: Room for one value more than the row has.
  static func largestStep(
    _ row: Span<Double>, width: Int, step: Int, sums: UnsafeMutablePointer<Double>
  ) -> Double {
    precondition(width >= 2 && width <= row.count && step >= 1, "windows lie inside the row")
    // Sums from the start, without the first value, so that a large offset costs no digits.
    let offset = row[0]
    sums[0] = 0
    for place in 0..<row.count { sums[place + 1] = sums[place] + (row[unchecked: place] - offset) }
    let first = (width + 1) / 2
    let (perFirst, perSecond) = (1 / Double(first), 1 / Double(width - first))
    var largest = 0.0
    for start in stride(from: 0, through: row.count - width, by: step) {
      let middle = sums[start + first]
      let difference = (middle - sums[start]) * perFirst - (sums[start + width] - middle) * perSecond
      largest = max(largest, abs(difference))
    }
    return largest
  }
}
