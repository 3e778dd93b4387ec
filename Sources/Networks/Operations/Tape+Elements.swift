import CKernels

extension Tape {
  /// a + b, element by element, of one shape.
  public func add(_ a: Node, _ b: Node) -> Node {
    precondition(a.rows == b.rows && a.columns == b.columns, "matrices that are added have one shape")
    let y = matrix(rows: a.rows, columns: a.columns, needsGradient: needsGradient(a) || needsGradient(b))
    y.values.update(from: a.values, count: a.count)
    kernels.functions.scale(y.values, b.values, 1, y.count, 1)
    record(y) { [self] dy in
      for operand in [a, b] {
        if let (d, adds) = gradient(of: operand) { kernels.functions.scale(d, dy, 1, y.count, adds ? 1 : 0) }
      }
    }
    return y
  }

  /// x with a table added to every stretch of as many rows: positions of tokens, the same for every sample.
  ///
  /// - Parameters:
  ///   - x: Shape `[samples * table.rows, columns]`.
  ///   - table: Shape `[rows, columns]`.
  public func add(_ x: Node, toEverySample table: Node) -> Node {
    precondition(
      x.columns == table.columns && x.rows % table.rows == 0,
      "\(x.rows) x \(x.columns) values are no whole number of tables of \(table.rows) x \(table.columns)")
    let y = matrix(rows: x.rows, columns: x.columns, needsGradient: needsGradient(x) || needsGradient(table))
    y.values.update(from: x.values, count: x.count)
    kernels.functions.add_row(y.values, table.values, nil, x.rows / table.rows, table.count)
    record(y) { [self] dy in
      if let (dx, adds) = gradient(of: x) { kernels.functions.scale(dx, dy, 1, x.count, adds ? 1 : 0) }
      if let d = accumulatedGradient(of: table) {
        kernels.functions.column_sums(dy, nil, x.rows / table.rows, table.count, d)
      }
    }
    return y
  }

  /// a b, element by element, of one shape.
  public func multiply(_ a: Node, _ b: Node) -> Node {
    precondition(a.rows == b.rows && a.columns == b.columns, "matrices that are multiplied so have one shape")
    let y = matrix(rows: a.rows, columns: a.columns, needsGradient: needsGradient(a) || needsGradient(b))
    kernels.functions.multiply(y.values, a.values, b.values, y.count, 0)
    record(y) { [self] dy in
      if let (d, adds) = gradient(of: a) { kernels.functions.multiply(d, dy, b.values, y.count, adds ? 1 : 0) }
      if let (d, adds) = gradient(of: b) { kernels.functions.multiply(d, dy, a.values, y.count, adds ? 1 : 0) }
    }
    return y
  }

  /// factor x.
  public func scale(_ x: Node, by factor: Float) -> Node {
    let y = matrix(rows: x.rows, columns: x.columns, needsGradient: needsGradient(x))
    kernels.functions.scale(y.values, x.values, factor, y.count, 0)
    record(y) { [self] dy in
      if let (dx, adds) = gradient(of: x) { kernels.functions.scale(dx, dy, factor, y.count, adds ? 1 : 0) }
    }
    return y
  }

  /// x times the sigmoid of a gate for each column, which is learnt.
  ///
  /// - Parameters:
  ///   - x: Shape `[rows, columns]`.
  ///   - gate: `columns` values.
  public func gate(_ x: Node, by gate: Node) -> Node {
    precondition(gate.count == x.columns, "there is one gate a column")
    let y = matrix(rows: x.rows, columns: x.columns, needsGradient: needsGradient(x) || needsGradient(gate))
    kernels.functions.gate(x.values, gate.values, x.rows, x.columns, y.values)
    record(y) { [self] dy in
      kernels.functions.gate_backward(
        dy, x.values, gate.values, x.rows, x.columns, accumulatedGradient(of: x), accumulatedGradient(of: gate))
    }
    return y
  }
}
