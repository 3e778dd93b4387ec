import Foundation

/// The Dolph-Chebyshev window, whose side lobes all have one height.
///
/// Source: Lynch 1997, "The Dolph-Chebyshev window: a simple optimal filter", Monthly Weather Review 125; MATLAB's
/// `chebwin` and SciPy's are the same.
enum ChebyshevWindow {
  /// The symmetric window with a largest value of 1.
  ///
  /// - Parameters:
  ///   - count: Number of samples, two or more.
  ///   - attenuation: Of the side lobes [dB]; 100 is MATLAB's default.
  static func values(count: Int, attenuation: Double = 100) -> [Double] {
    precondition(count >= 2, "a window of two samples or more")
    let order = Double(count - 1)
    let beta = cosh(acosh(pow(10, attenuation / 20)) / order)
    let spectrum = (0..<count).map { chebyshev(order, beta * cos(.pi * Double($0) / Double(count))) }
    // Sample m lies m, or m + 1/2, samples from the middle; the spectrum is real, so cosines are enough.
    let isOdd = count % 2 == 1
    let cosines = (0..<(2 * count)).map { cos(.pi * Double($0) / Double(count)) }
    let half = (0..<((count + 1) / 2)).map { place in
      let twice = isOdd ? 2 * place : 2 * place + 1
      return spectrum.indices.reduce(0.0) { $0 + spectrum[$1] * cosines[$1 * twice % (2 * count)] }
    }
    let largest = half.max() ?? 1
    let right = half.map { $0 / largest }
    return right.reversed() + (isOdd ? right.dropFirst() : right[...])
  }

  /// The Chebyshev polynomial of the first kind.
  private static func chebyshev(_ order: Double, _ x: Double) -> Double {
    if abs(x) <= 1 { return cos(order * acos(x)) }
    let size = cosh(order * acosh(abs(x)))
    return x < 0 && Int(order) % 2 == 1 ? -size : size
  }
}
