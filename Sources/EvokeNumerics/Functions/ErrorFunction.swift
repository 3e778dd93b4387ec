/// The error function and its scaled complement, to a few units in the last place.
///
/// Source: Cody 1969, "Rational Chebyshev approximations for the error function", Mathematics of Computation 23,
/// 631-637; coefficients of his routine CALERF (SPECFUN, Argonne National Laboratory).
enum ErrorFunction {
  /// erf(x) for |x| ≤ 0.46875.
  static func central(_ x: Double) -> Double {
    let y = x * x
    var numerator = 1.85777706184603153e-1 * y + 3.16112374387056560
    numerator = numerator * y + 1.13864154151050156e2
    numerator = numerator * y + 3.77485237685302021e2
    numerator = numerator * y + 3.20937758913846947e3
    var denominator = y + 2.36012909523441209e1
    denominator = denominator * y + 2.44024637934444173e2
    denominator = denominator * y + 1.28261652607737228e3
    denominator = denominator * y + 2.84423683343917062e3
    return x * numerator / denominator
  }

  /// exp(x²) erfc(x) for x ≥ 0.46875.
  static func scaledComplement(_ x: Double) -> Double { x <= 4 ? middle(x) : outer(x) }

  private static func middle(_ x: Double) -> Double {
    var numerator = 2.15311535474403846e-8 * x + 5.64188496988670089e-1
    numerator = numerator * x + 8.88314979438837594
    numerator = numerator * x + 6.61191906371416295e1
    numerator = numerator * x + 2.98635138197400131e2
    numerator = numerator * x + 8.81952221241769090e2
    numerator = numerator * x + 1.71204761263407058e3
    numerator = numerator * x + 2.05107837782607147e3
    numerator = numerator * x + 1.23033935479799725e3
    var denominator = x + 1.57449261107098347e1
    denominator = denominator * x + 1.17693950891312499e2
    denominator = denominator * x + 5.37181101862009858e2
    denominator = denominator * x + 1.62138957456669019e3
    denominator = denominator * x + 3.29079923573345963e3
    denominator = denominator * x + 4.36261909014324716e3
    denominator = denominator * x + 3.43936767414372164e3
    denominator = denominator * x + 1.23033935480374942e3
    return numerator / denominator
  }

  private static func outer(_ x: Double) -> Double {
    let z = 1 / (x * x)
    var numerator = 1.63153871373020978e-2 * z + 3.05326634961232344e-1
    numerator = numerator * z + 3.60344899949804439e-1
    numerator = numerator * z + 1.25781726111229246e-1
    numerator = numerator * z + 1.60837851487422766e-2
    numerator = numerator * z + 6.58749161529837803e-4
    var denominator = z + 2.56852019228982242
    denominator = denominator * z + 1.87295284992346725
    denominator = denominator * z + 5.27905102951428412e-1
    denominator = denominator * z + 6.05183413124413191e-2
    denominator = denominator * z + 2.33520497626869185e-3
    // What is left of the asymptotic value 1 / √π.
    return (5.6418958354775628695e-1 - z * numerator / denominator) / x
  }
}
