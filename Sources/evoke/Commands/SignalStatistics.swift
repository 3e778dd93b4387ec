import EEGCore

/// First, last, sum and extremes of a signal's samples.
struct SignalStatistics: Encodable {
  private(set) var digitalFirst: Int?
  private(set) var digitalLast: Int?
  private(set) var digitalSum: Int?
  /// Physical values in the signal's own unit; nil when there are no samples.
  private(set) var physicalMean: Double?
  private(set) var physicalMinimum: Double?
  private(set) var physicalMaximum: Double?

  enum CodingKeys: String, CodingKey {
    case digital_first, digital_last, digital_sum, physical_mean, physical_min_seen, physical_max_seen
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(digitalFirst, forKey: .digital_first)
    try container.encode(digitalLast, forKey: .digital_last)
    try container.encode(digitalSum, forKey: .digital_sum)
    try container.encode(physicalMean, forKey: .physical_mean)
    try container.encode(physicalMinimum, forKey: .physical_min_seen)
    try container.encode(physicalMaximum, forKey: .physical_max_seen)
  }

  /// Reads all samples of a signal in blocks, so that memory stays small for any file.
  ///
  /// - Throws: The source's error.
  init(of index: Int, in recording: Recording) throws {
    let signal = recording.signals[index]
    guard signal.sampleCount > 0 else {
      if signal.encoding.isDigital { digitalSum = 0 }
      return
    }
    if signal.encoding.isDigital {
      try readDigital(index, recording)
    } else {
      try readPhysical(index, recording)
    }
  }

  private static let blockLength = 1 << 20

  private static func blocks(_ count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: blockLength).map { $0..<min(count, $0 + blockLength) }
  }

  private mutating func readDigital(_ index: Int, _ recording: Recording) throws {
    let signal = recording.signals[index]
    var sum = 0
    var minimum = Int32.max
    var maximum = Int32.min
    for block in Self.blocks(signal.sampleCount) {
      let values = try recording.digital(signal: index, samples: block)
      if block.lowerBound == 0 { digitalFirst = Int(values[0]) }
      digitalLast = Int(values[values.count - 1])
      for value in values {
        sum += Int(value)
        minimum = min(minimum, value)
        maximum = max(maximum, value)
      }
    }
    digitalSum = sum
    // The line is straight: the mean of the values is the value of the mean, without the rounding of a long sum.
    let calibration = signal.calibration
    physicalMean = calibration.gain * (Double(sum) / Double(signal.sampleCount) + calibration.digitalOffset)
    let ends = [calibration.physical(minimum), calibration.physical(maximum)]
    physicalMinimum = ends.min()
    physicalMaximum = ends.max()
  }

  private mutating func readPhysical(_ index: Int, _ recording: Recording) throws {
    var sum = 0.0
    var minimum = Double.infinity
    var maximum = -Double.infinity
    let count = recording.signals[index].sampleCount
    for block in Self.blocks(count) {
      let values = try recording.physical(signal: index, samples: block)
      sum += values.reduce(0, +)
      minimum = min(minimum, values.min() ?? minimum)
      maximum = max(maximum, values.max() ?? maximum)
    }
    // JSON has no word for a value that is not a number.
    let mean = sum / Double(count)
    physicalMean = mean.isFinite ? mean : nil
    physicalMinimum = minimum.isFinite ? minimum : nil
    physicalMaximum = maximum.isFinite ? maximum : nil
  }
}
