import CKernels
import EEGCore

extension SpatialTransform {
  /// Applies the transform to one block of samples.
  ///
  /// - Parameters:
  ///   - values: Shape `[input, time]`.
  ///   - times: Number of samples of a channel.
  ///   - result: Shape `[output, time]`; overwritten.
  public func apply(to values: Span<Double>, times: Int, into result: inout MutableSpan<Double>) {
    precondition(values.count == inputs.count * times, "a block holds one row an input")
    precondition(result.count == outputs.count * times, "the result holds one row an output")
    values.withUnsafeBufferPointer { source in
      result.withUnsafeMutableBufferPointer { destination in
        guard let source = source.baseAddress, let destination = destination.baseAddress else { return }
        apply(source, stride: times, destination, stride: times, times: times)
      }
    }
  }

  /// Samples of all inputs that are saved while their places are overwritten; one object a thread.
  public final class Scratch {
    /// Samples that are transformed in one go: 64 channels of them fit the first-level cache of most processors.
    fileprivate static let times = 64
    fileprivate let memory: UnsafeMutablePointer<Double>
    fileprivate let count: Int

    /// Memory for a transform.
    public init(for transform: SpatialTransform) {
      count = transform.inputs.count * Self.times
      memory = .allocate(capacity: max(1, count))
      memory.initialize(repeating: 0, count: max(1, count))
    }

    deinit { memory.deallocate() }
  }

  /// Applies the transform to one block of samples in place; it may not make more channels than it takes.
  ///
  /// - Parameters:
  ///   - values: Shape `[input, time]`; afterwards its first values have the shape `[output, time]`.
  ///   - times: Number of samples of a channel.
  ///   - scratch: Of this thread and this transform.
  public func apply(inPlace values: inout MutableSpan<Double>, times: Int, _ scratch: Scratch) {
    precondition(outputs.count <= inputs.count, "a transform that adds channels cannot work in place")
    precondition(values.count == inputs.count * times, "a block holds one row an input")
    precondition(scratch.count >= inputs.count * Scratch.times, "a scratch belongs to a transform of as many inputs")
    values.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      for start in stride(from: 0, to: times, by: Scratch.times) {
        let count = min(Scratch.times, times - start)
        // Later samples of a row stay untouched, so it does not matter that other rows' results replace them.
        for input in inputs.indices {
          (scratch.memory + input * Scratch.times).update(from: base + input * times + start, count: count)
        }
        apply(scratch.memory, stride: Scratch.times, base + start, stride: times, times: count)
      }
    }
  }

  private func apply(
    _ source: UnsafePointer<Double>, stride sourceStride: Int, _ destination: UnsafeMutablePointer<Double>,
    stride destinationStride: Int, times: Int
  ) {
    rowStarts.withUnsafeBufferPointer { rowStarts in
      columns.withUnsafeBufferPointer { columns in
        weights.withUnsafeBufferPointer { weights in
          ck_weighted_sums(
            source, sourceStride, destination, destinationStride, outputs.count, rowStarts.baseAddress,
            columns.baseAddress, weights.baseAddress, times)
        }
      }
    }
  }

  /// The transform of a whole table, such as an average.
  ///
  /// - Parameter values: Shape `[input, time]`.
  /// - Returns: Shape `[output, time]`.
  public func applied(to values: Matrix) -> Matrix {
    precondition(values.rows == inputs.count, "a table holds one row an input")
    var result = Matrix(rows: outputs.count, columns: values.columns)
    var span = result.values.mutableSpan
    apply(to: values.values.span, times: values.columns, into: &span)
    return result
  }

  /// The transform of epochs, whose channels must be the inputs by name and in order.
  ///
  /// - Returns: Epochs of the outputs; events and drop log stay.
  public func applied(to epochs: Epochs) -> Epochs {
    precondition(epochs.channels.map(\.name) == inputs.map(\.name), "the epochs need the transform's inputs")
    let (times, size) = (epochs.times.count, outputs.count * epochs.times.count)
    var values = [Double](repeating: 0, count: epochs.events.count * size)
    let source = epochs.values.span
    values.withUnsafeMutableBufferPointer { buffer in
      for epoch in epochs.events.indices {
        var result = buffer.extracting((epoch * size)..<((epoch + 1) * size)).mutableSpan
        let block = source.extracting((epoch * epochs.epochSize)..<((epoch + 1) * epochs.epochSize))
        apply(to: block, times: times, into: &result)
      }
    }
    return Epochs(
      channels: outputs, times: epochs.times, rate: epochs.rate, events: epochs.events, values: values,
      dropLog: epochs.dropLog)
  }
}
