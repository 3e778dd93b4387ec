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
    convolution(
      x, weight: weight, bias: bias, length: length, window: window, activation: activation, dropout: rate, method: nil)
  }

  /// The same by a method, or by the faster one for its sizes.
  func convolution(
    _ x: Node, weight: Node, bias: Node?, length: Int, window: ConvolutionWindow, activation: Activation,
    dropout rate: Float, method: Convolution.Method?
  ) -> Node {
    let convolution = Convolution(x: x, weight: weight, length: length, window: window, method: method)
    precondition(bias == nil || bias?.count == weight.rows, "there is one bias an output")
    let needed = needsGradient(x) || needsGradient(weight) || bias.map(needsGradient) == true
    let results = convolution.results
    let y = matrix(rows: convolution.samples * results, columns: weight.rows, needsGradient: needed)
    let packed = convolution.packedWeight(on: self)
    switch convolution.method {
    case .lanes: convolution.forwardInLanes(on: self, packed: packed, into: y.values)
    case .products:
      for sample in 0..<convolution.samples {
        convolution.forward(on: self, sample: sample, packed: packed, into: y.values + sample * results * y.columns)
      }
    }
    let backward = activated(y, bias: bias, activation: activation, dropout: rate)
    guard needsGradient(y) else {
      release(packed, weight.count)
      return y
    }
    record(y) { [unowned self] dy in
      backward?(dy)
      let dPacked = convolution.emptyGradient(on: self)
      let dx = accumulatedGradient(of: x)
      switch convolution.method {
      case .lanes: convolution.backwardInLanes(on: self, packed: packed, dy: dy, dPacked: dPacked, dx: dx)
      case .products:
        for sample in 0..<convolution.samples {
          convolution.backward(
            on: self, sample: sample, packed: packed, dy: dy + sample * results * y.columns, dPacked: dPacked, dx: dx)
        }
      }
      convolution.addGradient(dPacked, on: self)
      release(packed, weight.count)
    }
    return y
  }

  /// Convolution along time, bias, ReLU and maximum over windows, sample by sample or as many together as lanes: the same
  /// as ``convolution(_:weight:bias:length:window:activation:dropout:)`` with ReLU and then
  /// ``maximumPool(_:length:window:)``, but what lies between stays in cache.
  ///
  /// - Returns: Shape `[samples * pool.count(in: window.count(in: length)), output]`.
  public func convolutionPool(
    _ x: Node, weight: Node, bias: Node, length: Int, window: ConvolutionWindow, pool: ConvolutionWindow
  ) -> Node {
    convolutionPool(x, weight: weight, bias: bias, length: length, window: window, pool: pool, method: nil)
  }

  /// The same by a method, or by the faster one for its sizes.
  func convolutionPool(
    _ x: Node, weight: Node, bias: Node, length: Int, window: ConvolutionWindow, pool: ConvolutionWindow,
    method: Convolution.Method?
  ) -> Node {
    let convolution = Convolution(x: x, weight: weight, length: length, window: window, method: method)
    precondition(bias.count == weight.rows, "there is one bias an output")
    precondition(pool.padding == 0 && pool.width < 255, "a window of a maximum has no padding and under 255 steps")
    let (results, columns) = (convolution.results, weight.rows)
    let pooled = pool.count(in: results)
    precondition(pooled > 0, "the maximum is over \(pool.width) steps, and there are \(results)")
    let needed = needsGradient(x) || needsGradient(weight) || needsGradient(bias)
    let y = matrix(rows: convolution.samples * pooled, columns: columns, needsGradient: needed)
    let placeCount = convolution.method == .lanes ? convolution.placeCount(pool: pool, on: self) : y.count
    let places = bytes(placeCount)
    let packed = convolution.packedWeight(on: self)
    switch convolution.method {
    case .lanes:
      convolution.forwardInLanes(on: self, packed: packed, bias: bias, pool: pool, into: y.values, places: places)
    case .products:
      let full = scratch(results * columns)
      for sample in 0..<convolution.samples {
        convolution.forward(on: self, sample: sample, packed: packed, into: full)
        kernels.functions.pool_maximum(
          full, bias.values, pooled, columns, pool.width, pool.stride, 1, y.values + sample * pooled * columns,
          places + sample * pooled * columns)
      }
      release(full, results * columns)
    }
    guard needsGradient(y) else {
      release(packed, weight.count)
      release(places, placeCount)
      return y
    }
    record(y) { [unowned self] dy in
      let dPacked = convolution.emptyGradient(on: self)
      let (dx, dBias) = (accumulatedGradient(of: x), accumulatedGradient(of: bias))
      switch convolution.method {
      case .lanes:
        convolution.backwardInLanes(
          on: self, packed: packed, pool: pool, dy: dy, places: places, dPacked: dPacked, dx: dx, dBias: dBias)
      case .products:
        let full = scratch(results * columns)
        for sample in 0..<convolution.samples {
          full.update(repeating: 0, count: results * columns)
          kernels.functions.pool_maximum_backward(
            dy + sample * pooled * columns, places + sample * pooled * columns, pooled, columns, pool.width,
            pool.stride, full)
          if let dBias { kernels.functions.column_sums(full, nil, results, columns, dBias) }
          convolution.backward(on: self, sample: sample, packed: packed, dy: full, dPacked: dPacked, dx: dx)
        }
        release(full, results * columns)
      }
      convolution.addGradient(dPacked, on: self)
      release(packed, weight.count)
      release(places, placeCount)
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
