import CKernels

extension Tape {
  /// Layer normalisation of residual + dropout(branch): every row has mean 0 and variance 1 before gain and offset.
  ///
  /// - Parameters:
  ///   - branch: Shape `[rows, columns]`.
  ///   - residual: The same shape.
  ///   - gain: `columns` values.
  ///   - offset: `columns` values.
  ///   - epsilon: Is added to the variance, which is over n and not n - 1.
  ///   - dropout: Probability with which an element of the branch becomes 0 in training.
  /// - Returns: The same shape.
  public func normalize(
    _ branch: Node, residual: Node? = nil, gain: Node, offset: Node, epsilon: Float = 1e-5, dropout rate: Float = 0
  ) -> Node {
    precondition(gain.count == branch.columns && offset.count == branch.columns, "there is one gain a column")
    precondition(
      residual == nil || residual?.rows == branch.rows && residual?.columns == branch.columns,
      "a residual has the shape of its branch")
    let needed = [branch, gain, offset].contains(where: needsGradient) || residual.map(needsGradient) == true
    let (rows, columns) = (branch.rows, branch.columns)
    let y = matrix(rows: rows, columns: columns, needsGradient: needed)
    var dropped = dropout(rate)
    let normal = needsGradient(y) ? scratch(y.count) : y.values
    let scale = scratch(rows)
    kernels.functions.normalize(
      y.values, normal, scale, residual?.values, branch.values, gain.values, offset.values, rows, columns, epsilon,
      &dropped)
    guard needsGradient(y) else {
      release(scale, rows)
      return y
    }
    record(y) { [self] dy in
      var dropped = dropped
      let toResidual = residual.flatMap { gradient(of: $0) }
      let toBranch = gradient(of: branch)
      kernels.functions.normalize_backward(
        dy, normal, scale, gain.values, rows, columns, toResidual?.values, toResidual?.adds == true ? 1 : 0,
        toBranch?.values, toBranch?.adds == true ? 1 : 0, accumulatedGradient(of: gain),
        accumulatedGradient(of: offset), &dropped)
      release(normal, y.count)
      release(scale, rows)
    }
    return y
  }
}
