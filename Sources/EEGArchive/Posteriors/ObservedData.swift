import HDF5

/// Data of one or several observations, in the precision in which they were given.
public struct ObservedData: Hashable, Sendable {
  /// The numbers, last axis fastest.
  public enum Values: Hashable, Sendable {
    /// In single precision.
    case single([Float])
    /// In double precision; integers are stored so, too.
    case double([Double])
  }

  /// Shape `[observation, …]`.
  public let shape: [Int]
  /// As many as the shape holds.
  public let values: Values

  /// Data of at least one observation.
  public init(shape: [Int], values: Values) {
    let count =
      switch values {
      case .single(let values): values.count
      case .double(let values): values.count
      }
    precondition(
      !shape.isEmpty && count > 0 && shape.reduce(1, *) == count, "a shape of \(shape) does not hold \(count) values")
    (self.shape, self.values) = (shape, values)
  }

  /// Number of observations.
  public var count: Int { shape[0] }
  /// Extents of the data of one observation; empty for a single number each.
  public var dataShape: [Int] { Array(shape.dropFirst()) }

  /// The numbers in single precision, rounded where they were given in double precision.
  public var floats: [Float] {
    switch values {
    case .single(let values): values
    case .double(let values): values.map(Float.init)
    }
  }

  /// The numbers in double precision.
  public var doubles: [Double] {
    switch values {
    case .single(let values): values.map(Double.init)
    case .double(let values): values
    }
  }

  /// Some of the observations, in this order.
  public func rows(_ rows: [Int]) -> ObservedData {
    let size = dataShape.reduce(1, *)
    func part<Number>(_ values: [Number]) -> [Number] {
      rows.flatMap { values[($0 * size)..<(($0 + 1) * size)] }
    }
    let chosen: Values =
      switch values {
      case .single(let values): .single(part(values))
      case .double(let values): .double(part(values))
      }
    return ObservedData(shape: [rows.count] + dataShape, values: chosen)
  }
}

extension ObservedData {
  /// The same observations with room for so many records each, `[observation, record, …]`: those that are missing are NaN.
  ///
  /// - Parameter count: At least as many as there are.
  public func padded(toRecords count: Int) -> ObservedData {
    precondition(shape.count > 1 && count >= shape[1], "there is room for all records")
    let size = dataShape.reduce(1, *)
    let missing = (count - shape[1]) * shape.dropFirst(2).reduce(1, *)
    func padded<Number: BinaryFloatingPoint>(_ values: [Number]) -> [Number] {
      guard missing > 0 else { return values }
      var result: [Number] = []
      result.reserveCapacity(values.count + self.count * missing)
      for row in 0..<self.count {
        result += values[row * size..<(row + 1) * size]
        result += repeatElement(.nan, count: missing)
      }
      return result
    }
    let padded: Values =
      switch values {
      case .single(let values): .single(padded(values))
      case .double(let values): .double(padded(values))
      }
    return ObservedData(shape: [shape[0], count] + shape.dropFirst(2), values: padded)
  }

  /// Reads numbers of any type; those of 32 bits or fewer stay in single precision, integers become doubles.
  ///
  /// - Parameter shape: That of the observations, of as many values as the dataset has.
  init(reading dataset: HDF5Dataset, as shape: [Int]) throws {
    let values: Values =
      switch dataset.type {
      case .float(let bits) where bits <= 32: .single(try dataset.read(Float.self).values)
      case .boolean: .double(try dataset.read(UInt8.self).values.map(Double.init))
      default: .double(try dataset.read(Double.self).values)
      }
    self.init(shape: shape, values: values)
  }

  func write(to container: some HDF5Container, name: String, axes: String) throws {
    switch values {
    case .single(let values): try container.write(values, to: name, shape: shape, unit: nil, axes: axes)
    case .double(let values): try container.write(values, to: name, shape: shape, unit: nil, axes: axes)
    }
  }
}

extension HDF5Dataset {
  /// Throws at the first value that is infinite or not a number, and says where it is.
  ///
  /// - Parameters:
  ///   - values: Of all rows or of some.
  ///   - rows: Which rows they are; all when nil.
  ///   - isAllowed: Values that are not finite and may be there all the same.
  func requireFinite<Number: BinaryFloatingPoint>(
    _ values: [Number], rows: [Int]? = nil, except isAllowed: (Number) -> Bool = { _ in false }
  ) throws {
    guard let bad = values.firstIndex(where: { !$0.isFinite && !isAllowed($0) }) else { return }
    var (rest, place) = (bad, [Int]())
    for extent in shape.dropFirst().reversed() {
      place.insert(rest % extent, at: 0)
      rest /= extent
    }
    place.insert(rows?[rest] ?? rest, at: 0)
    throw ArchiveError(
      .invalidValue, self, "holds \(values[bad]) at \(place) (counted from 0); leave it out, or look for what made it")
  }

  /// Throws where ``ObservedData/values`` are not finite, or neither that nor NaN.
  func requireFinite(_ data: ObservedData, rows: [Int], allowsNaN: Bool = false) throws {
    switch data.values {
    case .single(let values): try requireFinite(values, rows: rows) { allowsNaN && $0.isNaN }
    case .double(let values): try requireFinite(values, rows: rows) { allowsNaN && $0.isNaN }
    }
  }
}
