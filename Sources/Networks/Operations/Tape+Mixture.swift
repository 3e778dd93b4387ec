import CKernels
import EvokeNumerics
import Foundation

/// A mixture of normal distributions as the outputs of a network.
///
/// Rows of parameters, whose samples are columns: `components` logits of the weights; means, `count` for each component;
/// as many numbers of which softplus + ``smallestScale`` makes diagonals of U, where UᵀU is a precision; then elements
/// of U above its diagonal, row after row, those of the first component first.
///
/// Source: Bishop 1994, "Mixture density networks".
public struct NormalMixture: Hashable, Sendable {
  /// Is added to the diagonals, so that a component stays bounded.
  public static let smallestScale: Float = 1e-3

  /// Values, d, at most 64.
  public let count: Int
  /// Components.
  public let components: Int

  /// A mixture.
  public init(count: Int, components: Int) {
    precondition((1...Int(CK_MOST_DIMENSIONS)).contains(count) && components > 0, "a mixture has 1 to 64 values")
    (self.count, self.components) = (count, components)
  }

  /// Rows of parameters.
  public var parameterCount: Int { components * (1 + 2 * count + count * (count - 1) / 2) }
  /// Rows of the diagonals.
  public var diagonals: Range<Int> { components * (1 + count)..<components * (1 + 2 * count) }

  private var kernel: ck_mixture { ck_mixture(count: count, components: components, smallest: Self.smallestScale) }

  /// Log density, shape `[samples, 1]`.
  ///
  /// - Parameters:
  ///   - values: Shape `[d, samples]`.
  ///   - parameters: Shape `[parameterCount, samples]`.
  public func logDensity(of values: Node, parameters: Node, on tape: Tape) -> Node {
    let samples = values.columns
    check(parameters, samples: samples)
    precondition(values.rows == count, "a mixture is over \(count) values")
    let needed = tape.needsGradient(values) || tape.needsGradient(parameters)
    let y = tape.matrix(rows: samples, columns: 1, needsGradient: needed)
    let densities = tape.scratch(components * samples)
    var kernel = kernel
    tape.kernels.functions.mixture(&kernel, values.values, parameters.values, samples, densities, y.values)
    guard tape.needsGradient(y) else {
      tape.release(densities, components * samples)
      return y
    }
    tape.record(y) { [unowned tape, self] dy in
      var kernel = self.kernel
      let dValues = tape.accumulatedGradient(of: values)
      tape.overwriteGradient(of: parameters) { dParameters in
        tape.kernels.functions.mixture_backward(
          &kernel, values.values, parameters.values, samples, densities, y.values, dy, dValues, dParameters)
      }
      tape.release(densities, components * samples)
    }
    return y
  }

  private func check(_ parameters: Node, samples: Int) {
    precondition(
      parameters.rows == parameterCount && parameters.columns == samples,
      "\(components) components of \(count) values take \(parameterCount) parameters")
  }

  /// Draws made of standard normal numbers: the first one's place says which component, the others are its noise.
  ///
  /// - Parameters:
  ///   - noise: Shape `[d + 1, samples]`.
  ///   - parameters: Shape `[parameterCount, contexts]`, with as many samples for each context.
  /// - Returns: Shape `[d, samples]`, without gradients.
  public func draws(from noise: Node, parameters: Node, on tape: Tape) -> Node {
    let (samples, contexts) = (noise.columns, parameters.columns)
    check(parameters, samples: contexts)
    precondition(noise.rows == count + 1 && samples % contexts == 0, "a draw takes \(count + 1) numbers")
    let y = tape.matrix(rows: count, columns: samples, needsGradient: false)
    let each = samples / contexts
    var shares = [Double](repeating: 0, count: components)
    for context in 0..<contexts {
      let place = parameters.values + context
      cumulate(place, stride: contexts, into: &shares)
      for sample in context * each..<(context + 1) * each {
        let share = StandardNormal.cumulative(Double(noise.values[sample])) * shares[components - 1]
        let component = shares.firstIndex { share < $0 } ?? components - 1
        solve(
          place, stride: contexts, component: component, noise: noise.values + samples + sample,
          result: y.values + sample, samples: samples)
      }
    }
    return y
  }

  /// Weights up to each component, not scaled.
  private func cumulate(_ logits: UnsafePointer<Float>, stride: Int, into shares: inout [Double]) {
    var (largest, sum) = (-Float.infinity, 0.0)
    for component in 0..<components { largest = max(largest, logits[component * stride]) }
    for component in 0..<components {
      sum += exp(Double(logits[component * stride] - largest))
      shares[component] = sum
    }
  }

  /// mean + U⁻¹ noise, from the last value on.
  private func solve(
    _ parameters: UnsafePointer<Float>, stride: Int, component: Int, noise: UnsafePointer<Float>,
    result: UnsafeMutablePointer<Float>, samples: Int
  ) {
    let means = components + component * count
    let upper = components * (1 + 2 * count) + component * (count * (count - 1) / 2)
    for row in (0..<count).reversed() {
      // Elements of the rows above come first.
      let first = upper + row * (2 * count - row - 1) / 2
      var rest = Double(noise[row * samples])
      for column in row + 1..<max(row + 1, count) {
        let offset = Double(result[column * samples] - parameters[(means + column) * stride])
        rest -= Double(parameters[(first + column - row - 1) * stride]) * offset
      }
      let raw = Double(parameters[(diagonals.lowerBound + component * count + row) * stride])
      let diagonal = max(raw, 0) + log1p(exp(-abs(raw))) + Double(Self.smallestScale)
      result[row * samples] = parameters[(means + row) * stride] + Float(rest / diagonal)
    }
  }
}
