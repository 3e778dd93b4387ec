/// Numbers with what they are: something that belongs to a data set as a whole, such as a lead field.
public struct NamedArray: Hashable, Sendable {
  /// Name or path of the dataset: `leadfield`, `noise/covariance`.
  public let name: String
  /// Extent of each axis; empty for a scalar.
  public let shape: [Int]
  /// As many as the shape holds, last axis fastest.
  public let values: [Double]
  /// Unit of the values; nil for pure numbers.
  public let unit: String?
  /// Names of the axes, separated by commas: `channel,column`.
  public let axes: String

  /// An array with its description.
  public init(name: String, shape: [Int], values: [Double], unit: String? = nil, axes: String) {
    precondition(shape.reduce(1, *) == values.count, "a shape of \(shape) does not hold \(values.count) values")
    (self.name, self.shape, self.values, self.unit, self.axes) = (name, shape, values, unit, axes)
  }
}
