/// Parameters with the data that a simulator made of them, which may lie in a file larger than memory.
public protocol SimulatedPairs {
  /// Number of pairs.
  var count: Int { get }
  /// Shape of the data of one pair: `[features]`, or `[channel, time]` for embeddings along time.
  var shape: [Int] { get }

  /// Parameters of all pairs, shape `[pair, parameter]`: those of the prior in its order, with fixed ones or without.
  func parameters() throws -> [Double]
  /// Whether simulations succeeded.
  func isGood() throws -> [Bool]
  /// Reads data, shape `[pair] + shape`.
  ///
  /// - Parameters:
  ///   - pairs: Their numbers.
  ///   - destination: Is filled.
  func read(_ pairs: Range<Int>, into destination: UnsafeMutableBufferPointer<Float>) throws
  /// Whether ``readWithoutNoise(_:into:)`` reads something.
  var hasDataWithoutNoise: Bool { get }
  /// Reads the same data without the noise that was added to them, which does not depend on the parameters.
  func readWithoutNoise(_ pairs: Range<Int>, into destination: UnsafeMutableBufferPointer<Float>) throws
}

extension SimulatedPairs {
  /// Values of the data of one pair.
  public var valueCount: Int { shape.reduce(1, *) }
  /// All of them.
  public func isGood() throws -> [Bool] { Array(repeating: true, count: count) }
  /// Nothing.
  public var hasDataWithoutNoise: Bool { false }
  /// Is not called.
  public func readWithoutNoise(_ pairs: Range<Int>, into destination: UnsafeMutableBufferPointer<Float>) throws {
    preconditionFailure("these pairs have no data without noise")
  }
}

/// Pairs in memory.
public struct InMemoryPairs: SimulatedPairs, Sendable {
  /// Number of pairs.
  public let count: Int
  /// Shape of the data of one pair.
  public let shape: [Int]
  private let theta: [Double]
  private let data: [Float]
  private let good: [Bool]

  /// Pairs.
  ///
  /// - Parameters:
  ///   - parameters: Shape `[pair, parameter]`.
  ///   - data: Shape `[pair] + shape`.
  ///   - isGood: Whether simulations succeeded; all if left out.
  public init(parameters: [Double], data: [Float], shape: [Int], isGood: [Bool]? = nil) {
    let width = shape.reduce(1, *)
    precondition(width > 0 && data.count % width == 0, "data are whole pairs")
    let count = data.count / width
    precondition(count == 0 ? parameters.isEmpty : parameters.count % count == 0, "every pair has its parameters")
    precondition(isGood.map { $0.count == count } ?? true, "every pair is good or not")
    (self.count, theta, self.data, self.shape) = (count, parameters, data, shape)
    good = isGood ?? Array(repeating: true, count: count)
  }

  /// Parameters of all pairs.
  public func parameters() -> [Double] { theta }
  /// Whether simulations succeeded.
  public func isGood() -> [Bool] { good }
  /// Copies data.
  public func read(_ pairs: Range<Int>, into destination: UnsafeMutableBufferPointer<Float>) {
    let width = valueCount
    data.withUnsafeBufferPointer {
      _ = destination.update(fromContentsOf: $0.extracting(pairs.lowerBound * width..<pairs.upperBound * width))
    }
  }
}
