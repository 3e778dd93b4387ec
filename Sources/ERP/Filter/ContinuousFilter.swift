import Foundation

/// The filter of a continuous recording that settings ask for: notches and a band, IIR or FIR.
///
/// The IIR part, which holds the notches, comes first, then the FIR part.
public struct ContinuousFilter: Hashable, Sendable {
  /// What was asked for.
  public let settings: FilterSettings
  /// Sampling rate the filter is made for [Hz].
  public let rate: Double
  /// Notches and Butterworth filter, if there are any.
  public let iir: IIRFilter?
  /// The FIR filter, if there is one.
  public let fir: FIRFilter?

  /// Designs the filter.
  ///
  /// - Parameters:
  ///   - settings: At least one frequency.
  ///   - rate: Sampling rate [Hz].
  /// - Throws: ``ERPError``, code `invalidFilter`, see ``FIRFilter/init(_:rate:)`` and ``IIRFilter/init(_:rate:)``.
  public init(_ settings: FilterSettings, rate: Double) throws {
    self.settings = settings
    self.rate = rate
    iir = settings.method == .fir && settings.notch.isEmpty ? nil : try IIRFilter(settings, rate: rate)
    guard settings.method == .fir, settings.low != nil || settings.high != nil || settings.notch.isEmpty else {
      fir = nil
      return
    }
    var band = settings
    band.notch = []
    fir = try FIRFilter(band, rate: rate)
  }

  /// What the filter passes, in the words of an EDF header: `HP:0.1Hz LP:40Hz N:50Hz`.
  ///
  /// Source: EDF specification, "prefiltering". A stopped band stands there as `BS:48-52Hz`.
  public var prefilter: String {
    func hertz(_ frequency: Double) -> String {
      frequency == frequency.rounded() && frequency < 1e6 ? String(Int(frequency)) : String(frequency)
    }
    var parts: [String] = []
    if settings.band == .stop, let low = settings.low, let high = settings.high {
      parts.append("BS:\(hertz(low))-\(hertz(high))Hz")
    } else {
      if let low = settings.low { parts.append("HP:\(hertz(low))Hz") }
      if let high = settings.high { parts.append("LP:\(hertz(high))Hz") }
    }
    return (parts + settings.notch.map { "N:\(hertz($0))Hz" }).joined(separator: " ")
  }

  /// Filters one signal, each stretch for itself.
  ///
  /// - Parameters:
  ///   - samples: One value a sample, any unit.
  ///   - segments: Stretches without a gap, as ranges of indices into `samples`, apart from each other; the whole signal
  ///     when nil. Samples outside are returned as they are.
  ///   - threads: Number of threads; the result does not depend on it.
  /// - Returns: As many values as `samples` has.
  /// - Throws: ``ERPError``, code `signalTooShort`, when no stretch is as long as the FIR filter, or one is too short for
  ///   the continuation of the IIR filter, and `nonFiniteSamples` when a value is infinite or not a number.
  public func filtered(
    _ samples: [Double], segments: [Range<Int>]? = nil, threads: Int = ProcessInfo.processInfo.activeProcessorCount
  ) throws -> [Double] {
    let segments = segments ?? [samples.indices]
    for segment in segments {
      precondition(samples.indices.contains(segment), "segments must lie inside the samples")
    }
    let filter = try PreparedFilter(self, segments: segments)
    guard samples.allSatisfy(\.isFinite) else {
      throw ERPError(
        code: .nonFiniteSamples, message: "the signal holds values that are infinite or not numbers; cut them out first"
      )
    }
    var result = samples
    try result.withUnsafeMutableBufferPointer { buffer in
      let target = DisjointWriter(buffer)
      try filter.run(
        signalCount: 1, wanted: { _ in true }, threads: threads,
        read: { _, first, destination in
          for index in 0..<destination.count { destination[index] = samples[first + index] }
        },
        write: { _, first, values in target.write(values, at: first) })
    }
    return result
  }
}

extension Range<Int> {
  /// True when all of a range, or none of it where it is empty, lies inside.
  fileprivate func contains(_ other: Range<Int>) -> Bool {
    other.lowerBound >= lowerBound && other.upperBound <= upperBound
  }
}
