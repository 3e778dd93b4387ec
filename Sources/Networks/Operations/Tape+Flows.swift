import CKernels
import Foundation

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
      overwriteGradient(of: values) { kernels.functions.transpose(dState, values.columns, samples, $0) }
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

  /// A copy of a state, for some rows of it to be replaced.
  func copy(of state: Node, needsGradient: Bool) -> Node {
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
      overwriteGradient(of: parameters) { dParameters in
        for row in 0..<d {
          let place = dParameters + 2 * row * samples
          (place + samples).update(from: dy + row * samples, count: samples)
          kernels.functions.affine_backward(
            state.values + row * samples, parameters.values + 2 * row * samples, Self.smallestAffineScale, samples,
            dy + row * samples, dy + d * samples, dy + row * samples, place)
        }
      }
      if let (d, adds) = gradient(of: state) { kernels.functions.scale(d, dy, 1, state.count, adds ? 1 : 0) }
    }
    return y
  }

  /// The values in another order: value i of the result is value `order[i]` of the state.
  public func permuteFlow(_ state: Node, order: [Int]) -> Node {
    precondition(order.sorted() == Array(0..<state.rows - 1), "an order has each value once")
    return rows(order + [state.rows - 1], of: state)
  }
}
