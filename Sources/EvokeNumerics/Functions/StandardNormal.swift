/// The normal distribution of mean 0 and standard deviation 1, with the same bits on every machine.
public enum StandardNormal {
  /// log √(2π).
  static let logNormalizer = 0.91893853320467274178
  private static let sqrtHalf = 0.70710678118654752440
  private static let sqrtHalfPi = 1.2533141373155002512

  /// The density at z.
  public static func density(_ z: Double) -> Double {
    // The square as a sum of which the first part is exact.
    let high = (z * 16).rounded(.towardZero) / 16
    guard high.isFinite else { return z.isNaN ? z : 0 }
    return 0.39894228040143267794 * Elementary.exp(-0.5 * high * high) * Elementary.exp(-0.5 * (z - high) * (z + high))
  }

  /// The probability of a value not above z.
  ///
  /// Relative error below 1e-15, in the lower tail too.
  public static func cumulative(_ z: Double) -> Double {
    if z > -0.66 && z < 0.66 { return 0.5 + 0.5 * ErrorFunction.central(z * sqrtHalf) }
    let tail = density(z) * millsRatio(abs(z))
    return z < 0 ? tail : 1 - tail
  }

  /// log of ``cumulative(_:)``, also where that is too small for a number.
  public static func logCumulative(_ z: Double) -> Double {
    if z > -1 { return z < 0.66 ? Elementary.log(cumulative(z)) : Elementary.log1p(-cumulative(-z)) }
    return z == -.infinity ? z : Elementary.log(millsRatio(-z)) - logNormalizer - 0.5 * z * z
  }

  /// Tail probability above z over density at z, for z ≥ 0.
  static func millsRatio(_ z: Double) -> Double {
    if z < 0.66 {
      // Where the scaled function has no approximation of its own.
      let half = 0.5 * z * z
      return sqrtHalfPi * Elementary.exp(half) * (1 - ErrorFunction.central(z * sqrtHalf))
    }
    return sqrtHalfPi * ErrorFunction.scaledComplement(z * sqrtHalf)
  }

  /// The z below which a share p of all values lies, for p in (0, 1); ±∞ at the ends.
  ///
  /// Relative error below 1e-15 without a further step. Source: Wichura 1988, algorithm AS 241 (PPND16), Applied
  /// Statistics 37, 477-484; so does `statistics.NormalDist` of Python.
  public static func quantile(_ p: Double) -> Double {
    precondition(p >= 0 && p <= 1, "a probability lies between 0 and 1")
    let q = p - 0.5
    if abs(q) <= 0.425 {
      let r = 0.180625 - q * q
      let numerator = polynomial(
        r, 2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
        1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080)
      let denominator = polynomial(
        r, 5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
        5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1)
      return q * numerator / denominator
    }
    let tail = q < 0 ? p : 1 - p
    guard tail > 0 else { return q < 0 ? -.infinity : .infinity }
    let size = tailQuantile((-Elementary.log(tail)).squareRoot())
    return q < 0 ? -size : size
  }

  /// The z above which a share exp(-r²) lies, below 0.075.
  private static func tailQuantile(_ root: Double) -> Double {
    if root <= 5 {
      let r = root - 1.6
      return polynomial(
        r, 7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258,
        3.64784832476320460504, 5.76949722146069140550, 4.63033784615654529590, 1.42343711074968357734)
        / polynomial(
          r, 1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
          1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940, 2.05319162663775882187, 1)
    }
    let r = root - 5
    return polynomial(
      r, 2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
      2.96560571828504891230e-1, 1.78482653991729133580, 5.46378491116411436990, 6.65790464350110377720)
      / polynomial(
        r, 2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
        7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1)
  }

  /// Horner's scheme, from the highest power.
  private static func polynomial(
    _ x: Double, _ c7: Double, _ c6: Double, _ c5: Double, _ c4: Double, _ c3: Double, _ c2: Double, _ c1: Double,
    _ c0: Double
  ) -> Double {
    let upper = ((c7 * x + c6) * x + c5) * x + c4
    return (((upper * x + c3) * x + c2) * x + c1) * x + c0
  }
}
