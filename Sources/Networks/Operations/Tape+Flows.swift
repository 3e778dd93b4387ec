import CKernels
import Foundation

/// A monotone rational-quadratic spline between -bound and bound, and the identity beyond.
///
/// Source: Durkan, Bekasov, Murray and Papamakarios 2019, "Neural spline flows".
public struct SplineSettings: Hashable, Codable, Sendable {
  /// Bins between the bounds, at most 64.
  public var bins: Int
  /// Where the identity begins.
  public var bound: Float
  /// Width and height of a bin, at least, as part of the whole.
  public var smallestBin: Float
  /// Slope at a knot, at least.
  public var smallestSlope: Float

  /// A spline; the defaults are those of nflows and sbi.
  public init(bins: Int = 10, bound: Float = 3, smallestBin: Float = 1e-3, smallestSlope: Float = 1e-3) {
    (self.bins, self.bound) = (bins, bound)
    (self.smallestBin, self.smallestSlope) = (smallestBin, smallestSlope)
  }

  /// Numbers that describe a spline: widths, heights, slopes at inner knots.
  public var parameterCount: Int { 3 * bins - 1 }

  /// Whether numbers mean something.
  public var isValid: Bool {
    (1...Int(CK_MOST_BINS)).contains(bins) && bound > 0 && bound.isFinite && smallestBin >= 0
      && smallestBin * Float(bins) < 1 && smallestSlope >= 0
  }
}

/// Parts of normalizing flows.
///
/// The state of a flow of d dimensions is a matrix of d + 1 rows, whose samples are columns: values, and below them the
/// logarithm of the determinant of the derivative of everything so far. Forward is from data to the normal distribution.
/// Inverses go the other way and add what the forward direction adds, so that the last row means the same; they have no
/// gradients.
extension Tape {
  /// The beginning of a flow.
  ///
  /// - Parameter values: Shape `[samples, d]`.
  /// - Returns: Shape `[d + 1, samples]`, with zeros in the last row.
  public func flowState(_ values: Node) -> Node {
    let (samples, d) = (values.rows, values.columns)
    let state = matrix(rows: d + 1, columns: samples, needsGradient: needsGradient(values))
    kernels.functions.transpose(values.values, samples, d, state.values)
    (state.values + d * samples).update(repeating: 0, count: samples)
    record(state) { [unowned self] dState in
      guard let d = accumulatedGradient(of: values) else { return }
      let turned = scratch(values.count)
      kernels.functions.transpose(dState, values.columns, samples, turned)
      kernels.functions.scale(d, turned, 1, values.count, 1)
      release(turned, values.count)
    }
    return state
  }

  /// The values of a state, shape `[samples, d]`.
  public func flowValues(_ state: Node) -> Node {
    transposed(rows(Array(0..<state.rows - 1), of: state))
  }

  /// Log density of data: the standard normal one of the values that a flow ends with, plus the log determinant.
  ///
  /// - Returns: Shape `[samples, 1]`.
  public func normalLogDensity(_ state: Node) -> Node {
    let (d, samples) = (state.rows - 1, state.columns)
    let y = matrix(rows: samples, columns: 1, needsGradient: needsGradient(state))
    let constant = Float(-0.5 * Double(d) * log(2 * Double.pi))
    let determinant = state.values + d * samples
    for sample in 0..<samples { y.values[sample] = determinant[sample] + constant }
    for row in 0..<d {
      let values = state.values + row * samples
      for sample in 0..<samples { y.values[sample] -= 0.5 * values[sample] * values[sample] }
    }
    record(y) { [unowned self] dy in
      guard let d = accumulatedGradient(of: state) else { return }
      for row in 0..<state.rows - 1 {
        let (values, target) = (state.values + row * samples, d + row * samples)
        for sample in 0..<samples { target[sample] -= values[sample] * dy[sample] }
      }
      kernels.functions.scale(d + (state.rows - 1) * samples, dy, 1, samples, 1)
    }
    return y
  }

  // MARK: Splines

  /// Splines of some of the values.
  ///
  /// - Parameters:
  ///   - state: Shape `[d + 1, samples]`.
  ///   - parameters: Shape `[features * spline.parameterCount, samples]`: those of the first feature, then the next.
  ///   - features: Which values.
  ///   - scale: What logarithms of widths and heights are multiplied by first.
  /// - Returns: The same shape as `state`.
  public func splineCoupling(
    _ state: Node, parameters: Node, features: [Int], spline: SplineSettings, scale: Float
  ) -> Node {
    let y = coupled(state, parameters, features, spline, needsGradient: needsGradient(state) || needsGradient(parameters))
    let (samples, count) = (state.columns, spline.parameterCount)
    var settings = spline.kernel(scale: scale)
    let last = (state.rows - 1) * samples
    for (place, feature) in features.enumerated() {
      kernels.functions.spline(
        &settings, state.values + feature * samples, parameters.values + place * count * samples, samples, samples,
        y.values + feature * samples, y.values + last)
    }
    record(y) { [unowned self] dy in
      var settings = settings
      let target = gradient(of: parameters)
      let written = target.map { $0.adds ? scratch(parameters.count) : $0.values } ?? scratch(parameters.count)
      for (place, feature) in features.enumerated() {
        kernels.functions.spline_backward(
          &settings, state.values + feature * samples, parameters.values + place * count * samples, samples, samples,
          dy + feature * samples, dy + last, dy + feature * samples, written + place * count * samples)
      }
      if let target, target.adds { kernels.functions.scale(target.values, written, 1, parameters.count, 1) }
      if target?.adds != false { release(written, parameters.count) }
      if let (d, adds) = gradient(of: state) { kernels.functions.scale(d, dy, 1, state.count, adds ? 1 : 0) }
    }
    return y
  }

  /// The state from which ``splineCoupling(_:parameters:features:spline:scale:)`` makes another.
  public func splineCouplingInverse(
    _ state: Node, parameters: Node, features: [Int], spline: SplineSettings, scale: Float
  ) -> Node {
    let y = coupled(state, parameters, features, spline, needsGradient: false)
    let (samples, count) = (state.columns, spline.parameterCount)
    var settings = spline.kernel(scale: scale)
    for (place, feature) in features.enumerated() {
      kernels.functions.spline_inverse(
        &settings, state.values + feature * samples, parameters.values + place * count * samples, samples, samples,
        y.values + feature * samples, y.values + (state.rows - 1) * samples)
    }
    return y
  }

  /// A copy of a state, for some values of it to be replaced.
  private func coupled(
    _ state: Node, _ parameters: Node, _ features: [Int], _ spline: SplineSettings, needsGradient: Bool
  ) -> Node {
    precondition(spline.isValid, "a spline has 1 to \(CK_MOST_BINS) bins between positive bounds")
    precondition(
      parameters.rows == features.count * spline.parameterCount && parameters.columns == state.columns,
      "a spline takes \(spline.parameterCount) parameters")
    precondition(features.allSatisfy { (0..<state.rows - 1).contains($0) }, "the state has these values")
    return copy(of: state, needsGradient: needsGradient)
  }

  private func copy(of state: Node, needsGradient: Bool) -> Node {
    let y = matrix(rows: state.rows, columns: state.columns, needsGradient: needsGradient)
    y.values.update(from: state.values, count: state.count)
    return y
  }

  // MARK: Affine maps

  /// Least factor of ``affineFlow(_:parameters:)``.
  public static let smallestAffineScale: Float = 1e-3

  /// Every value times softplus of a parameter + ``smallestAffineScale``, plus another parameter.
  ///
  /// - Parameters:
  ///   - state: Shape `[d + 1, samples]`.
  ///   - parameters: Shape `[2 * d, samples]`: factor and summand of the first value, then of the next.
  /// - Returns: The same shape as `state`.
  public func affineFlow(_ state: Node, parameters: Node) -> Node {
    let (d, samples) = (state.rows - 1, state.columns)
    precondition(parameters.rows == 2 * d && parameters.columns == samples, "there are two parameters a value")
    let y = copy(of: state, needsGradient: needsGradient(state) || needsGradient(parameters))
    let determinant = y.values + d * samples
    for row in 0..<d {
      let place = parameters.values + 2 * row * samples
      kernels.functions.affine(
        state.values + row * samples, place, place + samples, Self.smallestAffineScale, samples,
        y.values + row * samples, determinant)
    }
    record(y) { [unowned self] dy in
      let target = gradient(of: parameters)
      let written = target.map { $0.adds ? scratch(parameters.count) : $0.values } ?? scratch(parameters.count)
      for row in 0..<d {
        let place = written + 2 * row * samples
        (place + samples).update(from: dy + row * samples, count: samples)
        kernels.functions.affine_backward(
          state.values + row * samples, parameters.values + 2 * row * samples, Self.smallestAffineScale, samples,
          dy + row * samples, dy + d * samples, dy + row * samples, place)
      }
      if let target, target.adds { kernels.functions.scale(target.values, written, 1, parameters.count, 1) }
      if target?.adds != false { release(written, parameters.count) }
      if let (d, adds) = gradient(of: state) { kernels.functions.scale(d, dy, 1, state.count, adds ? 1 : 0) }
    }
    return y
  }

  /// The values in another order: value i of the result is value `order[i]` of the state.
  public func permuteFlow(_ state: Node, order: [Int]) -> Node {
    precondition(order.sorted() == Array(0..<state.rows - 1), "an order has each value once")
    return rows(order + [state.rows - 1], of: state)
  }

  // MARK: Linear maps

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

extension SplineSettings {
  fileprivate func kernel(scale: Float) -> ck_spline {
    ck_spline(bins: bins, bound: bound, scale: scale, smallest_bin: smallestBin, smallest_slope: smallestSlope)
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
