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

  /// Chooses: samples pass through when the source is digital, fits, and its limits can be written exactly; else the
  /// physical range of the data is spread over all digital values.
  ///
  /// - Parameters:
  ///   - signal: Index into the recording's signals.
  ///   - isBDF: 24 bits, else 16.
  /// - Throws: ``EDFWritingError``, code `notRepresentable`; the source's errors.
  init(_ signal: Int, of recording: Recording, isBDF: Bool, path: String) throws {
    let description = recording.signals[signal]
    let span = isBDF ? -8_388_608...8_388_607 : -32_768...32_767
    if description.encoding.isDigital {
      let range = try Self.digitalRange(signal, of: recording, isBDF: isBDF)
      let fits = range.map { span.contains(Int($0.lowerBound)) && span.contains(Int($0.upperBound)) } ?? true
      if fits, let fields = Self.exactLimits(description.calibration, span: span) {
        (physicalMinimum, physicalMaximum, digitalMinimum, digitalMaximum) = fields
        (unit, factor) = (description.unit, 1)
        calibration = nil
        return
      }
      if description.kind == .status {
        throw EDFWritingError(
          .notRepresentable, path: path,
          "the codes of '\(description.label)' do not fit 16 bits; write BDF, or leave the signal out")
      }
    }
    (digitalMinimum, digitalMaximum) = (span.lowerBound, span.upperBound)
    let limits = try Self.physicalRange(signal, of: recording, path: path)
    if description.kind == .status, Double(span.lowerBound) <= limits.lowerBound,
      limits.upperBound <= Double(span.upperBound)
    {
      // Readers take codes from the stored integers.
      (physicalMinimum, physicalMaximum) = (String(span.lowerBound), String(span.upperBound))
      (unit, factor) = (description.unit, 1)
      calibration = Calibration(
        physicalMinimum: Double(span.lowerBound), physicalMaximum: Double(span.upperBound),
        digitalMinimum: span.lowerBound, digitalMaximum: span.upperBound)
      return
    }
    let units = [(description.unit, 1.0)] + Self.largerUnits(than: description.unit)
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
      "the values of '\(description.label)', \(limits.lowerBound) to \(limits.upperBound) \(description.unit), do not "
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
  /// - Throws: The source's errors.
  func read(
    _ signal: Int, of recording: Recording, samples: Range<Int>, into values: UnsafeMutableBufferPointer<Int32>
  ) throws {
    precondition(samples.count <= values.count, "no room for the samples")
    guard let calibration else {
      var span = values.extracting(0..<samples.count).mutableSpan
      return try recording.source.readDigital(signal: signal, from: samples.lowerBound, into: &span)
    }
    try withUnsafeTemporaryAllocation(of: Double.self, capacity: samples.count) { physical in
      physical.initialize(repeating: 0)
      var span = physical.mutableSpan
      try recording.source.readPhysical(signal: signal, from: samples.lowerBound, into: &span)
      ck_quantize(
        physical.baseAddress, values.baseAddress, samples.count, factor / calibration.gain, calibration.digitalOffset,
        Double(digitalMinimum), Double(digitalMaximum))
    }
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

  /// Smallest and largest stored value; nil, without a look, when every value of the encoding fits.
  private static func digitalRange(
    _ signal: Int, of recording: Recording, isBDF: Bool
  ) throws -> ClosedRange<Int32>? {
    switch (recording.signals[signal].encoding, isBDF) {
    case (.int16, _), (.int24, true): return nil
    default: break
    }
    let count = recording.signals[signal].sampleCount
    guard count > 0 else { return nil }
    var (lowest, highest) = (Int32.max, Int32.min)
    var values = [Int32](repeating: 0, count: min(count, blockLength))
    for block in blocks(count) {
      try values.withUnsafeMutableBufferPointer { buffer in
        var part = buffer.extracting(0..<block.count).mutableSpan
        try recording.source.readDigital(signal: signal, from: block.lowerBound, into: &part)
      }
      for place in 0..<block.count {
        lowest = min(lowest, values[place])
        highest = max(highest, values[place])
      }
    }
    return lowest...highest
  }

  /// Smallest and largest physical value, widened where a line needs it.
  private static func physicalRange(_ signal: Int, of recording: Recording, path: String) throws -> ClosedRange<Double>
  {
    let description = recording.signals[signal]
    var lowest = Double.infinity
    var highest = -Double.infinity
    // One buffer for all blocks: fresh memory would cost more than the comparison.
    var values = [Double](repeating: 0, count: min(description.sampleCount, blockLength))
    for block in blocks(description.sampleCount) {
      try values.withUnsafeMutableBufferPointer { buffer in
        var part = buffer.extracting(0..<block.count).mutableSpan
        try recording.source.readPhysical(signal: signal, from: block.lowerBound, into: &part)
      }
      var (low, high) = (lowest, highest)
      guard ck_range(values, block.count, &low, &high) != 0 else {
        let place = values.prefix(block.count).firstIndex { !$0.isFinite } ?? 0
        throw EDFWritingError(
          .notRepresentable, path: path,
          "sample \(block.lowerBound + place) of '\(description.label)' is not a number, which integers cannot hold; "
            + "leave the signal out")
      }
      (lowest, highest) = (min(lowest, low), max(highest, high))
    }
    guard lowest <= highest else { return -1...1 }
    // A constant needs a range around it.
    let margin = lowest == highest ? max(1, abs(lowest) * 1e-3) : 0
    return (lowest - margin)...(highest + margin)
  }

  private static let blockLength = 1 << 16

  private static func blocks(_ count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: blockLength).map { $0..<min(count, $0 + blockLength) }
  }
}
