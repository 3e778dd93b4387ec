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
    record(y) { [unowned self] dy in
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
    var normal = NormalOutputs(count: d)
    for row in 0..<outputs.rows {
      normal.read(outputs.values + row * outputs.columns)
      y.values[row] = Float(normal.negativeLogDensity(of: targets.values + row * d))
    }
    record(y) { [unowned self] dy in
      guard let gradient = accumulatedGradient(of: outputs) else { return }
      var normal = NormalOutputs(count: d)
      for row in 0..<outputs.rows {
        normal.read(outputs.values + row * outputs.columns)
        normal.addGradient(of: targets.values + row * d, times: dy[row], to: gradient + row * outputs.columns)
      }
    }
    return y
  }
}

/// A normal distribution as the outputs of a network: a mean and the Cholesky factor of a covariance.
///
/// Calculates in double precision; a few hundred operations for some ten values. One value serves many rows, so that
/// nothing is allocated for each.
public struct NormalOutputs: Sendable {
  /// Is added to the diagonal of the factor, so that the density stays bounded.
  public static let smallestScale = 1e-4

  /// Outputs for a distribution of `count` values.
  public static func count(of count: Int) -> Int { count + count * (count + 1) / 2 }

  /// Shape `[d]`.
  public private(set) var mean: [Double]
  /// Lower triangle L with L Lᵀ = covariance, shape `[d, d]`, row after row.
  public private(set) var factor: [Double]
  /// softplus' of the outputs on the diagonal, `[d]`.
  private var slopes: [Double]
  /// L⁻¹ (target - mean), and L⁻ᵀ times that, `[d]`.
  private var standardized: [Double]
  private var weighted: [Double]

  /// Room for a distribution of `count` values, before ``read(_:)``.
  public init(count: Int) {
    let zeros = [Double](repeating: 0, count: count)
    (mean, slopes, standardized, weighted) = (zeros, zeros, zeros, zeros)
    factor = [Double](repeating: 0, count: count * count)
  }

  /// Takes a distribution from ``count(of:)`` outputs.
  public mutating func read(_ outputs: UnsafePointer<Float>) {
    let d = mean.count
    for row in 0..<d { mean[row] = Double(outputs[row]) }
    var place = d
    for row in 0..<d {
      for column in 0..<row {
        factor[row * d + column] = Double(outputs[place])
        place += 1
      }
      let output = Double(outputs[place])
      place += 1
      factor[row * d + row] = max(output, 0) + log1p(exp(-abs(output))) + NormalOutputs.smallestScale
      slopes[row] = 1 / (1 + exp(-output))
    }
  }

  /// The covariance L Lᵀ, shape `[d, d]`.
  public var covariance: [Double] {
    let d = mean.count
    return (0..<d * d).map { place in
      (0..<d).reduce(0) { $0 + factor[place / d * d + $1] * factor[place % d * d + $1] }
    }
  }

  private mutating func standardize(_ target: UnsafePointer<Float>) {
    let d = mean.count
    for row in 0..<d {
      var rest = Double(target[row]) - mean[row]
      for column in 0..<row { rest -= factor[row * d + column] * standardized[column] }
      standardized[row] = rest / factor[row * d + row]
    }
  }

  /// The negative logarithm of the density at a target of d values.
  public mutating func negativeLogDensity(of target: UnsafePointer<Float>) -> Double {
    let d = mean.count
    standardize(target)
    var sum = Double(d) / 2 * log(2 * Double.pi)
    for row in 0..<d { sum += standardized[row] * standardized[row] / 2 + log(factor[row * d + row]) }
    return sum
  }

  /// With z = L⁻¹ (target - mean) and w = L⁻ᵀ z, the gradient is -w for the mean, and -w zᵀ for L, with 1 / L_ii more on
  /// its diagonal.
  mutating func addGradient(
    of target: UnsafePointer<Float>, times weight: Float, to gradient: UnsafeMutablePointer<Float>
  ) {
    let d = mean.count
    standardize(target)
    for row in (0..<d).reversed() {
      var rest = standardized[row]
      for below in row + 1..<max(row + 1, d) { rest -= factor[below * d + row] * weighted[below] }
      weighted[row] = rest / factor[row * d + row]
    }
    for row in 0..<d { gradient[row] -= weight * Float(weighted[row]) }
    var place = d
    for row in 0..<d {
      for column in 0...row {
        var slope = -weighted[row] * standardized[column]
        if column == row { slope = (slope + 1 / factor[row * d + row]) * slopes[row] }
        gradient[place] += weight * Float(slope)
        place += 1
      }
    }
  }
}
