import Foundation

/// Zeros, poles and gain of a filter.
struct ZeroPoleGain: Sendable {
  var zeros: [ComplexNumber]
  var poles: [ComplexNumber]
  var gain: Double

  /// The digital Butterworth filter of an order: analogue prototype, change of its band, bilinear transform.
  ///
  /// Equal to `scipy.signal.butter(order, frequencies, output="zpk")`, whose steps these are. Source: Oppenheim and
  /// Schafer 2010, "Discrete-Time Signal Processing", chapter 7.
  ///
  /// - Parameters:
  ///   - low: Lower -3 dB point in units of half the sampling rate, or nil.
  ///   - high: Upper -3 dB point, or nil.
  ///   - stops: True for a band-stop filter between the two.
  static func butterworth(order: Int, low: Double?, high: Double?, stops: Bool) -> ZeroPoleGain {
    precondition(order > 0 && (low != nil || high != nil), "a filter has an order and an edge")
    let prototype = stride(from: 1 - order, to: order, by: 2).map { index in
      // Times the reciprocal, as NumPy divides complex numbers.
      let angle = Double.pi * Double(index) * (1 / Double(2 * order))
      return ComplexNumber(-cos(angle), -sin(angle))
    }
    // Frequencies of the analogue filter that the bilinear transform bends to the wanted ones, at a rate of 2.
    func warped(_ frequency: Double) -> Double { 4 * tan(Double.pi * frequency / 2) }
    let analogue: ZeroPoleGain =
      switch (low.map(warped), high.map(warped)) {
      case (let low?, let high?): stops ? bandStop(prototype, low, high) : bandPass(prototype, low, high)
      case (let low?, nil): highPass(prototype, low)
      case (nil, let high?): lowPass(prototype, high)
      case (nil, nil): preconditionFailure("a filter has an edge")
      }
    return analogue.bilinear()
  }

  private static func lowPass(_ poles: [ComplexNumber], _ edge: Double) -> ZeroPoleGain {
    ZeroPoleGain(zeros: [], poles: poles.map { edge * $0 }, gain: pow(edge, Double(poles.count)))
  }

  private static func highPass(_ poles: [ComplexNumber], _ edge: Double) -> ZeroPoleGain {
    ZeroPoleGain(
      zeros: poles.map { _ in ComplexNumber(0) }, poles: poles.map { ComplexNumber(edge) / $0 },
      gain: inverted(poles))
  }

  private static func bandPass(_ poles: [ComplexNumber], _ low: Double, _ high: Double) -> ZeroPoleGain {
    let width = high - low
    return ZeroPoleGain(
      zeros: poles.map { _ in ComplexNumber(0) },
      poles: shifted(poles.map { ComplexNumber($0.real * width / 2, $0.imaginary * width / 2) }, low, high),
      gain: pow(width, Double(poles.count)))
  }

  private static func bandStop(_ poles: [ComplexNumber], _ low: Double, _ high: Double) -> ZeroPoleGain {
    let width = high - low
    let centre = (low * high).squareRoot()
    return ZeroPoleGain(
      zeros: poles.map { _ in ComplexNumber(0, centre) } + poles.map { _ in ComplexNumber(0, -centre) },
      poles: shifted(poles.map { ComplexNumber(width / 2) / $0 }, low, high), gain: inverted(poles))
  }

  /// Makes up for turning a low-pass filter into a high-pass one.
  private static func inverted(_ poles: [ComplexNumber]) -> Double {
    (ComplexNumber(1) / poles.lazy.map { -$0 }.product()).real
  }

  /// Moves poles about zero to the centre of the band and to its mirror image.
  private static func shifted(_ poles: [ComplexNumber], _ low: Double, _ high: Double) -> [ComplexNumber] {
    let centre = (low * high).squareRoot()
    let roots = poles.map { ($0 * $0 - ComplexNumber(centre * centre)).squareRoot }
    return zip(poles, roots).map { $0 + $1 } + zip(poles, roots).map { $0 - $1 }
  }

  /// From the analogue to the digital filter, at a rate of 2.
  private func bilinear() -> ZeroPoleGain {
    let four = ComplexNumber(4)
    let turn = { (point: ComplexNumber) in (four + point) / (four - point) }
    // Zeros at infinity come to half the sampling rate.
    let moved = [ComplexNumber](repeating: ComplexNumber(-1), count: poles.count - zeros.count)
    let change = zeros.lazy.map { four - $0 }.product() / poles.lazy.map { four - $0 }.product()
    return ZeroPoleGain(zeros: zeros.map(turn) + moved, poles: poles.map(turn), gain: gain * change.real)
  }
}
