import EEGCore

/// How one signal gets its new rate.
struct ResamplingPlan: Sendable {
  enum Method: Sendable {
    /// It has the rate: samples are passed on.
    case none
    /// Samples between samples, without what lies above the new Nyquist frequency.
    case filter
    /// Trigger codes, which must stay codes.
    case codes
  }

  /// A segment's samples.
  struct Stretch: Sendable {
    /// Joined sample numbers at the source.
    let input: Range<Int>
    let outputCount: Int
  }

  /// Index into the source's signals.
  let signal: Int
  /// Hz.
  let inputRate: Double
  /// Hz.
  let outputRate: Double
  let method: Method
  /// Of digital sources.
  let calibration: Calibration?
  let stretches: [Stretch]

  /// Samples of all stretches.
  var outputCount: Int { stretches.reduce(0) { $0 + $1.outputCount } }

  /// The parts of the stretches that hold some joined output samples.
  ///
  /// - Returns: Number of the stretch, the samples within it, and where they lie in `samples`.
  func parts(of samples: Range<Int>) -> [(stretch: Int, samples: Range<Int>, offset: Int)] {
    var parts: [(stretch: Int, samples: Range<Int>, offset: Int)] = []
    var first = 0
    for (number, stretch) in stretches.enumerated() {
      let part = samples.clamped(to: first..<(first + stretch.outputCount))
      if !part.isEmpty {
        parts.append(
          (number, (part.lowerBound - first)..<(part.upperBound - first), part.lowerBound - samples.lowerBound))
      }
      first += stretch.outputCount
    }
    return parts
  }
}
