import Foundation

/// Minimum-phase filters with the gain of linear-phase ones.
enum MinimumPhase {
  /// Longest filter that is turned: its transforms have 2^24 points and take 300 MB.
  static let longest = 1 + (1 << 24) / 200

  /// An impulse response of the same length and nearly the same gain whose energy comes as early as it can.
  ///
  /// The logarithm of the gain is the real part of a spectrum whose imaginary part, the phase, follows from it when the
  /// cepstrum is folded to positive times. Equal to `scipy.signal.minimum_phase(h, method="homomorphic", half=False)`,
  /// which MNE-Python calls, but for one thing: where the filter blocks 0 Hz, SciPy takes the logarithm of the rounding
  /// error that is left there, 1e-16 or so, and its result changes with it by up to 1e-4 of the largest coefficient.
  /// Here it is zero, as SciPy does with an error that happens to be zero.
  ///
  /// Source: Oppenheim and Schafer 2010, "Discrete-Time Signal Processing", section 13.5.
  ///
  /// - Parameters:
  ///   - coefficients: Symmetric, from 3 to ``longest``.
  ///   - passesZero: False for a filter that blocks 0 Hz.
  static func response(to coefficients: [Double], passesZero: Bool) -> [Double] {
    precondition(coefficients.count > 2 && coefficients.count <= longest, "a filter of 3 or more coefficients")
    // The transform is this much longer because a cepstrum has no end, and folds back where it reaches the middle.
    let needed = 2 * Double(coefficients.count - 1) / 0.01
    let size = 1 << Int(log2(needed).rounded(.up))
    let transform = RealFourierTransform(size: size)

    let spectrum = transform.forward(coefficients + [Double](repeating: 0, count: size - coefficients.count))
    var gain = zip(spectrum.real, spectrum.imaginary).map { ($0 * $0 + $1 * $1).squareRoot() }
    if !passesZero { gain[0] = 0 }
    let floor = 1e-7 * (gain.lazy.filter { $0 > 0 }.min() ?? 1)
    for bin in gain.indices { gain[bin] = log(gain[bin] + floor) }

    var cepstrum = transform.inverse(real: gain, imaginary: [Double](repeating: 0, count: gain.count))
    for time in 1..<(size / 2) { cepstrum[time] *= 2 }
    for time in (size / 2)..<size { cepstrum[time] = 0 }

    var (real, imaginary) = transform.forward(cepstrum)
    for bin in real.indices {
      let size = exp(real[bin])
      (real[bin], imaginary[bin]) = (size * cos(imaginary[bin]), size * sin(imaginary[bin]))
    }
    return Array(transform.inverse(real: real, imaginary: imaginary)[..<coefficients.count])
  }
}
