import CKernels

extension Tape {
  /// The mean over the rows of every sample.
  ///
  /// - Parameters:
  ///   - x: Shape `[sequences.rowCount, columns]`.
  ///   - sequences: Which rows belong together.
  ///   - keys: A constant for each row: 0 for rows that do not count, 1 for others. Every sample has one that counts.
  /// - Returns: Shape `[sequences.count, columns]`.
  public func mean(_ x: Node, over sequences: Sequences, keys: Node? = nil) -> Node {
    precondition(sequences.rowCount == x.rows, "\(sequences.rowCount) tokens are not \(x.rows) rows")
    precondition(keys == nil || keys?.count == x.rows, "there is one key a row")
    let y = matrix(rows: sequences.count, columns: x.columns, needsGradient: needsGradient(x))
    let shares = scratch(x.rows)
    for sample in 0..<sequences.count {
      let rows = sequences.rows(of: sample)
      var counted: Float = 0
      for row in rows { counted += keys?.values[row] == 0 ? 0 : 1 }
      for row in rows { shares[row] = keys?.values[row] == 0 ? 0 : 1 / counted }
    }
    y.values.update(repeating: 0, count: y.count)
    for sample in 0..<sequences.count {
      let rows = sequences.rows(of: sample)
      kernels.functions.column_sums(
        x.values + rows.lowerBound * x.columns, shares + rows.lowerBound, rows.count, x.columns,
        y.values + sample * x.columns)
    }
    guard needsGradient(y) else {
      release(shares, x.rows)
      return y
    }
    record(y) { [self] dy in
      if let dx = accumulatedGradient(of: x) {
        for sample in 0..<sequences.count {
          let rows = sequences.rows(of: sample)
          kernels.functions.add_row(
            dx + rows.lowerBound * x.columns, dy + sample * x.columns, shares + rows.lowerBound, rows.count, x.columns)
        }
      }
      release(shares, x.rows)
    }
    return y
  }
}
