import CKernels

/// One convolution, in one of two ways.
struct Convolution {
  /// How sums are made.
  enum Method: CaseIterable, Sendable {
    /// Every sample becomes a matrix whose rows are windows, which is then multiplied: for many channels.
    case products
    /// Samples lie along the lanes of vectors, and no window is unfolded: for few channels, of which products have too
    /// small sizes.
    case lanes
  }

  let x: Node
  let weight: Node
  let length: Int
  let window: ConvolutionWindow
  let samples: Int
  /// Windows of a sample.
  let results: Int
  let method: Method

  private var channels: Int { x.columns }
  /// Values of a window: `width` steps of all channels.
  private var inner: Int { window.width * channels }
  private var paddedLength: Int { length + 2 * window.padding }

  init(x: Node, weight: Node, length: Int, window: ConvolutionWindow, method: Method?) {
    precondition(length > 0 && x.rows % length == 0, "\(x.rows) rows are no whole number of \(length) steps")
    precondition(
      weight.columns == x.columns * window.width,
      "a weight for \(x.columns) channels and \(window.width) steps has \(x.columns * window.width) columns")
    (self.x, self.weight, self.length, self.window) = (x, weight, length, window)
    (samples, results) = (x.rows / length, window.count(in: length))
    precondition(results > 0, "a window of \(window.width) steps does not fit into \(length)")
    self.method =
      method ?? (weight.columns <= Self.mostWindowValues && weight.rows <= Self.mostOutputs ? .lanes : .products)
  }

  /// Values of a window, and outputs, up to which samples lie along lanes: measured, see docs/engine.md.
  private static let (mostWindowValues, mostOutputs) = (64, 32)

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

extension Convolution {
  /// What the kernels of ``Method/lanes`` take.
  private func sizes(pool: ConvolutionWindow?) -> ck_convolution {
    ck_convolution(
      samples: samples, length: length, channels: channels, outputs: weight.rows, width: window.width,
      stride: window.stride, padding: window.padding, results: results, pool_width: pool?.width ?? 0,
      pool_stride: pool?.stride ?? 1, pooled: pool?.count(in: results) ?? 0)
  }

  /// Values that are made of a sample.
  private func made(_ pool: ConvolutionWindow?) -> Int { (pool?.count(in: results) ?? results) * weight.rows }

  /// Bytes of places of maxima, for samples that fill all lanes.
  func placeCount(pool: ConvolutionWindow, on tape: Tape) -> Int {
    let lanes = tape.kernels.lanes
    return (samples + lanes - 1) / lanes * lanes * made(pool)
  }

  /// All samples by ``Method/lanes``: sums alone, or with bias, ReLU and maximum behind them.
  ///
  /// - Parameters:
  ///   - packed: As ``packedWeight(on:)`` makes it.
  ///   - bias: Read with a maximum alone.
  ///   - places: As many bytes as ``placeCount(pool:on:)``; nil without a maximum.
  func forwardInLanes(
    on tape: Tape, packed: UnsafePointer<Float>, bias: Node? = nil, pool: ConvolutionWindow? = nil,
    into y: UnsafeMutablePointer<Float>, places: UnsafeMutablePointer<UInt8>? = nil
  ) {
    let room = (paddedLength * channels + made(pool)) * tape.kernels.lanes
    let (scratch, weights) = (tape.scratch(room), tape.scratch(weight.count))
    tape.kernels.functions.transpose(packed, weight.rows, inner, weights)
    var sizes = sizes(pool: pool)
    tape.kernels.functions.convolve(&sizes, x.values, weights, bias?.values, y, places, scratch)
    tape.release(weights, weight.count)
    tape.release(scratch, room)
  }

  /// Adds the gradients of all samples, of which `places` are those of ``forwardInLanes(on:packed:bias:pool:into:places:)``.
  func backwardInLanes(
    on tape: Tape, packed: UnsafePointer<Float>, pool: ConvolutionWindow? = nil, dy: UnsafePointer<Float>,
    places: UnsafePointer<UInt8>? = nil, dPacked: UnsafeMutablePointer<Float>, dx: UnsafeMutablePointer<Float>?,
    dBias: UnsafeMutablePointer<Float>? = nil
  ) {
    let room =
      (2 * paddedLength * channels + (results + inner + 1) * weight.rows + made(pool)) * tape.kernels.lanes
    let scratch = tape.scratch(room)
    var sizes = sizes(pool: pool)
    tape.kernels.functions.convolve_backward(&sizes, x.values, packed, dy, places, dx, dPacked, dBias, scratch)
    tape.release(scratch, room)
  }
}
