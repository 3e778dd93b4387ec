/// The largest distance between the distribution function of n independent values and that of the law they come from:
/// Kolmogorov and Smirnov's D.
public enum KolmogorovDistribution {
  /// The probability of a distance of at least `distance` among `count` values of a continuous law.
  ///
  /// | where | how | error |
  /// |---|---|---|
  /// | n D² > 4; beyond n = 140, n D² > 2.4 | twice the one-sided probability, a finite sum | 1e-6 relative |
  /// | n ≤ 140 | power of a matrix | 1e-9 relative |
  /// | n > 140 | asymptotic series with three corrections | 5e-6 relative |
  ///
  /// Sources: Marsaglia, Tsang and Wang 2003, Journal of Statistical Software 8(18); Pelz and Good 1976, Journal of the
  /// Royal Statistical Society B 38, 152-156; Birnbaum and Tingey 1951, Annals of Mathematical Statistics 22, 592-596;
  /// choice between them after Simard and L'Ecuyer 2011, Journal of Statistical Software 39(11). `scipy.stats.kstwo.sf`
  /// is the same function.
  public static func survival(_ distance: Double, count: Int) -> Double {
    precondition(count > 0, "a distribution function of values has at least one value")
    if distance.isNaN { return distance }
    let n = Double(count)
    if distance * n <= 0.5 { return 1 }
    if distance >= 1 { return 0 }
    if n * distance * distance > (count <= 140 ? 4 : 2.4) || distance >= 0.5 {
      return min(1, 2 * oneSidedSurvival(distance, count: count))
    }
    let cumulative =
      count <= 140 ? matrixPower(distance, count: count) : asymptotic(distance * n.squareRoot(), count: n)
    return min(1, max(0, 1 - cumulative))
  }

  /// The probability that the distribution function of `count` values lies somewhere at least `distance` above its
  /// law's.
  static func oneSidedSurvival(_ distance: Double, count: Int) -> Double {
    let n = Double(count)
    var logBinomial = 0.0
    var sum = 0.0
    for below in 0..<count {
      let j = Double(below)
      let (low, high) = (distance + j / n, 1 - distance - j / n)
      guard high > 0 else { break }
      sum += Elementary.exp(logBinomial + (j - 1) * Elementary.log(low) + (n - j) * Elementary.log(high))
      logBinomial += Elementary.log((n - j) / (j + 1))
    }
    return distance * sum
  }

  /// Marsaglia, Tsang and Wang's matrix to the power n, by squaring, with exponents apart.
  private static func matrixPower(_ distance: Double, count: Int) -> Double {
    let reach = Double(count) * distance
    let k = Int(reach) + 1
    let m = 2 * k - 1
    let h = Double(k) - reach
    var matrix = ScaledMatrix(size: m)
    for row in 0..<m {
      for column in 0..<m where row - column + 1 >= 0 { matrix.values[row * m + column] = 1 }
    }
    var power = 1.0
    for place in 0..<m {
      power *= h
      matrix.values[place * m] -= power
      matrix.values[(m - 1) * m + m - 1 - place] -= power
    }
    if 2 * h > 1 { matrix.values[(m - 1) * m] += (0..<m).reduce(1) { value, _ in value * (2 * h - 1) } }
    for row in 0..<m {
      for column in 0..<m where row - column + 1 > 0 {
        for divisor in 1...(row - column + 1) { matrix.values[row * m + column] /= Double(divisor) }
      }
    }
    var result = ScaledMatrix(size: m)
    for place in 0..<m { result.values[place * m + place] = 1 }
    var rest = count
    while rest > 0 {
      if rest & 1 == 1 { result = result.times(matrix) }
      rest >>= 1
      if rest > 0 { matrix = matrix.times(matrix) }
    }
    var (value, exponent) = (result.values[(k - 1) * m + k - 1], result.exponent)
    for factor in 1...count {
      value *= Double(factor) / Double(count)
      if value < 0x1p-400 {
        value *= 0x1p400
        exponent -= 400
      }
    }
    return Double(sign: .plus, exponent: exponent, significand: value)
  }

  /// K₀ + K₁/√n + K₂/n + K₃/n^(3/2) at z = D √n, each as a sum that converges for small z.
  private static func asymptotic(_ z: Double, count: Double) -> Double {
    let square = z * z
    let fourth = square * square
    let sixth = fourth * square
    let eighth = fourth * fourth
    let unit = Double.pi * Double.pi / square
    guard unit < 5000 else { return 0 }
    var sums = (0.0, 0.0, 0.0, 0.0)
    for k in 0..<Int(3 * z + 4) {
      // Both signs of k + 1/2 have the same term.
      let half = Double(k) + 0.5
      let odd = Double.pi * Double.pi * half * half
      let weight = Elementary.exp(-0.5 * half * half * unit)
      sums.0 += weight
      sums.1 += (odd - square) * weight
      sums.2 +=
        (6 * sixth + 2 * fourth + odd * (2 * fourth - 5 * square) + odd * odd * (1 - 2 * square)) * weight
      sums.3 +=
        (odd * odd * odd * (5 - 30 * square) + odd * odd * (212 * fourth - 60 * square)
          + odd * (135 * fourth - 96 * sixth) - 30 * sixth - 90 * eighth) * weight
    }
    var whole = (second: 0.0, third: 0.0)
    for k in 1..<Int(3 * z + 5) {
      let even = Double.pi * Double.pi * Double(k * k)
      let weight = Elementary.exp(-0.5 * Double(k * k) * unit)
      whole.second += even * weight
      whole.third += even * (3 * square - even) * weight
    }
    let root = (2 * Double.pi).squareRoot()
    let first = root / z * sums.0
    let second = root / (6 * fourth) * sums.1
    let third = root / (72 * z * sixth) * sums.2 - root / (36 * z * square) * whole.second
    let last = root / (6480 * eighth * square) * sums.3 + root / (216 * sixth) * whole.third
    return first + (second + (third + last / count.squareRoot()) / count.squareRoot()) / count.squareRoot()
  }
}

/// A square matrix times a power of two.
private struct ScaledMatrix {
  let size: Int
  var values: [Double]
  var exponent = 0

  init(size: Int) {
    self.size = size
    values = Array(repeating: 0, count: size * size)
  }

  func times(_ other: ScaledMatrix) -> ScaledMatrix {
    var result = ScaledMatrix(size: size)
    result.exponent = exponent + other.exponent
    result.values.withUnsafeMutableBufferPointer { result in
      values.withUnsafeBufferPointer { left in
        other.values.withUnsafeBufferPointer { right in
          for row in 0..<size {
            for inner in 0..<size {
              let factor = left[row * size + inner]
              if factor == 0 { continue }
              for column in 0..<size { result[row * size + column] += factor * right[inner * size + column] }
            }
          }
        }
      }
    }
    if result.values[size / 2 * size + size / 2] > 0x1p400 {
      for place in result.values.indices { result.values[place] *= 0x1p-400 }
      result.exponent += 400
    }
    return result
  }
}
