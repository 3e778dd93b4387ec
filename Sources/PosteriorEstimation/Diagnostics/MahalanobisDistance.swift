import ParallelLoops

/// The distance from the mean of samples in units of their spread in each direction.
struct MahalanobisDistance: Hashable, Sendable {
  /// Values of a sample, d.
  let dimensions: Int
  /// Weight from 0 to 1 with which the covariance was drawn towards the identity, see ``ShrunkCovariance``.
  let shrinkage: Double
  /// Dimensions that vary, v of them.
  private let varying: [Int]
  let mean: [Double]
  /// Standard deviations; 0 for a value that is the same in all samples.
  let deviations: [Double]
  /// 1 / standard deviation; 0 for such a value.
  private let factors: [Double]
  /// Lower triangle L with L Lᵀ = covariance of the scaled varying dimensions, shape `[v, v]`.
  let triangle: [Double]

  /// The distance from samples; nil if all of them are equal.
  init?(from samples: SampleSet) {
    let (means, deviations) = samples.moments()
    let d = samples.dimensions
    let varying = deviations.indices.filter { deviations[$0] > 0 }
    guard !varying.isEmpty else { return nil }
    let factors = Self.factors(deviations)
    // Scaled first, because the identity that the covariance is drawn to has one variance for all.
    let scaled = (0..<samples.count).flatMap { sample in
      varying.map { (samples.values[sample * d + $0] - means[$0]) * factors[$0] }
    }
    let covariance = ShrunkCovariance(centred: scaled, dimensions: varying.count)
    (dimensions, shrinkage, self.varying) = (d, covariance.shrinkage, varying)
    (mean, self.deviations, self.factors) = (means, deviations, factors)
    triangle = Self.triangle(covariance.values, count: varying.count)
  }

  /// The distance that others were made of; nil if they contradict each other.
  init?(mean: [Double], deviations: [Double], triangle: [Double], shrinkage: Double) {
    let varying = deviations.indices.filter { deviations[$0] > 0 }
    let v = varying.count
    guard mean.count == deviations.count, v > 0, triangle.count == v * v,
      (0..<v).allSatisfy({ triangle[$0 * v + $0] > 0 }),
      (mean + deviations + triangle + [shrinkage]).allSatisfy(\.isFinite), deviations.allSatisfy({ $0 >= 0 })
    else { return nil }
    (dimensions, self.shrinkage, self.varying) = (mean.count, shrinkage, varying)
    (self.mean, self.deviations, self.triangle) = (mean, deviations, triangle)
    factors = Self.factors(deviations)
  }

  private static func factors(_ deviations: [Double]) -> [Double] { deviations.map { $0 > 0 ? 1 / $0 : 0 } }

  /// The distance of each sample; ∞ if a value differs that is the same in all samples that were learnt from.
  func callAsFunction(_ samples: SampleSet, threads: Int) -> [Double] {
    precondition(samples.dimensions == dimensions, "the distance is one of \(dimensions) values")
    let (d, v) = (dimensions, varying.count)
    return samples.values.withUnsafeBufferPointer { values in
      let values = SharedMemory(UnsafeMutableBufferPointer(mutating: values))
      return mapPieces(samples.count, threads: threads) { sample in
        let row = values.part(sample * d..<(sample + 1) * d)
        if (0..<d).contains(where: { factors[$0] == 0 && row[$0] != mean[$0] }) { return .infinity }
        // Forward substitution: L y = x, and the squared distance is yᵀ y.
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: v) { solved in
          var square = 0.0
          for place in 0..<v {
            let dimension = varying[place]
            var rest = (row[dimension] - mean[dimension]) * factors[dimension]
            for column in 0..<place { rest -= triangle[place * v + column] * solved[column] }
            rest /= triangle[place * v + place]
            solved[place] = rest
            square += rest * rest
          }
          return square.squareRoot()
        }
      }
    }
  }

  /// Cholesky's lower triangle; what rounding leaves of a variance is no less than a part in 10¹² of it.
  private static func triangle(_ matrix: [Double], count: Int) -> [Double] {
    var factor = [Double](repeating: 0, count: count * count)
    for row in 0..<count {
      for column in 0...row {
        var rest = matrix[row * count + column]
        for k in 0..<column { rest -= factor[row * count + k] * factor[column * count + k] }
        factor[row * count + column] =
          row == column
          ? max(rest, 1e-12 * matrix[row * count + row]).squareRoot() : rest / factor[column * count + column]
      }
    }
    return factor
  }
}
