import CKernels
import EEGCore
import Foundation

/// How one signal's samples become 16- or 24-bit integers.
struct SampleQuantizer {
  /// Header fields.
  let physicalMinimum: String
  let physicalMaximum: String
  let digitalMinimum: Int
  let digitalMaximum: Int
  /// Unit of the limits: the signal's own, unless its values need a larger one to fit their fields.
  let unit: PhysicalUnit
  /// From the signal's unit to `unit`.
  private let factor: Double
  /// The line of the header fields, in `unit`; nil when digital samples pass through unchanged.
  let calibration: Calibration?

  /// True when digital samples are those of the source.
  var passesThrough: Bool { calibration == nil }

  /// One a signal: samples pass through when the source is digital, fits, and its limits can be written exactly; else
  /// the physical range of the data is spread over all digital values.
  ///
  /// - Parameters:
  ///   - isBDF: 24 bits, else 16.
  ///   - progress: Told the part of the work that is done, when samples have to be looked at.
  /// - Throws: ``EDFWritingError``, code `notRepresentable`; the source's errors.
  static func all(
    for recording: Recording, isBDF: Bool, path: String, progress: (Double) -> Void
  ) throws -> [SampleQuantizer] {
    let span = isBDF ? -8_388_608...8_388_607 : -32_768...32_767
    // Only the values of wider encodings need a look.
    let wide = recording.signals.indices.filter { signal in
      switch (recording.signals[signal].encoding, isBDF) {
      case (.int24, false), (.int32, _): true
      default: false
      }
    }
    let ranges = try SampleSweep(recording: recording, signals: wide).digitalRanges(progress: progress)
    let digital = Dictionary(uniqueKeysWithValues: zip(wide, ranges))
    let exact = try recording.signals.indices.map { signal in
      try SampleQuantizer(
        passing: recording.signals[signal], range: digital[signal] ?? nil, span: span, path: path)
    }
    let rounded = recording.signals.indices.filter { exact[$0] == nil }
    let sweep = SampleSweep(recording: recording, signals: rounded)
    let physical = try sweep.physicalRanges(progress: progress) { signal, sample in
      EDFWritingError(
        .notRepresentable, path: path,
        "sample \(sample) of '\(recording.signals[signal].label)' is not a number, which integers cannot hold; "
          + "leave the signal out")
    }
    var spread = try zip(rounded, physical).map { signal, range in
      try SampleQuantizer(spreading: recording.signals[signal], range: range, span: span, path: path)
    }[...]
    return exact.compactMap { $0 ?? spread.popFirst() }
  }

  /// Samples as they are; nil when the file cannot hold them or their limits.
  ///
  /// - Parameter range: Of the stored values; nil when all values of the encoding fit.
  /// - Throws: ``EDFWritingError``, code `notRepresentable`, for trigger codes, which may not be rounded.
  private init?(passing signal: Signal, range: ClosedRange<Int32>?, span: ClosedRange<Int>, path: String) throws {
    guard signal.encoding.isDigital else { return nil }
    let fits = range.map { span.contains(Int($0.lowerBound)) && span.contains(Int($0.upperBound)) } ?? true
    guard fits, let fields = Self.exactLimits(signal.calibration, span: span) else {
      guard signal.kind != .status else {
        throw EDFWritingError(
          .notRepresentable, path: path,
          "the codes of '\(signal.label)' do not fit 16 bits; write BDF, or leave the signal out")
      }
      return nil
    }
    (physicalMinimum, physicalMaximum, digitalMinimum, digitalMaximum) = fields
    (unit, factor) = (signal.unit, 1)
    calibration = nil
  }

  /// The range of the data, rounded outwards to eight characters, over all digital values.
  ///
  /// - Parameter range: Of the physical values; nil when there is none.
  /// - Throws: ``EDFWritingError``, code `notRepresentable`.
  private init(spreading signal: Signal, range: ClosedRange<Double>?, span: ClosedRange<Int>, path: String) throws {
    (digitalMinimum, digitalMaximum) = (span.lowerBound, span.upperBound)
    let limits = Self.widened(range)
    if signal.kind == .status, Double(span.lowerBound) <= limits.lowerBound,
      limits.upperBound <= Double(span.upperBound)
    {
      // Readers take codes from the stored integers.
      (physicalMinimum, physicalMaximum) = (String(span.lowerBound), String(span.upperBound))
      (unit, factor) = (signal.unit, 1)
      calibration = Calibration(
        physicalMinimum: Double(span.lowerBound), physicalMaximum: Double(span.upperBound),
        digitalMinimum: span.lowerBound, digitalMaximum: span.upperBound)
      return
    }
    let units = [(signal.unit, 1.0)] + Self.largerUnits(than: signal.unit)
    for (unit, factor) in units {
      guard let lower = EightCharacterNumber.rounded(limits.lowerBound * factor, up: false),
        let upper = EightCharacterNumber.rounded(limits.upperBound * factor, up: true), let minimum = Double(lower),
        let maximum = Double(upper), minimum < maximum
      else { continue }
      (physicalMinimum, physicalMaximum, self.unit, self.factor) = (lower, upper, unit, factor)
      calibration = Calibration(
        physicalMinimum: minimum, physicalMaximum: maximum, digitalMinimum: span.lowerBound,
        digitalMaximum: span.upperBound)
      return
    }
    throw EDFWritingError(
      .notRepresentable, path: path,
      "the values of '\(signal.label)', \(limits.lowerBound) to \(limits.upperBound) \(signal.unit), do not "
        + "fit the eight characters of a limit; change the unit")
  }

  /// Units that make numbers of a voltage smaller, with the factor from the unit at hand.
  private static func largerUnits(than unit: PhysicalUnit) -> [(PhysicalUnit, Double)] {
    guard let volts = unit.voltsPerUnit else { return [] }
    return ["uV", "mV", "V"].map { PhysicalUnit($0) }.compactMap { larger in
      guard let size = larger.voltsPerUnit, size > volts else { return nil }
      return (larger, volts / size)
    }
  }

  /// Samples as the file holds them.
  ///
  /// - Parameters:
  ///   - samples: Joined sample numbers of the signal.
  ///   - values: Filled from its start.
  ///   - physical: As many places, which are used when samples do not pass through.
  /// - Throws: The source's errors.
  func read(
    _ signal: Int, of recording: Recording, samples: Range<Int>, into values: UnsafeMutableBufferPointer<Int32>,
    physical: UnsafeMutableBufferPointer<Double>
  ) throws {
    precondition(samples.count <= values.count, "no room for the samples")
    guard let calibration else {
      var span = values.extracting(0..<samples.count).mutableSpan
      return try recording.source.readDigital(signal: signal, from: samples.lowerBound, into: &span)
    }
    let exact = physical.extracting(0..<samples.count)
    var span = exact.mutableSpan
    try recording.source.readPhysical(signal: signal, from: samples.lowerBound, into: &span)
    ck_quantize(
      exact.baseAddress, values.baseAddress, samples.count, factor / calibration.gain, calibration.digitalOffset,
      Double(digitalMinimum), Double(digitalMaximum))
  }

  private static func exactLimits(
    _ calibration: Calibration, span: ClosedRange<Int>
  ) -> (String, String, Int, Int)? {
    if calibration.isRaw {
      // Digital values without a scale: a line of gain 1 says the same.
      return (String(span.lowerBound), String(span.upperBound), span.lowerBound, span.upperBound)
    }
    guard let physicalMinimum = calibration.physicalMinimum, let physicalMaximum = calibration.physicalMaximum,
      let digitalMinimum = calibration.digitalMinimum, let digitalMaximum = calibration.digitalMaximum,
      span.contains(digitalMinimum), span.contains(digitalMaximum),
      let lower = EightCharacterNumber.exact(physicalMinimum), let upper = EightCharacterNumber.exact(physicalMaximum)
    else { return nil }
    // The standard wants digital limits in order: the line through both is the same with both pairs exchanged.
    return digitalMinimum < digitalMaximum
      ? (lower, upper, digitalMinimum, digitalMaximum) : (upper, lower, digitalMaximum, digitalMinimum)
  }

  /// A range that a line can be drawn through: a constant needs a range around it.
  private static func widened(_ range: ClosedRange<Double>?) -> ClosedRange<Double> {
    guard let range else { return -1...1 }
    let margin = range.lowerBound == range.upperBound ? max(1, abs(range.lowerBound) * 1e-3) : 0
    return (range.lowerBound - margin)...(range.upperBound + margin)
  }
}
