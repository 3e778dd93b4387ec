import CKernels

/// Layers whose samples are columns.
///
/// Small layers in a row are fastest so: a tile of the product has its weights in one element each and its samples in
/// vectors, so no number of units leaves lanes empty, and functions of several numbers of a sample, such as splines, read
/// whole vectors of samples.
extension Tape {
  /// The transpose of a matrix.
  public func transposed(_ x: Node) -> Node {
    let y = matrix(rows: x.columns, columns: x.rows, needsGradient: needsGradient(x))
    kernels.functions.transpose(x.values, x.rows, x.columns, y.values)
    record(y) { [unowned self] dy in
      overwriteGradient(of: x) { kernels.functions.transpose(dy, y.rows, y.columns, $0) }
    }
    return y
  }

  /// f(W x + b + c).
  ///
  /// - Parameters:
  ///   - x: Shape `[input, samples]`.
  ///   - weight: W, shape `[output, input]`.
  ///   - bias: b, `output` values.
  ///   - term: c, shape `[output, samples]`, or `[output, 1]` for all samples alike.
  ///   - activation: f, one of the identity, ReLU and the hyperbolic tangent.
  /// - Returns: Shape `[output, samples]`.
  public func dense(
    _ x: Node, weight: Node, bias: Node? = nil, adding term: Node? = nil, activation: Activation = .identity
  ) -> Node {
    precondition(weight.columns == x.rows, "\(x.rows) inputs do not fit a weight for \(weight.columns)")
    precondition(bias == nil || bias?.count == weight.rows, "there is one bias an output")
    precondition(
      term == nil || term?.rows == weight.rows && (term?.columns == x.columns || term?.columns == 1),
      "a term has the shape of the outputs, or one column")
    precondition([.identity, .relu, .tanh].contains(activation), "a dense layer has no function \(activation)")
    let operands = [x, weight, bias, term].compactMap(\.self)
    let y = matrix(rows: weight.rows, columns: x.columns, needsGradient: operands.contains(where: needsGradient))
    multiply(
      weight.values, strides: (weight.columns, 1), x, into: y.values, outputs: y.rows, bias: bias, term: term,
      activation: activation)
    record(y) { [unowned self] dy in
      if activation != .identity {
        var none = ck_dropout(rate: 0, key0: 0, key1: 0)
        kernels.functions.activate_backward(
          dy, y.values, nil, y.rows, y.columns, activation.kernel, &none, nil)
      }
      if let bias, let d = accumulatedGradient(of: bias) { kernels.functions.row_sums(dy, y.rows, y.columns, d) }
      if let term { addGradient(dy, of: y, toColumns: term) }
      if let (dw, adds) = gradient(of: weight) {
        MatrixProduct.multiply(
          .init(dy, stride: y.columns), .init(x.values, stride: x.columns, transposed: true), rows: weight.rows,
          columns: weight.columns, inner: x.columns, into: dw, stride: weight.columns, adds: adds)
      }
      if let (dx, adds) = gradient(of: x) {
        let slope = Node(rows: y.rows, columns: y.columns, values: dy, index: y.index)
        multiply(weight.values, strides: (1, weight.columns), slope, into: dx, outputs: x.rows, adds: adds)
      }
    }
    return y
  }

  private func multiply(
    _ w: UnsafePointer<Float>, strides: (output: Int, input: Int), _ x: Node, into y: UnsafeMutablePointer<Float>,
    outputs: Int, bias: Node? = nil, term: Node? = nil, activation: Activation = .identity, adds: Bool = false
  ) {
    var arguments = ck_dense(
      outputs: outputs, inputs: x.rows, samples: x.columns, w: w, w_output: strides.output, w_input: strides.input,
      x: UnsafePointer(x.values), x_stride: x.columns, y: y, y_stride: x.columns,
      bias: bias.map { UnsafePointer($0.values) }, added: term.map { UnsafePointer($0.values) },
      added_stride: term?.columns ?? 0, added_is_column: term?.columns == 1 ? 1 : 0, activation: activation.kernel,
      adds: adds ? 1 : 0)
    kernels.functions.dense(&arguments)
  }

  /// Adds the gradient of a result to that of a term of it, which may be one column for all.
  private func addGradient(_ dy: UnsafePointer<Float>, of y: Node, toColumns term: Node) {
    guard let (d, adds) = gradient(of: term) else { return }
    if term.columns == y.columns {
      kernels.functions.scale(d, dy, 1, y.count, adds ? 1 : 0)
    } else {
      if !adds { d.update(repeating: 0, count: term.count) }
      kernels.functions.row_sums(dy, y.rows, y.columns, d)
    }
  }

  /// x + branch times the sigmoid of gates: a residual whose branch is a gated linear unit.
  ///
  /// Source: Dauphin and others 2017, "Language modeling with gated convolutional networks".
  ///
  /// - Parameters:
  ///   - x: Shape `[units, samples]`.
  ///   - branch: The same shape.
  ///   - gates: The same shape, or `[units, 1]` for all samples alike.
  public func add(_ x: Node, _ branch: Node, gatedBy gates: Node) -> Node {
    precondition(x.rows == branch.rows && x.columns == branch.columns, "matrices that are added have one shape")
    precondition(
      gates.rows == x.rows && (gates.columns == x.columns || gates.columns == 1),
      "gates have the shape of what they gate, or one column")
    let y = matrix(rows: x.rows, columns: x.columns, needsGradient: [x, branch, gates].contains(where: needsGradient))
    let isColumn: Int32 = gates.columns == 1 ? 1 : 0
    kernels.functions.gated_add(x.values, branch.values, gates.values, isColumn, y.rows, y.columns, y.values)
    record(y) { [unowned self] dy in
      if let (dx, adds) = gradient(of: x) { kernels.functions.scale(dx, dy, 1, x.count, adds ? 1 : 0) }
      kernels.functions.gated_add_backward(
        dy, branch.values, gates.values, isColumn, y.rows, y.columns, accumulatedGradient(of: branch),
        accumulatedGradient(of: gates))
    }
    return y
  }

  /// Some rows of a matrix, in a given order.
  public func rows(_ numbers: [Int], of x: Node) -> Node {
    precondition(!numbers.isEmpty && numbers.allSatisfy { (0..<x.rows).contains($0) }, "x has these rows")
    let y = matrix(rows: numbers.count, columns: x.columns, needsGradient: needsGradient(x))
    for (place, row) in numbers.enumerated() {
      (y.values + place * x.columns).update(from: x.values + row * x.columns, count: x.columns)
    }
    record(y) { [unowned self] dy in
      guard let dx = accumulatedGradient(of: x) else { return }
      for (place, row) in numbers.enumerated() {
        kernels.functions.scale(dx + row * x.columns, dy + place * x.columns, 1, x.columns, 1)
      }
    }
    return y
  }

  /// One matrix below the other.
  public func stacked(_ upper: Node, _ lower: Node) -> Node {
    precondition(upper.columns == lower.columns, "matrices that are stacked have as many columns")
    let y = matrix(
      rows: upper.rows + lower.rows, columns: upper.columns, needsGradient: needsGradient(upper) || needsGradient(lower)
    )
    y.values.update(from: upper.values, count: upper.count)
    (y.values + upper.count).update(from: lower.values, count: lower.count)
    record(y) { [unowned self] dy in
      if let (d, adds) = gradient(of: upper) { kernels.functions.scale(d, dy, 1, upper.count, adds ? 1 : 0) }
      if let (d, adds) = gradient(of: lower) {
        kernels.functions.scale(d, dy + upper.count, 1, lower.count, adds ? 1 : 0)
      }
    }
    return y
  }

  /// Every column so many times, one copy beside the other.
  public func repeatColumns(of x: Node, times: Int) -> Node {
    precondition(times > 0, "a column stays at least once")
    if times == 1 { return x }
    let y = matrix(rows: x.rows, columns: x.columns * times, needsGradient: needsGradient(x))
    for place in 0..<x.count { (y.values + place * times).update(repeating: x.values[place], count: times) }
    record(y) { [unowned self] dy in
      // As many rows as x has values, each with the copies of one.
      if let dx = accumulatedGradient(of: x) { kernels.functions.row_sums(dy, x.count, times, dx) }
    }
    return y
  }
}
