import Foundation

/// The slope of a straight line through the logarithms of errors against those of steps.
func fittedOrder(steps: [Double], errors: [Double]) -> Double {
  let (x, y) = (steps.map { log($0) }, errors.map { log($0) })
  let (meanX, meanY) = (mean(x), mean(y))
  let products = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
  return products / x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
}

func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

func variance(_ values: [Double]) -> Double {
  let mean = mean(values)
  return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
}

func largestDifference(_ first: some Sequence<Double>, _ second: some Sequence<Double>) -> Double {
  zip(first, second).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

/// Frequency of the largest density of a signal's spectrum, smoothed over 1 Hz [Hz].
func spectralPeak(_ samples: [Double], rate: Double, band: ClosedRange<Double> = 1...40) -> Double {
  let centre = mean(samples)
  let resolution = 0.25
  let powers = stride(from: band.lowerBound, through: band.upperBound, by: resolution).map { frequency in
    let turn = -2 * Double.pi * frequency / rate
    var (real, imaginary) = (0.0, 0.0)
    for (index, sample) in samples.enumerated() {
      // A Hann window keeps strong slow waves out of other frequencies.
      let window = 0.5 - 0.5 * cos(2 * .pi * Double(index) / Double(samples.count))
      real += window * (sample - centre) * cos(turn * Double(index))
      imaginary += window * (sample - centre) * sin(turn * Double(index))
    }
    return real * real + imaginary * imaginary
  }
  let smoothed = powers.indices.map { index in
    mean(Array(powers[max(0, index - 2)...min(powers.count - 1, index + 2)]))
  }
  let place = smoothed.indices.max { smoothed[$0] < smoothed[$1] } ?? 0
  return band.lowerBound + resolution * Double(place)
}

/// SplitMix64, so that tests draw the same numbers every time.
struct TestGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
