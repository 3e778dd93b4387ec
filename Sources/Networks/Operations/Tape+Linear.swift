import CKernels

extension Tape {
  /// dropout(f(x Wᵀ + b)).
  ///
  /// - Parameters:
  ///   - x: Shape `[rows, input]`.
  ///   - weight: W, shape `[output, input]`.
  ///   - bias: b, `output` values.
  ///   - activation: f.
  ///   - dropout: Probability with which an element becomes 0 in training.
  /// - Returns: Shape `[rows, output]`.
  public func linear(
    _ x: Node, weight: Node, bias: Node? = nil, activation: Activation = .identity, dropout rate: Float = 0
  ) -> Node {
    precondition(weight.columns == x.columns, "\(x.columns) inputs do not fit a weight for \(weight.columns)")
    precondition(bias == nil || bias?.count == weight.rows, "there is one bias an output")
    let needed = [x, weight].contains(where: needsGradient) || bias.map(needsGradient) == true
    let y = matrix(rows: x.rows, columns: weight.rows, needsGradient: needed)
    MatrixProduct.multiply(
      .init(x.values, stride: x.columns), .init(weight.values, stride: weight.columns, transposed: true),
      rows: y.rows, columns: y.columns, inner: x.columns, into: y.values, stride: y.columns)
    let backward = activated(y, bias: bias, activation: activation, dropout: rate)
    record(y) { [self] dy in
      backward?(dy)
      if let (dw, adds) = gradient(of: weight) {
        MatrixProduct.multiply(
          .init(dy, stride: y.columns, transposed: true), .init(x.values, stride: x.columns),
          rows: weight.rows, columns: weight.columns, inner: x.rows, into: dw, stride: weight.columns, adds: adds)
      }
      if let (dx, adds) = gradient(of: x) {
        MatrixProduct.multiply(
          .init(dy, stride: y.columns), .init(weight.values, stride: weight.columns),
          rows: x.rows, columns: x.columns, inner: y.columns, into: dx, stride: x.columns, adds: adds)
      }
    }
    return y
  }

  /// Adds a bias to a fresh result, applies a function and drops, in place; nil if there is nothing to do.
  ///
  /// - Returns: What turns the gradient of the result, in place, into that of what it was before.
  func activated(
    _ y: Node, bias: Node?, activation: Activation, dropout rate: Float
  ) -> ((UnsafeMutablePointer<Float>) -> Void)? {
    var dropped = dropout(rate)
    guard bias != nil || activation != .identity || dropped.rate > 0 else { return nil }
    let before = activation.needsArgument && needsGradient(y) ? scratch(y.count) : nil
    kernels.functions.activate(y.values, before, bias?.values, y.rows, y.columns, activation.kernel, &dropped)
    guard needsGradient(y) else { return nil }
    return { [self] dy in
      var dropped = dropped
      kernels.functions.activate_backward(
        dy, y.values, before, y.rows, y.columns, activation.kernel, &dropped,
        bias.flatMap { accumulatedGradient(of: $0) })
      if let before { release(before, y.count) }
    }
  }

  /// dropout(f(x + b)) of every element.
  public func activate(
    _ x: Node, _ activation: Activation, bias: Node? = nil, dropout rate: Float = 0
  ) -> Node {
    precondition(bias == nil || bias?.count == x.columns, "there is one bias a column")
    let needed = needsGradient(x) || bias.map(needsGradient) == true
    let y = matrix(rows: x.rows, columns: x.columns, needsGradient: needed)
    y.values.update(from: x.values, count: x.count)
    let backward = activated(y, bias: bias, activation: activation, dropout: rate)
    record(y) { [self] dy in
      backward?(dy)
      if let (dx, adds) = gradient(of: x) { kernels.functions.scale(dx, dy, 1, x.count, adds ? 1 : 0) }
    }
    return y
  }

  /// Elements become 0 with probability `rate` in training, the others are divided by 1 - rate.
  public func dropout(_ x: Node, rate: Float) -> Node {
    pass == nil || rate == 0 ? x : activate(x, .identity, dropout: rate)
  }
}
