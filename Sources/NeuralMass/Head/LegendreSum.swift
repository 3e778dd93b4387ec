import EEGCore

/// The two sums of the layered sphere's series at all electrodes, for one place of a dipole after another.
struct LegendreSum {
  /// g(n) at place n - 1.
  private let coefficients: [Double]
  /// Factors of the recursions, so that the loop over electrodes divides nowhere: (2n + 1) / (n + 1) and n / (n + 1).
  private let factors: [(Double, Double)]
  /// g(n) f^(n-1), for the place at hand.
  private var weights: [Double]
  /// x, the cosine of the angle between dipole and electrode.
  private(set) var cosines: [Double]
  /// Σ g(n) f^(n-1) n P(n, x).
  private(set) var radial: [Double]
  /// Σ g(n) f^(n-1) P'(n, x).
  private(set) var tangential: [Double]

  init(coefficients: [Double], electrodes: Int) {
    self.coefficients = coefficients
    factors = coefficients.indices.map {
      let n = Double($0 + 1)
      return ((2 * n + 1) / (n + 1), n / (n + 1))
    }
    weights = coefficients
    cosines = [Double](repeating: 0, count: electrodes)
    radial = cosines
    tangential = cosines
  }

  /// Sums the series.
  ///
  /// - Parameters:
  ///   - fraction: The dipole's distance from the centre, as part of the outer radius.
  ///   - terms: At most as many as there are coefficients.
  ///   - directions: Of the electrodes, of length 1.
  ///   - place: Direction of the dipole's place, of length 1.
  mutating func evaluate(fraction: Double, terms: Int, at directions: [Position], from place: Position) {
    var power = 1.0
    for index in 0..<terms {
      weights[index] = coefficients[index] * power
      power *= fraction
    }
    for (electrode, direction) in directions.enumerated() {
      let x = min(1, max(-1, direction.dot(place)))
      var (previous, current, derivative) = (1.0, x, 1.0)
      var (radialSum, tangentialSum) = (0.0, 0.0)
      for index in 0..<terms {
        let n = Double(index + 1)
        let weight = weights[index]
        radialSum += weight * n * current
        tangentialSum += weight * derivative
        // P'(n+1) = x P'(n) + (n + 1) P(n), and Bonnet's recursion for P(n+1).
        derivative = x * derivative + (n + 1) * current
        let (own, before) = factors[index]
        (previous, current) = (current, own * x * current - before * previous)
      }
      (cosines[electrode], radial[electrode], tangential[electrode]) = (x, radialSum, tangentialSum)
    }
  }
}
