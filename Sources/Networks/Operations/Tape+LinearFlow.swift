import CKernels
import Foundation

extension Tape {
  /// L U x + b, with L lower triangular with ones on its diagonal and U upper triangular.
  ///
  /// - Parameters:
  ///   - state: Shape `[d + 1, samples]`.
  ///   - lower: Elements of L below the diagonal, row after row; nil if d is 1.
  ///   - upper: Elements of U above the diagonal, row after row; nil if d is 1.
  ///   - diagonal: d values; softplus + ``smallestAffineScale`` of them is the diagonal of U.
  ///   - bias: b, d values.
  /// - Returns: The same shape as `state`.
  public func linearFlow(_ state: Node, lower: Node?, upper: Node?, diagonal: Node, bias: Node) -> Node {
    let (d, samples) = (state.rows - 1, state.columns)
    let factors = TriangularFactors(lower: lower?.values, upper: upper?.values, diagonal: diagonal.values, count: d)
    let operands = [state, diagonal, bias, lower, upper].compactMap(\.self)
    let y = matrix(rows: d + 1, columns: samples, needsGradient: operands.contains(where: needsGradient))
    let product = constant(factors.product.map(Float.init), rows: d, columns: d)
    linearMap(product.values, bias.values, of: state, to: y, logDeterminant: Float(factors.logDeterminant))
    record(y) { [unowned self] dy in
      let (last, dProduct) = (dy + d * samples, scratch(d * d))
      MatrixProduct.multiply(
        .init(dy, stride: samples), .init(state.values, stride: samples, transposed: true), rows: d, columns: d,
        inner: samples, into: dProduct, stride: d)
      var ofDeterminant = 0.0
      for sample in 0..<samples { ofDeterminant += Double(last[sample]) }
      factors.addGradients(
        of: dProduct, ofLogDeterminant: ofDeterminant, lower: lower.flatMap { accumulatedGradient(of: $0) },
        upper: upper.flatMap { accumulatedGradient(of: $0) }, diagonal: accumulatedGradient(of: diagonal))
      release(dProduct, d * d)
      if let d = accumulatedGradient(of: bias) { kernels.functions.row_sums(dy, state.rows - 1, samples, d) }
      if let (dState, adds) = gradient(of: state) {
        dense(product.values, strides: (1, d), x: dy, y: dState, bias: nil, d, samples, adds: adds)
        kernels.functions.scale(dState + d * samples, last, 1, samples, adds ? 1 : 0)
      }
    }
    return y
  }

  /// The state from which ``linearFlow(_:lower:upper:diagonal:bias:)`` makes another.
  public func linearFlowInverse(_ state: Node, lower: Node?, upper: Node?, diagonal: Node, bias: Node) -> Node {
    let d = state.rows - 1
    let factors = TriangularFactors(lower: lower?.values, upper: upper?.values, diagonal: diagonal.values, count: d)
    let inverse = factors.inverse
    let shift = (0..<d).map { row in (0..<d).reduce(0) { $0 - inverse[row * d + $1] * Double(bias.values[$1]) } }
    let y = matrix(rows: d + 1, columns: state.columns, needsGradient: false)
    let (matrix, offset) = (
      constant(inverse.map(Float.init), rows: d, columns: d), constant(shift.map(Float.init), rows: 1, columns: d)
    )
    linearMap(matrix.values, offset.values, of: state, to: y, logDeterminant: Float(factors.logDeterminant))
    return y
  }

  private func linearMap(
    _ matrix: UnsafePointer<Float>, _ bias: UnsafePointer<Float>, of state: Node, to y: Node, logDeterminant: Float
  ) {
    let (d, samples) = (state.rows - 1, state.columns)
    dense(matrix, strides: (d, 1), x: state.values, y: y.values, bias: bias, d, samples, adds: false)
    let (before, after) = (state.values + d * samples, y.values + d * samples)
    for sample in 0..<samples { after[sample] = before[sample] + logDeterminant }
  }

  private func dense(
    _ w: UnsafePointer<Float>, strides: (output: Int, input: Int), x: UnsafePointer<Float>,
    y: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>?, _ d: Int, _ samples: Int, adds: Bool
  ) {
    var arguments = ck_dense(
      outputs: d, inputs: d, samples: samples, w: w, w_output: strides.output, w_input: strides.input, x: x,
      x_stride: samples, y: y, y_stride: samples, bias: bias, added: nil, added_stride: 0, added_is_column: 0,
      activation: Activation.identity.kernel, adds: adds ? 1 : 0)
    kernels.functions.dense(&arguments)
  }
}

/// L and U of a linear map of few dimensions, in double precision.
private struct TriangularFactors {
  let count: Int
  /// Shape `[d, d]`, with ones on the diagonal.
  private var lower: [Double]
  /// Shape `[d, d]`.
  private var upper: [Double]
  /// Derivatives of the diagonal of U with respect to what softplus is taken of.
  private var slopes: [Double]

  init(
    lower: UnsafePointer<Float>?, upper: UnsafePointer<Float>?, diagonal: UnsafePointer<Float>, count d: Int
  ) {
    precondition(d == 1 || lower != nil && upper != nil, "a linear map of several dimensions has both triangles")
    count = d
    (self.lower, self.upper) = (Array(repeating: 0, count: d * d), Array(repeating: 0, count: d * d))
    slopes = Array(repeating: 0, count: d)
    var (below, above) = (0, 0)
    for row in 0..<d {
      for column in 0..<row {
        self.lower[row * d + column] = Double(lower?[below] ?? 0)
        below += 1
      }
      self.lower[row * d + row] = 1
      let raw = Double(diagonal[row])
      self.upper[row * d + row] = max(raw, 0) + log1p(exp(-abs(raw))) + Double(Tape.smallestAffineScale)
      slopes[row] = 1 / (1 + exp(-raw))
      for column in row + 1..<max(row + 1, d) {
        self.upper[row * d + column] = Double(upper?[above] ?? 0)
        above += 1
      }
    }
  }

  /// L U, shape `[d, d]`.
  var product: [Double] {
    (0..<count * count).map { place in
      let (row, column) = (place / count, place % count)
      return (0...min(row, column)).reduce(0) { $0 + lower[row * count + $1] * upper[$1 * count + column] }
    }
  }

  var logDeterminant: Double { (0..<count).reduce(0) { $0 + log(upper[$1 * count + $1]) } }

  /// U⁻¹ L⁻¹, column by column.
  var inverse: [Double] {
    var result = [Double](repeating: 0, count: count * count)
    for column in 0..<count {
      for row in 0..<count {
        var rest = row == column ? 1.0 : 0
        for k in 0..<row { rest -= lower[row * count + k] * result[k * count + column] }
        result[row * count + column] = rest
      }
      for row in (0..<count).reversed() {
        var rest = result[row * count + column]
        for k in row + 1..<max(row + 1, count) { rest -= upper[row * count + k] * result[k * count + column] }
        result[row * count + column] = rest / upper[row * count + row]
      }
    }
    return result
  }

  /// Adds the gradients of the elements, from that of the product and of the log determinant.
  func addGradients(
    of dProduct: UnsafePointer<Float>, ofLogDeterminant: Double, lower dLower: UnsafeMutablePointer<Float>?,
    upper dUpper: UnsafeMutablePointer<Float>?, diagonal dDiagonal: UnsafeMutablePointer<Float>?
  ) {
    let d = count
    var (below, above) = (0, 0)
    for row in 0..<d {
      if let dLower {
        for column in 0..<row {
          var sum = 0.0
          for k in column..<d { sum += Double(dProduct[row * d + k]) * upper[column * d + k] }
          dLower[below] += Float(sum)
          below += 1
        }
      }
      for column in row..<d {
        var sum = 0.0
        for k in row..<d { sum += lower[k * d + row] * Double(dProduct[k * d + column]) }
        if column == row {
          dDiagonal?[row] += Float((sum + ofLogDeterminant / upper[row * d + row]) * slopes[row])
        } else {
          dUpper?[above] += Float(sum)
          above += 1
        }
      }
    }
  }
}
