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

/// Frequency of the largest density of a signal's spectrum, from 4-second pieces under a Hann window [Hz].
func spectralPeak(_ samples: [Double], rate: Double, band: ClosedRange<Double> = 1...40) -> Double {
  let (resolution, length) = (0.25, Int(4 * rate))
  let pieces = stride(from: 0, through: samples.count - length, by: length).map { start in
    let piece = Array(samples[start..<(start + length)])
    let centre = mean(piece)
    return piece.enumerated().map { index, sample in
      (sample - centre) * (0.5 - 0.5 * cos(2 * .pi * Double(index) / Double(length)))
    }
  }
  let frequencies = stride(from: band.lowerBound, through: band.upperBound, by: resolution).map { $0 }
  let powers = frequencies.map { frequency in
    let turn = 2 * Double.pi * frequency / rate
    let cosines = (0..<length).map { cos(turn * Double($0)) }
    let sines = (0..<length).map { sin(turn * Double($0)) }
    return pieces.reduce(0.0) { sum, piece in
      let real = zip(piece, cosines).reduce(0) { $0 + $1.0 * $1.1 }
      let imaginary = zip(piece, sines).reduce(0) { $0 + $1.0 * $1.1 }
      return sum + real * real + imaginary * imaginary
    }
  }
  return frequencies[powers.indices.max { powers[$0] < powers[$1] } ?? 0]
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
