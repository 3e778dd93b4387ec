/// Exponential and logarithm from additions, multiplications and divisions alone.
///
/// These are rounded the same by every processor and compiler that follows IEEE 754, while `exp` and `log` of C
/// libraries differ in the last digit. Errors stay below 2 units in the last place.
enum Elementary {
  /// log 2 in two parts: the first has so few digits that whole multiples of it are exact.
  private static let log2High = 0x1.62e42fefa38p-1
  private static let log2Low = 0x1.ef35793c7673p-45

  /// Natural logarithm; -∞ at zero, not a number below.
  static func log(_ x: Double) -> Double {
    guard x > 0, x < .infinity else { return x == .infinity ? x : x == 0 ? -.infinity : .nan }
    // x = m 2^k with m in (√½, √2], and log m = 2 atanh s with s = (m - 1) / (m + 1), |s| < 0.172.
    var (mantissa, exponent) = (x.significand, Double(x.exponent))
    if mantissa > 0x1.6a09e667f3bcdp0 {
      mantissa *= 0.5
      exponent += 1
    }
    let f = mantissa - 1
    let s = f / (2 + f)
    let z = s * s
    var tail = 1.0 / 23 * z + 1.0 / 21
    tail = tail * z + 1.0 / 19
    tail = tail * z + 1.0 / 17
    tail = tail * z + 1.0 / 15
    tail = tail * z + 1.0 / 13
    tail = tail * z + 1.0 / 11
    tail = tail * z + 1.0 / 9
    tail = tail * z + 1.0 / 7
    tail = tail * z + 1.0 / 5
    tail = tail * z + 1.0 / 3
    // 2 s = f - s f, and f is exact.
    return exponent * log2High + (f - (s * (f - 2 * z * tail) - exponent * log2Low))
  }

  /// log(1 + x), accurate for small x too.
  static func log1p(_ x: Double) -> Double {
    let sum = 1 + x
    // Kahan's correction of what rounding did to the sum.
    return sum == 1 ? x : sum > 0 && sum < .infinity ? log(sum) * (x / (sum - 1)) : log(sum)
  }

  /// e to the power x.
  static func exp(_ x: Double) -> Double {
    guard x < 709.79 else { return x.isNaN ? x : .infinity }
    guard x > -745.2 else { return 0 }
    // x = k log 2 + r with |r| < 0.347.
    let k = (x * 1.4426950408889634).rounded()
    let power = 1 + expm1Series((x - k * log2High) - k * log2Low)
    // Two steps, because 2^k alone may be out of range.
    let half = (k / 2).rounded(.down)
    return power * powerOfTwo(half) * powerOfTwo(k - half)
  }

  /// e to the power x, less one, accurate for small x too.
  static func expm1(_ x: Double) -> Double { abs(x) < 0.35 ? expm1Series(x) : exp(x) - 1 }

  /// Taylor's series for |x| < 0.35.
  private static func expm1Series(_ x: Double) -> Double {
    var sum = 1 + x * (1.0 / 15)
    sum = 1 + sum * x * (1.0 / 14)
    sum = 1 + sum * x * (1.0 / 13)
    sum = 1 + sum * x * (1.0 / 12)
    sum = 1 + sum * x * (1.0 / 11)
    sum = 1 + sum * x * (1.0 / 10)
    sum = 1 + sum * x * (1.0 / 9)
    sum = 1 + sum * x * (1.0 / 8)
    sum = 1 + sum * x * (1.0 / 7)
    sum = 1 + sum * x * (1.0 / 6)
    sum = 1 + sum * x * (1.0 / 5)
    sum = 1 + sum * x * (1.0 / 4)
    sum = 1 + sum * x * (1.0 / 3)
    return x + 0.5 * x * x * sum
  }

  private static func powerOfTwo(_ k: Double) -> Double { Double(sign: .plus, exponent: Int(k), significand: 1) }
}
