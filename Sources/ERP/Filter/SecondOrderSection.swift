import Foundation

/// A recursive filter of second order, `(b0 + b1 / z + b2 / z^2) / (1 + a1 / z + a2 / z^2)`.
public struct SecondOrderSection: Hashable, Sendable {
  /// Weight of the input.
  public var b0: Double
  /// Weight of the input one sample before.
  public var b1: Double
  /// Weight of the input two samples before.
  public var b2: Double
  /// Weight of the output one sample before, which is subtracted.
  public var a1: Double
  /// Weight of the output two samples before, which is subtracted.
  public var a2: Double

  /// A section with these coefficients; a0 is 1.
  public init(b0: Double, b1: Double, b2: Double, a1: Double, a2: Double) {
    self.b0 = b0
    self.b1 = b1
    self.b2 = b2
    self.a1 = a1
    self.a2 = a2
  }

  /// A notch: stops one frequency and passes the rest, with -3 dB at the ends of its width.
  ///
  /// Equal to `scipy.signal.iirnotch`. Source: Orfanidis 1996, "Introduction to Signal Processing", equations 11.3.4,
  /// 11.3.6, 11.3.7 and 11.3.19.
  ///
  /// - Parameters:
  ///   - frequency: In units of half the sampling rate.
  ///   - quality: Frequency divided by width.
  init(notch frequency: Double, quality: Double) {
    let width = frequency / quality * Double.pi
    let angle = frequency * Double.pi
    let gain = 1 / (1 + tan(width / 2))
    b0 = gain
    b1 = gain * (-2 * cos(angle))
    b2 = gain
    a1 = -2 * gain * cos(angle)
    a2 = 2 * gain - 1
  }

  /// The section with two zeros and two poles, each two real or a conjugate pair.
  fileprivate init(zeros: (ComplexNumber, ComplexNumber), poles: (ComplexNumber, ComplexNumber)) {
    func polynomial(_ roots: (ComplexNumber, ComplexNumber)) -> (Double, Double) {
      (-roots.1.real - roots.0.real, (roots.0 * roots.1).real)
    }
    b0 = 1
    (b1, b2) = polynomial(zeros)
    (a1, a2) = polynomial(poles)
  }

  /// True when what the section has heard dies away.
  var isStable: Bool { abs(a2) < 1 && abs(a1) < 1 + a2 }

  /// Gain at 0 Hz.
  var constantGain: Double { (b0 + b1 + b2) / (1 + a1 + a2) }

  /// The two delays after a constant input of 1 that has always been there; `scipy.signal.lfilter_zi`.
  ///
  /// Solved by elimination in LAPACK's order: near 0 Hz the equations are so nearly dependent that another order would
  /// change the ends of a filtered signal in the tenth digit.
  var steadyState: (Double, Double) {
    var (pivot, other) = ((1 + a1, -1.0, b1 - a1 * b0), (a2, 1.0, b2 - a2 * b0))
    if abs(other.0) > abs(pivot.0) { swap(&pivot, &other) }
    let factor = other.0 * (1 / pivot.0)
    let second = other.2.addingProduct(-factor, pivot.2) / other.1.addingProduct(-factor, pivot.1)
    return ((pivot.2 - pivot.1 * second) / pivot.0, second)
  }
}

extension ZeroPoleGain {
  /// A cascade with the same response; the sections whose poles are closest to the unit circle come last.
  ///
  /// Each pole is paired with the zeros nearest to it, which keeps what lies between the sections small. Equal to
  /// `scipy.signal.zpk2sos` with its pairing "nearest", for filters with as many zeros as poles.
  func sections() -> [SecondOrderSection] {
    precondition(zeros.count == poles.count, "a digital Butterworth filter has as many zeros as poles")
    var (zeros, poles) = (zeros, poles)
    if poles.count % 2 == 1 {
      zeros.append(ComplexNumber(0))
      poles.append(ComplexNumber(0))
    }
    let count = poles.count / 2
    var (zeroRoots, poleRoots) = (Roots(zeros), Roots(poles))
    var sections: [SecondOrderSection] = []
    for _ in 0..<count {
      let pole = poleRoots.takeWorst { _ in true }
      let second = pole.isReal ? poleRoots.takeWorst(where: \.isReal) : pole.conjugate
      // The last complex zero must not be left for two real poles when one real zero would be left with it.
      let needsComplex =
        !pole.isReal && poleRoots.values.count + 1 == zeroRoots.values.count
        && poleRoots.realCount == 1 && zeroRoots.realCount == 1
      let zero = zeroRoots.takeNearest(to: pole) { needsComplex ? !$0.isReal : true }
      let partner = zero.isReal ? zeroRoots.takeNearest(to: pole, where: \.isReal) : zero.conjugate
      sections.append(SecondOrderSection(zeros: (zero, partner), poles: (pole, second)))
    }
    sections.reverse()
    sections[0].b0 *= gain
    sections[0].b1 *= gain
    sections[0].b2 *= gain
    return sections
  }
}

/// Roots of a real polynomial: one of each conjugate pair, and the real ones.
private struct Roots {
  private(set) var values: [ComplexNumber]

  /// Sorts as SciPy's `_cplxreal`: pairs by their real parts, then their imaginary ones, before the real roots.
  init(_ roots: [ComplexNumber]) {
    let tolerance = 100 * Double.ulpOfOne
    let sorted = roots.sorted { ($0.real, abs($0.imaginary)) < ($1.real, abs($1.imaginary)) }
    let real = sorted.filter { abs($0.imaginary) <= tolerance * $0.magnitude }
    let complex = sorted.filter { abs($0.imaginary) > tolerance * $0.magnitude }
    func half(_ isUpper: Bool) -> [ComplexNumber] {
      var half = complex.filter { ($0.imaginary > 0) == isUpper }
      // Real parts that differ by rounding alone count as equal.
      var start = 0
      for end in stride(from: 1, through: half.count, by: 1) {
        guard end == half.count || half[end].real - half[end - 1].real > tolerance * half[end - 1].magnitude else {
          continue
        }
        half[start..<end].sort { abs($0.imaginary) < abs($1.imaginary) }
        start = end
      }
      return half
    }
    let pairs = zip(half(true), half(false)).map { upper, lower in
      ComplexNumber((upper.real + lower.real) / 2, (upper.imaginary - lower.imaginary) / 2)
    }
    values = pairs + real.map { ComplexNumber($0.real) }
  }

  var realCount: Int { values.count(where: \.isReal) }

  /// Removes the root closest to the unit circle.
  mutating func takeWorst(where isCandidate: (ComplexNumber) -> Bool) -> ComplexNumber {
    take(where: isCandidate) { abs(1 - $0.magnitude) }
  }

  /// Removes the root closest to a point.
  mutating func takeNearest(
    to point: ComplexNumber, where isCandidate: (ComplexNumber) -> Bool
  ) -> ComplexNumber {
    take(where: isCandidate) { ($0 - point).magnitude }
  }

  /// Roots of real polynomials of even degree come in such numbers that there is always one left to take.
  private mutating func take(
    where isCandidate: (ComplexNumber) -> Bool, distance: (ComplexNumber) -> Double
  ) -> ComplexNumber {
    let candidates = values.indices.filter { isCandidate(values[$0]) }
    guard let best = candidates.min(by: { distance(values[$0]) < distance(values[$1]) }) else {
      preconditionFailure("zeros and poles cannot be paired")
    }
    return values.remove(at: best)
  }
}
