import EvokeNumerics
import Foundation

extension Tape {
  /// The mean squared difference of every row.
  ///
  /// - Parameters:
  ///   - outputs: Shape `[samples, columns]`.
  ///   - targets: Constants of the same shape.
  /// - Returns: Shape `[samples, 1]`. Its mean over a batch is PyTorch's `MSELoss`.
  public func squaredError(_ outputs: Node, targets: Node) -> Node {
    precondition(
      outputs.rows == targets.rows && outputs.columns == targets.columns,
      "targets of \(targets.rows) x \(targets.columns) values do not fit \(outputs.rows) x \(outputs.columns) outputs")
    let (rows, columns) = (outputs.rows, outputs.columns)
    let y = matrix(rows: rows, columns: 1, needsGradient: needsGradient(outputs))
    for row in 0..<rows {
      var sum: Float = 0
      for place in row * columns..<(row + 1) * columns {
        let difference = outputs.values[place] - targets.values[place]
        sum += difference * difference
      }
      y.values[row] = sum / Float(columns)
    }
    record(y) { [self] dy in
      guard let d = accumulatedGradient(of: outputs) else { return }
      for row in 0..<rows {
        let factor = 2 / Float(columns) * dy[row]
        for place in row * columns..<(row + 1) * columns {
          d[place] += factor * (outputs.values[place] - targets.values[place])
        }
      }
    }
    return y
  }

  /// The negative logarithm of a normal density whose mean and covariance are outputs.
  ///
  /// - Parameters:
  ///   - outputs: Shape `[samples, d + d (d + 1) / 2]`: the mean, then the rows of the covariance's lower Cholesky
  ///     factor L from the first on (L₀₀, L₁₀, L₁₁, L₂₀, ...). Diagonal elements are softplus(output) +
  ///     ``NormalOutputs/smallestScale``.
  ///   - targets: Constants, shape `[samples, d]`.
  /// - Returns: Shape `[samples, 1]`, with the constant d/2 log 2π.
  public func normalNegativeLogDensity(_ outputs: Node, targets: Node) -> Node {
    let d = targets.columns
    precondition(
      outputs.rows == targets.rows && outputs.columns == NormalOutputs.count(of: d),
      "a normal density of \(d) values takes \(NormalOutputs.count(of: d)) outputs")
    let y = matrix(rows: outputs.rows, columns: 1, needsGradient: needsGradient(outputs))
    for row in 0..<outputs.rows {
      let normal = NormalOutputs(outputs.values + row * outputs.columns, count: d)
      y.values[row] = Float(normal.negativeLogDensity(of: targets.values + row * d))
    }
    record(y) { [self] dy in
      guard let gradient = accumulatedGradient(of: outputs) else { return }
      for row in 0..<outputs.rows {
        let normal = NormalOutputs(outputs.values + row * outputs.columns, count: d)
        normal.addGradient(of: targets.values + row * d, times: dy[row], to: gradient + row * outputs.columns)
      }
    }
    return y
  }
}

/// A normal distribution as the outputs of a network: a mean and the Cholesky factor of a covariance.
///
/// Calculates in double precision; a few hundred operations for some ten values.
public struct NormalOutputs: Sendable {
  /// Is added to the diagonal of the factor, so that the density stays bounded.
  public static let smallestScale = 1e-4

  /// Outputs for a distribution of `count` values.
  public static func count(of count: Int) -> Int { count + count * (count + 1) / 2 }

  /// Shape `[d]`.
  public let mean: [Double]
  /// Lower triangle L with L Lᵀ = covariance, shape `[d, d]`, row after row.
  public let factor: [Double]
  /// softplus' of the outputs on the diagonal, `[d]`.
  private let slopes: [Double]

  /// Reads a distribution of `count` values from ``count(of:)`` outputs.
  public init(_ outputs: UnsafePointer<Float>, count d: Int) {
    mean = (0..<d).map { Double(outputs[$0]) }
    var factor = [Double](repeating: 0, count: d * d)
    var slopes: [Double] = []
    var place = d
    for row in 0..<d {
      for column in 0...row {
        let output = Double(outputs[place])
        place += 1
        if column < row {
          factor[row * d + column] = output
        } else {
          factor[row * d + row] = max(output, 0) + log1p(exp(-abs(output))) + NormalOutputs.smallestScale
          slopes.append(1 / (1 + exp(-output)))
        }
      }
    }
    (self.factor, self.slopes) = (factor, slopes)
  }

  /// The covariance L Lᵀ, shape `[d, d]`.
  public var covariance: [Double] {
    let d = mean.count
    return (0..<d * d).map { place in
      (0..<d).reduce(0) { $0 + factor[place / d * d + $1] * factor[place % d * d + $1] }
    }
  }

  /// z = L⁻¹ (target - mean).
  private func standardized(_ target: UnsafePointer<Float>) -> [Double] {
    let d = mean.count
    var z = [Double](repeating: 0, count: d)
    for row in 0..<d {
      var rest = Double(target[row]) - mean[row]
      for column in 0..<row { rest -= factor[row * d + column] * z[column] }
      z[row] = rest / factor[row * d + row]
    }
    return z
  }

  /// The negative logarithm of the density at a target of d values.
  public func negativeLogDensity(of target: UnsafePointer<Float>) -> Double {
    let d = mean.count
    var sum = Double(d) / 2 * log(2 * Double.pi)
    for (row, z) in standardized(target).enumerated() { sum += z * z / 2 + log(factor[row * d + row]) }
    return sum
  }

  /// With w = L⁻ᵀ z, the gradient is -w for the mean, and -w zᵀ for L, with 1 / L_ii more on its diagonal.
  func addGradient(of target: UnsafePointer<Float>, times weight: Float, to gradient: UnsafeMutablePointer<Float>) {
    let d = mean.count
    let z = standardized(target)
    var w = z
    for row in (0..<d).reversed() {
      for below in row + 1..<max(row + 1, d) { w[row] -= factor[below * d + row] * w[below] }
      w[row] /= factor[row * d + row]
    }
    for row in 0..<d { gradient[row] -= weight * Float(w[row]) }
    var place = d
    for row in 0..<d {
      for column in 0...row {
        var slope = -w[row] * z[column]
        if column == row { slope = (slope + 1 / factor[row * d + row]) * slopes[row] }
        gradient[place] += weight * Float(slope)
        place += 1
      }
    }
  }
}
