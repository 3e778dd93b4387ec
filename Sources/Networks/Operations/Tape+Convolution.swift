import CKernels

/// How a window goes along a sequence.
public struct ConvolutionWindow: Hashable, Codable, Sendable {
  /// Steps of the window.
  public var width: Int
  /// Steps from one window to the next.
  public var stride: Int
  /// Zeros before the first step and behind the last one.
  public var padding: Int

  /// A window.
  public init(width: Int, stride: Int = 1, padding: Int = 0) {
    precondition(width > 0 && stride > 0 && padding >= 0, "a window has a width and goes forward")
    (self.width, self.stride, self.padding) = (width, stride, padding)
  }

  /// Windows that fit into so many steps; those that would reach beyond the end are left out, as in PyTorch.
  public func count(in length: Int) -> Int { max(0, (length + 2 * padding - width) / stride + 1) }
}

extension Tape {
  /// Convolution along time, without reversing the kernel, with its bias and function.
  ///
  /// - Parameters:
  ///   - x: Shape `[samples * length, channels]`; PyTorch has `[samples, channels, length]`.
  ///   - weight: A parameter of shape `[output, channels, width]`, that is a matrix of `output` rows.
  ///   - bias: `output` values.
  ///   - length: Steps of every sample.
  ///   - window: Its width is that of the weight.
  ///   - activation: A function of the result.
  /// - Returns: Shape `[samples * window.count(in: length), output]`.
  public func convolution(
    _ x: Node, weight: Node, bias: Node? = nil, length: Int, window: ConvolutionWindow,
    activation: Activation = .identity, dropout rate: Float = 0
  ) -> Node {
    let convolution = Convolution(x: x, weight: weight, length: length, window: window)
    precondition(bias == nil || bias?.count == weight.rows, "there is one bias an output")
    let needed = needsGradient(x) || needsGradient(weight) || bias.map(needsGradient) == true
    let results = convolution.results
    let y = matrix(rows: convolution.samples * results, columns: weight.rows, needsGradient: needed)
    let packed = convolution.packedWeight(on: self)
    for sample in 0..<convolution.samples {
      convolution.forward(on: self, sample: sample, packed: packed, into: y.values + sample * results * y.columns)
    }
    let backward = activated(y, bias: bias, activation: activation, dropout: rate)
    guard needsGradient(y) else {
      release(packed, weight.count)
      return y
    }
    record(y) { [self] dy in
      backward?(dy)
      let dPacked = convolution.emptyGradient(on: self)
      let dx = accumulatedGradient(of: x)
      for sample in 0..<convolution.samples {
        convolution.backward(
          on: self, sample: sample, packed: packed, dy: dy + sample * results * y.columns, dPacked: dPacked, dx: dx)
      }
      convolution.addGradient(dPacked, on: self)
      release(packed, weight.count)
    }
    return y
  }

  /// Convolution along time, bias, ReLU and maximum over windows, sample by sample: the same as
  /// ``convolution(_:weight:bias:length:window:activation:dropout:)`` with ReLU and then ``maximumPool(_:length:window:)``,
  /// but what lies between stays in cache.
  ///
  /// - Returns: Shape `[samples * pool.count(in: window.count(in: length)), output]`.
  public func convolutionPool(
    _ x: Node, weight: Node, bias: Node, length: Int, window: ConvolutionWindow, pool: ConvolutionWindow
  ) -> Node {
    let convolution = Convolution(x: x, weight: weight, length: length, window: window)
    precondition(bias.count == weight.rows, "there is one bias an output")
    precondition(pool.padding == 0 && pool.width < 255, "a window of a maximum has no padding and under 255 steps")
    let (results, columns) = (convolution.results, weight.rows)
    let pooled = pool.count(in: results)
    precondition(pooled > 0, "the maximum is over \(pool.width) steps, and there are \(results)")
    let needed = needsGradient(x) || needsGradient(weight) || needsGradient(bias)
    let y = matrix(rows: convolution.samples * pooled, columns: columns, needsGradient: needed)
    let places = bytes(y.count)
    let packed = convolution.packedWeight(on: self)
    let full = scratch(results * columns)
    for sample in 0..<convolution.samples {
      convolution.forward(on: self, sample: sample, packed: packed, into: full)
      kernels.functions.pool_maximum(
        full, bias.values, pooled, columns, pool.width, pool.stride, 1, y.values + sample * pooled * columns,
        places + sample * pooled * columns)
    }
    release(full, results * columns)
    guard needsGradient(y) else {
      release(packed, weight.count)
      release(places, y.count)
      return y
    }
    record(y) { [self] dy in
      let dPacked = convolution.emptyGradient(on: self)
      let (dx, dBias) = (accumulatedGradient(of: x), accumulatedGradient(of: bias))
      let full = scratch(results * columns)
      for sample in 0..<convolution.samples {
        full.update(repeating: 0, count: results * columns)
        kernels.functions.pool_maximum_backward(
          dy + sample * pooled * columns, places + sample * pooled * columns, pooled, columns, pool.width, pool.stride,
          full)
        if let dBias { kernels.functions.column_sums(full, nil, results, columns, dBias) }
        convolution.backward(on: self, sample: sample, packed: packed, dy: full, dPacked: dPacked, dx: dx)
      }
      release(full, results * columns)
      convolution.addGradient(dPacked, on: self)
      release(packed, weight.count)
      release(places, y.count)
    }
    return y
  }

  /// Scratch for `count` bytes.
  func bytes(_ count: Int) -> UnsafeMutablePointer<UInt8> {
    UnsafeMutableRawPointer(scratch((count + 3) / 4)).bindMemory(to: UInt8.self, capacity: count)
  }

  /// Gives back memory of ``bytes(_:)``.
  func release(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) {
    let floats = (count + 3) / 4
    release(UnsafeMutableRawPointer(bytes).bindMemory(to: Float.self, capacity: floats), floats)
  }
}

/// One convolution: every sample becomes a matrix whose rows are windows, which is then multiplied.
private struct Convolution {
  let x: Node
  let weight: Node
  let length: Int
  let window: ConvolutionWindow
  let samples: Int
  /// Windows of a sample.
  let results: Int

  private var channels: Int { x.columns }
  /// Values of a window: `width` steps of all channels.
  private var inner: Int { window.width * channels }
  private var paddedLength: Int { length + 2 * window.padding }

  init(x: Node, weight: Node, length: Int, window: ConvolutionWindow) {
    precondition(length > 0 && x.rows % length == 0, "\(x.rows) rows are no whole number of \(length) steps")
    precondition(
      weight.columns == x.columns * window.width,
      "a weight for \(x.columns) channels and \(window.width) steps has \(x.columns * window.width) columns")
    (self.x, self.weight, self.length, self.window) = (x, weight, length, window)
    (samples, results) = (x.rows / length, window.count(in: length))
    precondition(results > 0, "a window of \(window.width) steps does not fit into \(length)")
  }

  /// The weight as `[output, width, channels]`, so that a window is a stretch of memory.
  func packedWeight(on tape: Tape) -> UnsafeMutablePointer<Float> {
    let packed = tape.scratch(weight.count)
    for output in 0..<weight.rows {
      let (source, target) = (weight.values + output * inner, packed + output * inner)
      for channel in 0..<channels {
        for step in 0..<window.width { target[step * channels + channel] = source[channel * window.width + step] }
      }
    }
    return packed
  }

  func emptyGradient(on tape: Tape) -> UnsafeMutablePointer<Float> {
    let gradient = tape.scratch(weight.count)
    gradient.update(repeating: 0, count: weight.count)
    return gradient
  }

  /// Adds a gradient in the order of the packed weight to that of the weight, and releases it.
  func addGradient(_ packed: UnsafeMutablePointer<Float>, on tape: Tape) {
    if let d = tape.accumulatedGradient(of: weight) {
      for output in 0..<weight.rows {
        let (source, target) = (packed + output * inner, d + output * inner)
        for channel in 0..<channels {
          for step in 0..<window.width { target[channel * window.width + step] += source[step * channels + channel] }
        }
      }
    }
    tape.release(packed, weight.count)
  }

  /// Rows of windows of one sample, zeros where there is padding.
  private func unfold(_ sample: Int, into windows: UnsafeMutablePointer<Float>) {
    let source = x.values + sample * length * channels
    for result in 0..<results {
      let first = result * window.stride - window.padding
      let row = windows + result * inner
      let (start, end) = (max(0, first), min(length, first + window.width))
      if end - start < window.width { row.update(repeating: 0, count: inner) }
      if end > start {
        (row + (start - first) * channels).update(from: source + start * channels, count: (end - start) * channels)
      }
    }
  }

  func forward(on tape: Tape, sample: Int, packed: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>) {
    let windows = tape.scratch(results * inner)
    unfold(sample, into: windows)
    MatrixProduct.multiply(
      .init(windows, stride: inner), .init(packed, stride: inner, transposed: true), rows: results,
      columns: weight.rows, inner: inner, into: y, stride: weight.rows)
    tape.release(windows, results * inner)
  }

  func backward(
    on tape: Tape, sample: Int, packed: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    dPacked: UnsafeMutablePointer<Float>, dx: UnsafeMutablePointer<Float>?
  ) {
    let windows = tape.scratch(results * inner)
    unfold(sample, into: windows)
    MatrixProduct.multiply(
      .init(dy, stride: weight.rows, transposed: true), .init(windows, stride: inner), rows: weight.rows,
      columns: inner, inner: results, into: dPacked, stride: inner, adds: true)
    tape.release(windows, results * inner)
    guard let dx else { return }
    // Windows overlap, so each of their steps is added on its own: row t of step j belongs to step t * stride + j.
    let padded = tape.scratch(paddedLength * channels)
    padded.update(repeating: 0, count: paddedLength * channels)
    for step in 0..<window.width {
      MatrixProduct.multiply(
        .init(dy, stride: weight.rows), .init(packed + step * channels, stride: inner), rows: results,
        columns: channels, inner: weight.rows, into: padded + step * channels, stride: window.stride * channels,
        adds: true)
    }
    tape.kernels.functions.scale(
      dx + sample * length * channels, padded + window.padding * channels, 1, length * channels, 1)
    tape.release(padded, paddedLength * channels)
  }
}
