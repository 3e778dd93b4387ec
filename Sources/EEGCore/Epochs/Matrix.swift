/// A dense table of float64, row after row; here mostly `[channel, time]`.
public struct Matrix: Hashable, Sendable {
  /// Number of rows.
  public let rows: Int
  /// Number of columns.
  public let columns: Int
  /// All values, shape `[rows, columns]`, row-major.
  public var values: [Double]

  /// A table of zeros.
  public init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, values: [Double](repeating: 0, count: rows * columns))
  }

  /// A table of the given values, row after row; their number must be `rows * columns`.
  public init(rows: Int, columns: Int, values: [Double]) {
    precondition(rows >= 0 && columns >= 0 && values.count == rows * columns, "a matrix needs rows * columns values")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// The value at a row and a column.
  public subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  /// One row, without a copy.
  public subscript(row row: Int) -> ArraySlice<Double> {
    values[(row * columns)..<((row + 1) * columns)]
  }
}
