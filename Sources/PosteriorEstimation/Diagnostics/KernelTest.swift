import EvokeNumerics
import Foundation
import Networks
import ParallelLoops

/// Maximum mean discrepancy (MMD) of two sets: how far apart their means are in the space of a Gaussian kernel, and how
/// often sets that are shuffled together are as far.
///
/// Between samples x, y the kernel is exp(-|x - y|² / (2 σ²)). The estimate of the squared discrepancy is the unbiased
/// one, so it may be below 0. The sets may be draws, or embeddings of observations.
///
/// Source: Gretton, Borgwardt, Rasch, Schölkopf and Smola 2012, "A kernel two-sample test", Journal of Machine Learning
/// Research 13, 723-773: equation 3, and section 8 for σ.
public struct KernelTest: Hashable, Sendable {
  /// How the test is made.
  public struct Settings: Hashable, Codable, Sendable {
    /// σ, in units of the samples after scaling; nil for the median distance of samples of both sets together.
    public var bandwidth: Double?
    /// Whether each dimension is divided by its standard deviation over both sets together.
    public var isScaled = true
    /// How many times labels are shuffled.
    public var permutations = 500

    /// Scaled samples, the median distance, 500 permutations.
    public init() {}
  }

  /// Unbiased estimate of the squared discrepancy.
  public let squaredDiscrepancy: Double
  /// σ.
  public let bandwidth: Double
  /// Probability of such a discrepancy or a larger one if both sets follow one law: exact, in steps of
  /// 1 / (permutations + 1).
  ///
  /// Nil without permutations.
  public let pValue: Double?

  /// Samples of both sets that the median distance is taken from at most; beyond, they are chosen by seed.
  static let medianSamples = 1000

  /// Compares two sets.
  ///
  /// Memory is 4 bytes for each sample and permutation; time goes with permutations and the square of the samples.
  ///
  /// - Parameters:
  ///   - first: Two samples or more.
  ///   - second: Two samples or more, of as many dimensions.
  ///   - settings: How the test is made.
  ///   - seed: Of permutations, and of the samples for the median.
  ///   - threads: Threads that share the samples; the result does not depend on them.
  /// - Throws: ``DiagnosticError``, code `shapeDiffers`, `tooFewSamples`, `noSpread` if all samples are equal,
  ///   `invalidSetting`.
  public init(
    _ first: SampleSet, _ second: SampleSet, settings: Settings = Settings(), seed: UInt64 = 0, threads: Int = 1
  ) throws(DiagnosticError) {
    try SampleSet.checkPair(first, second, least: 2)
    guard settings.permutations >= 0, settings.bandwidth.map({ $0 > 0 && $0.isFinite }) ?? true else {
      throw DiagnosticError(
        code: .invalidSetting, message: "a kernel test wants a bandwidth above 0, and permutations from 0 on")
    }
    let samples = try PooledSamples(first, second, isScaled: settings.isScaled)
    if let given = settings.bandwidth { bandwidth = given } else { bandwidth = try samples.medianDistance(seed: seed) }
    let groups = Self.groups(samples.count, first: first.count, permutations: settings.permutations, seed: seed)
    let sums = samples.kernelSums(bandwidth: bandwidth, groups: groups, threads: threads)
    let (n, m) = (Double(first.count), Double(second.count))
    let discrepancies = sums.within.indices.map { column in
      // Sums over ordered pairs of different samples.
      let (inside, withAll) = (sums.within[column], sums.withAll[column])
      let between = withAll - inside
      let outside = sums.total - withAll - between
      return inside / (n * (n - 1)) + outside / (m * (m - 1)) - 2 * between / (n * m)
    }
    squaredDiscrepancy = discrepancies[0]
    let atLeast = discrepancies.dropFirst().count { $0 >= discrepancies[0] }
    pValue = settings.permutations > 0 ? Double(atLeast + 1) / Double(settings.permutations + 1) : nil
  }

  /// 1 for samples of the first set and 0 for others: as they are, then shuffled; shape `[sample, 1 + permutations]`.
  private static func groups(_ count: Int, first: Int, permutations: Int, seed: UInt64) -> [Float] {
    let columns = permutations + 1
    var groups = [Float](repeating: 0, count: count * columns)
    var order = Array(0..<count)
    for column in 0..<columns {
      if column > 0 {
        var stream = RandomStream(seed: seed, simulation: column, purpose: .permutations)
        for place in order.indices { order[place] = place }
        stream.shuffle(&order)
      }
      for place in 0..<first { groups[order[place] * columns + column] = 1 }
    }
    return groups
  }
}

/// Both sets, one behind the other, each dimension less its mean.
private struct PooledSamples {
  let count: Int
  let dimensions: Int
  /// Shape `[sample, dimension]`.
  let values: [Float]
  /// Squared length of each sample.
  let squares: [Float]

  init(_ first: SampleSet, _ second: SampleSet, isScaled: Bool) throws(DiagnosticError) {
    let d = first.dimensions
    let both = try SampleSet(first.values + second.values, dimensions: d)
    let (means, deviations) = both.moments()
    guard deviations.contains(where: { $0 > 0 }) else {
      throw DiagnosticError(code: .noSpread, message: "all samples of both sets are equal, so nothing can differ")
    }
    // A dimension that is constant adds nothing to any distance.
    let factors = deviations.map { isScaled && $0 > 0 ? 1 / $0 : 1 }
    let values = both.values.indices.map { Float((both.values[$0] - means[$0 % d]) * factors[$0 % d]) }
    (count, dimensions, self.values) = (both.count, d, values)
    squares = (0..<both.count).map { sample in
      (0..<d).reduce(0) { $0 + values[sample * d + $1] * values[sample * d + $1] }
    }
  }

  func medianDistance(seed: UInt64) throws(DiagnosticError) -> Double {
    var chosen = Array(0..<count)
    if count > KernelTest.medianSamples {
      var stream = RandomStream(seed: seed, simulation: 0, purpose: .permutations)
      stream.shuffle(&chosen)
      chosen.removeLast(count - KernelTest.medianSamples)
    }
    let d = dimensions
    var distances: [Float] = []
    distances.reserveCapacity(chosen.count * (chosen.count - 1) / 2)
    values.withUnsafeBufferPointer { values in
      for (place, one) in chosen.enumerated() {
        for other in chosen[..<place] {
          var sum: Float = 0
          for k in 0..<d {
            let difference = values[one * d + k] - values[other * d + k]
            sum += difference * difference
          }
          distances.append(sum)
        }
      }
    }
    distances.sort()
    let middle = distances.count / 2
    let upper = Double(distances[middle]).squareRoot()
    let median = distances.count % 2 == 1 ? upper : 0.5 * (upper + Double(distances[middle - 1]).squareRoot())
    guard median > 0 else {
      throw DiagnosticError(
        code: .noSpread,
        message: "half of all pairs of samples are equal, so their median distance is 0; give a bandwidth")
    }
    return median
  }

  /// For each column of groups, sums of the kernel over ordered pairs of different samples.
  ///
  /// The same number is taken from the kernel of every pair: it leaves the unbiased estimate as it is, and sums in
  /// single precision exact.
  ///
  /// - Returns: `within`: both of the group; `withAll`: the first one of the group; `total`: all pairs.
  func kernelSums(
    bandwidth: Double, groups: [Float], threads: Int
  ) -> (within: [Double], withAll: [Double], total: Double) {
    MatrixProduct.staysOnOneThread
    let columns = groups.count / count
    let block = 128
    let blockCount = (count + block - 1) / block
    let parts = groups.withUnsafeBufferPointer { groups in
      let groups = SharedMemory(UnsafeMutableBufferPointer(mutating: groups))
      return mapPieces(blockCount, threads: threads) { number in
        let rows = number * block..<min(count, (number + 1) * block)
        return blockSums(rows, bandwidth: bandwidth, groups: groups.part(0..<count * columns), columns: columns)
      }
    }
    var (within, withAll, total) = ([Double](repeating: 0, count: columns), [Double](repeating: 0, count: columns), 0.0)
    for part in parts {
      for column in 0..<columns {
        within[column] += part.within[column]
        withAll[column] += part.withAll[column]
      }
      total += part.total
    }
    return (within, withAll, total)
  }

  private func blockSums(
    _ rows: Range<Int>, bandwidth: Double, groups: UnsafeMutableBufferPointer<Float>, columns: Int
  ) -> (within: [Double], withAll: [Double], total: Double) {
    let kernel = kernelRows(rows, bandwidth: bandwidth)
    var products = [Float](repeating: 0, count: rows.count * columns)
    kernel.withUnsafeBufferPointer { kernel in
      products.withUnsafeMutableBufferPointer { products in
        guard let kernel = kernel.baseAddress, let all = groups.baseAddress, let result = products.baseAddress else {
          return
        }
        MatrixProduct.multiply(
          .init(kernel, stride: count), .init(all, stride: columns), rows: rows.count, columns: columns, inner: count,
          into: result, stride: columns)
      }
    }
    var (within, withAll, total) = ([Double](repeating: 0, count: columns), [Double](repeating: 0, count: columns), 0.0)
    for row in rows {
      let start = (row - rows.lowerBound) * count
      let sum = kernel[start..<start + count].reduce(0.0) { $0 + Double($1) }
      total += sum
      let product = (row - rows.lowerBound) * columns
      for column in 0..<columns {
        let share = Double(groups[row * columns + column])
        within[column] += share * Double(products[product + column])
        withAll[column] += share * sum
      }
    }
    return (within, withAll, total)
  }

  /// The kernel between some samples and all, less its value at the bandwidth; 0 of a sample with itself.
  private func kernelRows(_ rows: Range<Int>, bandwidth: Double) -> [Float] {
    let factor = Float(-0.5 / (bandwidth * bandwidth))
    let shift = Float(exp(-0.5))
    return [Float](unsafeUninitializedCapacity: rows.count * count) { kernel, initialized in
      values.withUnsafeBufferPointer { values in
        guard let values = values.baseAddress, let result = kernel.baseAddress else { return }
        MatrixProduct.multiply(
          .init(values + rows.lowerBound * dimensions, stride: dimensions),
          .init(values, stride: dimensions, transposed: true), rows: rows.count, columns: count, inner: dimensions,
          into: result, stride: count)
      }
      for row in rows {
        let start = (row - rows.lowerBound) * count
        for other in 0..<count {
          let square = max(0, squares[row] + squares[other] - 2 * kernel[start + other])
          kernel[start + other] = exp(factor * square) - shift
        }
        kernel[start + row] = 0
      }
      initialized = rows.count * count
    }
  }
}

extension RandomPurpose {
  /// Labels of samples that are shuffled.
  static let permutations = RandomPurpose("permutations")
}
