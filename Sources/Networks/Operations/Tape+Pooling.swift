import CKernels

extension Tape {
  /// The maximum over windows along time.
  ///
  /// - Parameters:
  ///   - x: Shape `[samples * length, channels]`.
  ///   - length: Steps of every sample.
  ///   - window: Without padding, under 255 steps wide.
  /// - Returns: Shape `[samples * window.count(in: length), channels]`.
  public func maximumPool(_ x: Node, length: Int, window: ConvolutionWindow) -> Node {
    let (samples, results) = poolSizes(x, length: length, window: window)
    precondition(window.width < 255, "a window of a maximum has under 255 steps")
    let y = matrix(rows: samples * results, columns: x.columns, needsGradient: needsGradient(x))
    let places = bytes(y.count)
    for sample in 0..<samples {
      kernels.functions.pool_maximum(
        x.values + sample * length * x.columns, nil, results, x.columns, window.width, window.stride, 0,
        y.values + sample * results * x.columns, places + sample * results * x.columns)
    }
    guard needsGradient(y) else {
      release(places, y.count)
      return y
    }
    record(y) { [self] dy in
      if let dx = accumulatedGradient(of: x) {
        for sample in 0..<samples {
          kernels.functions.pool_maximum_backward(
            dy + sample * results * x.columns, places + sample * results * x.columns, results, x.columns, window.width,
            window.stride, dx + sample * length * x.columns)
        }
      }
      release(places, y.count)
    }
    return y
  }

  /// The mean over windows along time.
  ///
  /// - Parameters:
  ///   - x: Shape `[samples * length, channels]`.
  ///   - length: Steps of every sample.
  ///   - window: Without padding.
  /// - Returns: Shape `[samples * window.count(in: length), channels]`.
  public func averagePool(_ x: Node, length: Int, window: ConvolutionWindow) -> Node {
    let (samples, results) = poolSizes(x, length: length, window: window)
    let columns = x.columns
    let y = matrix(rows: samples * results, columns: columns, needsGradient: needsGradient(x))
    y.values.update(repeating: 0, count: y.count)
    /// Calls with the first row of every window and the row of its result.
    func eachWindow(_ body: (_ first: Int, _ result: Int) -> Void) {
      for sample in 0..<samples {
        for result in 0..<results { body(sample * length + result * window.stride, sample * results + result) }
      }
    }
    let share = 1 / Float(window.width)
    eachWindow { first, result in
      for row in first..<first + window.width {
        kernels.functions.scale(y.values + result * columns, x.values + row * columns, share, columns, 1)
      }
    }
    record(y) { [self] dy in
      guard let dx = accumulatedGradient(of: x) else { return }
      eachWindow { first, result in
        for row in first..<first + window.width {
          kernels.functions.scale(dx + row * columns, dy + result * columns, share, columns, 1)
        }
      }
    }
    return y
  }

  private func poolSizes(_ x: Node, length: Int, window: ConvolutionWindow) -> (samples: Int, results: Int) {
    precondition(length > 0 && x.rows % length == 0, "\(x.rows) rows are no whole number of \(length) steps")
    precondition(window.padding == 0, "a pool has no padding")
    let results = window.count(in: length)
    precondition(results > 0, "a window of \(window.width) steps does not fit into \(length)")
    return (x.rows / length, results)
  }
}
