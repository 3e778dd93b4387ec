/// What makes data of parameters: any model, in this process or in another one.
public protocol Simulator {
  /// Simulates.
  ///
  /// A simulator has a seed of its own: the same parameters under the same numbers give the same data.
  ///
  /// - Parameters:
  ///   - parameters: Shape `[count, parameter]`: all parameters of the prior in its order, with fixed ones in their
  ///     places.
  ///   - first: Number of the first simulation; over a whole estimation each number comes once, in order.
  ///   - progress: To be told how much is done, from 0 to 1; as often as one likes.
  /// - Returns: `count` simulations.
  /// - Throws: Whatever stops all of them. One that fails alone is no error: it is said not to be good.
  func simulate(_ parameters: [Double], first: Int, progress: @Sendable (Double) -> Void) throws -> SimulatedData
}

/// Data of some simulations.
public struct SimulatedData: Hashable, Sendable {
  /// Shape of the data of one simulation.
  public let shape: [Int]
  /// Shape `[count] + shape`; those of a failed simulation may be anything.
  public let values: [Float]
  /// Whether simulations succeeded, shape `[count]`.
  public let isGood: [Bool]

  /// Data; simulations with values that are not finite count as failed.
  public init(shape: [Int], values: [Float], isGood: [Bool]) {
    let width = shape.reduce(1, *)
    precondition(width > 0 && values.count == isGood.count * width, "each simulation has its data, and is good or not")
    (self.shape, self.values) = (shape, values)
    self.isGood = isGood.indices.map { row in
      isGood[row] && values[row * width..<(row + 1) * width].allSatisfy(\.isFinite)
    }
  }

  /// Simulations.
  public var count: Int { isGood.count }
  /// Those that failed.
  public var failedCount: Int { isGood.count { !$0 } }

  /// Throws unless there are as many as were asked for, of the shape of what was observed.
  ///
  /// - Throws: ``PosteriorError``, code `shapeDiffers`.
  func require(count wanted: Int, shape observed: [Int]) throws(PosteriorError) {
    guard count == wanted, shape == observed else {
      throw PosteriorError(
        code: .shapeDiffers,
        message: "the simulator made \(count) simulations of the shape \(shape), where \(wanted) of the shape of the "
          + "observation, \(observed), are wanted")
    }
  }
}
