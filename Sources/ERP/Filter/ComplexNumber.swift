import Foundation

/// A complex number, for designing filters.
///
/// Operations are those of NumPy, in its order, so that designs are equal to SciPy's up to the last bit or two.
struct ComplexNumber: Hashable, Sendable {
  var real: Double
  var imaginary: Double

  init(_ real: Double, _ imaginary: Double = 0) {
    self.real = real
    self.imaginary = imaginary
  }

  var conjugate: ComplexNumber { ComplexNumber(real, -imaginary) }
  var magnitude: Double { hypot(real, imaginary) }
  var isReal: Bool { imaginary == 0 }

  /// The root with a real part that is not negative.
  var squareRoot: ComplexNumber {
    let root = ((abs(real) + magnitude) * 0.5).squareRoot()
    guard root > 0 else { return self }
    let other = abs(imaginary) / (2 * root)
    let sign = imaginary.sign == .minus ? -1.0 : 1.0
    return real >= 0 ? ComplexNumber(root, sign * other) : ComplexNumber(other, sign * root)
  }

  static prefix func - (a: ComplexNumber) -> ComplexNumber { ComplexNumber(-a.real, -a.imaginary) }
  static func + (a: ComplexNumber, b: ComplexNumber) -> ComplexNumber {
    ComplexNumber(a.real + b.real, a.imaginary + b.imaginary)
  }
  static func - (a: ComplexNumber, b: ComplexNumber) -> ComplexNumber {
    ComplexNumber(a.real - b.real, a.imaginary - b.imaginary)
  }
  static func * (a: ComplexNumber, b: ComplexNumber) -> ComplexNumber {
    ComplexNumber(a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real)
  }
  static func * (a: Double, b: ComplexNumber) -> ComplexNumber { ComplexNumber(a * b.real, a * b.imaginary) }

  /// Source: Smith 1962, "Algorithm 116: complex division".
  static func / (a: ComplexNumber, b: ComplexNumber) -> ComplexNumber {
    if abs(b.real) >= abs(b.imaginary) {
      let ratio = b.imaginary / b.real
      let scale = 1 / (b.real + b.imaginary * ratio)
      return ComplexNumber((a.real + a.imaginary * ratio) * scale, (a.imaginary - a.real * ratio) * scale)
    }
    let ratio = b.real / b.imaginary
    let scale = 1 / (b.imaginary + b.real * ratio)
    return ComplexNumber((a.real * ratio + a.imaginary) * scale, (a.imaginary * ratio - a.real) * scale)
  }
}

extension Sequence where Element == ComplexNumber {
  func product() -> ComplexNumber { reduce(ComplexNumber(1), *) }
}
