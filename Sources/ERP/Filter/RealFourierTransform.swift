import Foundation

/// The Fourier transform of one long real sequence, for designing filters and for autocovariances.
///
/// A transform of half the size treats even and odd samples as real and imaginary parts. Filtering itself has a faster
/// one, see ``BlockConvolver``. Source: Press et al. 2007, "Numerical Recipes", section 12.3.
package struct RealFourierTransform {
  /// Number of real samples, a power of two.
  package let size: Int
  /// exp(-2 pi i k / size) for the first half of the circle.
  private let cosines: [Double]
  private let sines: [Double]

  /// Prepares transforms of a size that is a power of two, at least 4.
  package init(size: Int) {
    precondition(size >= 4 && size & (size - 1) == 0, "the size is a power of two")
    self.size = size
    let angles = -2 * Double.pi / Double(size)
    cosines = (0..<(size / 2)).map { cos(angles * Double($0)) }
    sines = (0..<(size / 2)).map { sin(angles * Double($0)) }
  }

  /// Bins 0 to `size / 2`, both included.
  package func forward(_ samples: [Double]) -> (real: [Double], imaginary: [Double]) {
    precondition(samples.count == size, "one sample for each place")
    let half = size / 2
    var (real, imaginary) = ([Double](repeating: 0, count: half), [Double](repeating: 0, count: half))
    for place in 0..<half { (real[place], imaginary[place]) = (samples[2 * place], samples[2 * place + 1]) }
    transform(&real, &imaginary)
    real.append(real[0])
    imaginary.append(imaginary[0])
    // Bins k and half - k are mixed with each other.
    for low in 0...(half / 2) {
      let high = half - low
      let (sumRe, sumIm) = (real[low] + real[high], imaginary[low] - imaginary[high])
      let (differenceRe, differenceIm) = (real[low] - real[high], imaginary[low] + imaginary[high])
      let (c, s) = (cosines[low], sines[low])
      // -i exp(...) times the difference.
      let turnedRe = c * differenceIm + s * differenceRe
      let turnedIm = s * differenceIm - c * differenceRe
      (real[low], imaginary[low]) = (0.5 * (sumRe + turnedRe), 0.5 * (sumIm + turnedIm))
      (real[high], imaginary[high]) = (0.5 * (sumRe - turnedRe), 0.5 * (turnedIm - sumIm))
    }
    return (real, imaginary)
  }

  /// The samples of a spectrum as ``forward(_:)`` gives it.
  package func inverse(real: [Double], imaginary: [Double]) -> [Double] {
    let half = size / 2
    precondition(real.count == half + 1 && imaginary.count == half + 1, "a bin for each frequency")
    var (re, im) = ([Double](repeating: 0, count: half), [Double](repeating: 0, count: half))
    for low in 0..<half {
      let high = half - low
      let (sumRe, sumIm) = (real[low] + real[high], imaginary[low] - imaginary[high])
      let (differenceRe, differenceIm) = (real[low] - real[high], imaginary[low] + imaginary[high])
      let (c, s) = (cosines[low], -sines[low])
      // i exp(...) times the difference; the conjugate of the whole makes the forward transform an inverse one.
      re[low] = sumRe - (c * differenceIm + s * differenceRe)
      im[low] = -(sumIm + (c * differenceRe - s * differenceIm))
    }
    transform(&re, &im)
    let scale = 1 / Double(size)
    var samples = [Double](repeating: 0, count: size)
    for place in 0..<half {
      samples[2 * place] = re[place] * scale
      samples[2 * place + 1] = -im[place] * scale
    }
    return samples
  }

  /// The complex transform of half the size in place: radix 2, decimation in time.
  private func transform(_ real: inout [Double], _ imaginary: inout [Double]) {
    let count = size / 2
    real.withUnsafeMutableBufferPointer { re in
      imaginary.withUnsafeMutableBufferPointer { im in
        var mirrored = 0
        for place in 1..<count {
          var bit = count >> 1
          while mirrored & bit != 0 {
            mirrored ^= bit
            bit >>= 1
          }
          mirrored |= bit
          if place < mirrored {
            re.swapAt(place, mirrored)
            im.swapAt(place, mirrored)
          }
        }
        cosines.withUnsafeBufferPointer { cosines in
          sines.withUnsafeBufferPointer { sines in
            var length = 2
            while length <= count {
              let (half, step) = (length / 2, size / length)
              for first in stride(from: 0, to: count, by: length) {
                for place in 0..<half {
                  let (c, s) = (cosines[place * step], sines[place * step])
                  let (low, high) = (first + place, first + place + half)
                  let turnedRe = re[high] * c - im[high] * s
                  let turnedIm = re[high] * s + im[high] * c
                  (re[high], im[high]) = (re[low] - turnedRe, im[low] - turnedIm)
                  (re[low], im[low]) = (re[low] + turnedRe, im[low] + turnedIm)
                }
              }
              length *= 2
            }
          }
        }
      }
    }
  }
}
