/// A network that can be trained: from a row of inputs to outputs, and from outputs and a row of targets to a loss.
///
/// It is a value of layers, which know places of their parameters in a ``ParameterStore`` and no values. Both functions
/// are called on several threads at once, each with a tape of its own.
public protocol TrainableNetwork: Sendable {
  /// Values of a row of inputs.
  var inputCount: Int { get }
  /// Values of a row of targets.
  var targetCount: Int { get }
  /// Values of a row of outputs.
  var outputCount: Int { get }
  /// Samples that go through the network together, at most. Few keep large activations in cache; recurrent networks want
  /// all that there are.
  var samplesPerPass: Int { get }

  /// Outputs, shape `[samples, outputCount]`, of inputs of shape `[samples, inputCount]`.
  func outputs(for inputs: Node, on tape: Tape) -> Node
  /// Losses, shape `[samples, 1]`, of outputs and of targets of shape `[samples, targetCount]`.
  func losses(of outputs: Node, targets: Node, on tape: Tape) -> Node
}

extension TrainableNetwork {
  /// All that there are.
  public var samplesPerPass: Int { .max }

  /// The mean squared error of every row.
  public func losses(of outputs: Node, targets: Node, on tape: Tape) -> Node {
    tape.squaredError(outputs, targets: targets)
  }
}

/// Rows of inputs and targets, which may lie in a file that is larger than memory.
public protocol TrainingData {
  /// Number of rows.
  var count: Int { get }

  /// Reads rows in the order of their numbers; a row may differ from epoch to epoch.
  ///
  /// - Parameters:
  ///   - rows: Numbers of the rows.
  ///   - epoch: Number of the epoch, from 0 on. A row is the same every time it is read in an epoch.
  ///   - inputs: Place for `rows.count` rows of the network's inputs, one behind the other.
  ///   - targets: Place for as many rows of its targets.
  func read(
    _ rows: [Int], epoch: Int, inputs: UnsafeMutableBufferPointer<Float>,
    targets: UnsafeMutableBufferPointer<Float>) throws
}

/// Rows in memory.
public struct InMemoryData: TrainingData, Sendable {
  private let inputs: [Float]
  private let targets: [Float]
  private let inputCount: Int
  private let targetCount: Int
  /// Number of rows.
  public let count: Int

  /// Rows of inputs, shape `[count, inputCount]`, and of targets, shape `[count, targetCount]`.
  public init(inputs: [Float], targets: [Float], count: Int) {
    precondition(count > 0, "there is a row")
    precondition(inputs.count % count == 0 && targets.count % count == 0, "all rows have the same number of values")
    (self.inputs, self.targets, self.count) = (inputs, targets, count)
    (inputCount, targetCount) = (inputs.count / count, targets.count / count)
  }

  /// Copies rows, which are the same in every epoch.
  public func read(
    _ rows: [Int], epoch: Int, inputs: UnsafeMutableBufferPointer<Float>, targets: UnsafeMutableBufferPointer<Float>
  ) {
    func copy(_ source: [Float], _ width: Int, to target: UnsafeMutableBufferPointer<Float>) {
      source.withUnsafeBufferPointer { source in
        for (place, row) in rows.enumerated() {
          _ = target.extracting(place * width..<(place + 1) * width)
            .update(fromContentsOf: source.extracting(row * width..<(row + 1) * width))
        }
      }
    }
    copy(self.inputs, inputCount, to: inputs)
    copy(self.targets, targetCount, to: targets)
  }
}
