/// The Legendre series of the potential on a layered sphere.
///
/// A dipole of moment q at the distance b from the centre of a sphere of radius R gives, at the surface point in
/// direction r, with s the direction of the dipole's place, x = r·s and f = b / R,
///
///     V = 1 / (4π R²)  Σ g(n) f^(n-1) [ n P(n, x) q·s + P'(n, x) (q·r - x q·s) ],   n = 1, 2, ...
///
/// Only g knows of the shells: `(2n + 1) / (n σ)` in a homogeneous sphere. Sources: de Munck 1988, Journal of Applied
/// Physics 64, 464-470; Zhang 1995, Physics in Medicine and Biology 40, 335-349.
struct LayeredSphereSeries: Sendable {
  /// The terms that are left out are together at most this part of the first one's size.
  static let tolerance = 1e-12
  /// More terms than this are not summed: the dipole lies nearer to the scalp than 0.05 % of its radius.
  static let maximumTerms = 100_000

  private let shells: [SphericalShell]
  /// A bound of g(n) / g(1): g changes little once its limit is near.
  private let growth: Double

  init(_ shells: [SphericalShell]) {
    self.shells = shells
    let first = Self.coefficient(1, shells)
    growth = (1...64).map { Self.coefficient($0, shells) }.max().map { max(1, $0 / first) } ?? 1
  }

  /// The coefficients g(1) to g(count) [m/S].
  func coefficients(_ count: Int) -> [Double] { (0..<count).map { Self.coefficient($0 + 1, shells) } }

  /// How many terms a dipole needs; nil when too many.
  ///
  /// With |n P(n, x)| ≤ n and |sin γ P'(n, cos γ)| ≤ n (Bernstein), the terms after N sum up to at most
  /// `√2 g Σ n f^(n-1) = √2 g f^N ((N + 1)(1 - f) + f) / (1 - f)²`.
  ///
  /// - Parameter fraction: The dipole's distance from the centre, as part of the outer radius.
  func termCount(fraction f: Double) -> Int? {
    let limit = Self.tolerance * (1 - f) * (1 - f) / (2.0.squareRoot() * growth)
    var power = 1.0
    for count in 1...Self.maximumTerms {
      power *= f
      if power * (Double(count + 1) * (1 - f) + f) <= limit { return count }
    }
    return nil
  }

  /// g(n), by a recursion from the scalp inwards that cannot overflow.
  ///
  /// In each shell the potential is a part that grows with the radius, r^n, and one that decays, r^-(n+1). The
  /// recursion follows their ratio, which no current through the scalp makes (n + 1) / n there. It shrinks by
  /// (inner radius / outer radius)^(2n+1) across a shell; at a border, potential and radial current are continuous.
  private static func coefficient(_ degree: Int, _ shells: [SphericalShell]) -> Double {
    let n = Double(degree)
    var ratio = (n + 1) / n
    var decaying = 1.0
    for inner in stride(from: shells.count - 2, through: 0, by: -1) {
      let (this, next) = (shells[inner + 1], shells[inner])
      ratio *= Self.power(next.outerRadius / this.outerRadius, 2 * degree + 1)
      let potential = 1 + ratio
      let current = this.conductivity / next.conductivity * (n * ratio - (n + 1))
      let newDecaying = (n * potential - current) / (2 * n + 1)
      ratio = ((n + 1) * potential + current) / (2 * n + 1) / newDecaying
      decaying *= newDecaying
    }
    return (2 * n + 1) / (n * shells[0].conductivity * decaying)
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, factor, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= factor }
      factor *= factor
      rest >>= 1
    }
    return result
  }
}
