import EEGCore

/// How the samples of a recording are shared out over data records.
struct RecordLayout: Hashable {
  /// Duration of a record [s].
  var recordDuration: Double
  /// The same as the header writes it.
  var recordDurationText: String
  /// Samples of each signal in a record.
  var samplesPerRecord: [Int]
  /// Records of each segment.
  var recordsPerSegment: [Int]
  /// How many segments need their last record filled up, because the duration does not divide them.
  var paddedSegments: Int

  /// Number of records in the file.
  var recordCount: Int { recordsPerSegment.reduce(0, +) }

  /// The EDF specification recommends no more for a record.
  private static let recommendedBytes = 61_440
  /// What EDFlib accepts.
  private static func largestBytes(_ bytesPerSample: Int) -> Int { (bytesPerSample == 2 ? 10 : 15) << 20 }

  /// Finds the record duration nearest to one second that divides every segment and gives every signal whole samples.
  ///
  /// The samples of a record are multiples of the smallest numbers in the ratio of the rates, so only the divisors of
  /// one number are candidates. The duration itself must be exact in eight characters, because it carries the rates.
  ///
  /// - Parameters:
  ///   - counts: Samples, shape `[segment, signal]`.
  ///   - durations: Of the segments [s].
  ///   - fixed: A duration asked for [s]; the last record of a segment is then filled up where it must be.
  init?(
    counts: [[Int]], durations: [Double], rates: [Double], bytesPerSample: Int, fixed: Double?
  ) {
    guard let first = rates.indices.first(where: { rates[$0] > 0 }) else {
      // Nothing but annotations: the standard's own form is one record of no duration.
      self.init(
        recordDuration: 0, recordDurationText: "0", samplesPerRecord: rates.map { _ in 0 }, recordsPerSegment: [1],
        paddedSegments: 0)
      return
    }
    if let fixed {
      guard let layout = Self.padded(counts, rates, fixed) else { return nil }
      self = layout
      return
    }
    let shares = Self.smallestShares(counts, rates)
    let common = shares.map { shares in
      var divisor = 0
      for segment in counts {
        for signal in rates.indices where shares[signal] > 0 {
          guard segment[signal] % shares[signal] == 0 else { return 0 }
          divisor = Self.greatestCommonDivisor(divisor, segment[signal] / shares[signal])
        }
      }
      return divisor
    }
    var best: (score: Double, layout: RecordLayout)?
    if let shares, let common, common > 0 {
      for multiple in Self.divisors(common) {
        let samples = shares.map { $0 * multiple }
        let exact = Double(samples[first]) / rates[first]
        // The rate is known to about 15 digits; its field must give it back to as many.
        guard let text = Self.durationText(exact), let duration = Double(text) else { continue }
        let bytes = samples.reduce(0, +) * bytesPerSample
        guard bytes <= Self.largestBytes(bytesPerSample) else { continue }
        let tooLarge = bytes > Self.recommendedBytes && bytesPerSample == 2
        let score = max(duration, 1 / duration) * (tooLarge ? 100 : 1)
        guard best.map({ score < $0.score }) ?? true else { continue }
        let records = counts.map { $0[first] / samples[first] }
        best = (
          score,
          RecordLayout(
            recordDuration: duration, recordDurationText: text, samplesPerRecord: samples, recordsPerSegment: records,
            paddedSegments: 0)
        )
      }
    }
    // Adding samples is the last resort: an unusual duration is legal, an invented sample is not in the recording.
    guard let layout = best?.layout ?? Self.padded(counts, rates, 1) ?? Self.paddedByRate(counts, rates) else {
      return nil
    }
    self = layout
  }

  private init(
    recordDuration: Double, recordDurationText: String, samplesPerRecord: [Int], recordsPerSegment: [Int],
    paddedSegments: Int
  ) {
    self.recordDuration = recordDuration
    self.recordDurationText = recordDurationText
    self.samplesPerRecord = samplesPerRecord
    self.recordsPerSegment = recordsPerSegment
    self.paddedSegments = paddedSegments
  }

  /// Records of a given duration, the last of each segment filled up.
  private static func padded(_ counts: [[Int]], _ rates: [Double], _ duration: Double) -> RecordLayout? {
    guard duration > 0, let text = durationText(duration) else { return nil }
    var samples: [Int] = []
    for rate in rates {
      let exact = rate * duration
      guard exact < 1e8, abs(exact - exact.rounded()) <= 1e-9 * max(1, exact) else { return nil }
      samples.append(Int(exact.rounded()))
    }
    guard rates.indices.allSatisfy({ rates[$0] == 0 || samples[$0] > 0 }) else { return nil }
    var padded = 0
    let records = counts.map { segment in
      let needed = rates.indices.map { samples[$0] == 0 ? 0 : (segment[$0] + samples[$0] - 1) / samples[$0] }.max() ?? 0
      if rates.indices.contains(where: { segment[$0] != needed * samples[$0] }) { padded += 1 }
      return needed
    }
    return RecordLayout(
      recordDuration: duration, recordDurationText: text, samplesPerRecord: samples, recordsPerSegment: records,
      paddedSegments: padded)
  }

  /// For rates that need another duration than one second: whole samples of the slowest signal, about a second of them.
  private static func paddedByRate(_ counts: [[Int]], _ rates: [Double]) -> RecordLayout? {
    guard let slowest = rates.filter({ $0 > 0 }).min() else { return nil }
    let near = max(1, Int(slowest.rounded()))
    for samples in Array(near...(near + 2000)) + Array(1...near) {
      if let layout = padded(counts, rates, Double(samples) / slowest) { return layout }
    }
    return nil
  }

  /// The smallest whole numbers in the ratio of the rates.
  private static func smallestShares(_ counts: [[Int]], _ rates: [Double]) -> [Int]? {
    // Counts of the longest segment are in the ratio of the rates when every signal covers it exactly.
    guard let longest = counts.max(by: { $0.reduce(0, +) < $1.reduce(0, +) }) else { return nil }
    let divisor = longest.reduce(0, greatestCommonDivisor)
    guard divisor > 0 else { return nil }
    let shares = longest.map { $0 / divisor }
    guard let first = rates.indices.first(where: { shares[$0] > 0 && rates[$0] > 0 }) else { return nil }
    for signal in rates.indices {
      let expected = rates[signal] / rates[first] * Double(shares[first])
      guard abs(expected - Double(shares[signal])) <= 1e-9 * max(1, expected) else { return nil }
    }
    return shares
  }

  /// A duration as its field holds it, exact to a part in 10^12; nil when eight characters do not do.
  private static func durationText(_ duration: Double) -> String? {
    for decimals in 0...6 {
      let scale = [1.0, 10, 100, 1e3, 1e4, 1e5, 1e6][decimals]
      let written = (duration * scale).rounded() / scale
      guard written > 0, abs(written - duration) <= 1e-12 * duration else { continue }
      return EightCharacterNumber.exact(written)
    }
    return nil
  }

  private static func divisors(_ number: Int) -> [Int] {
    var small: [Int] = []
    var large: [Int] = []
    var candidate = 1
    while candidate * candidate <= number {
      if number % candidate == 0 {
        small.append(candidate)
        if candidate != number / candidate { large.append(number / candidate) }
      }
      candidate += 1
    }
    return small + large.reversed()
  }

  private static func greatestCommonDivisor(_ left: Int, _ right: Int) -> Int {
    var (left, right) = (left, right)
    while right != 0 { (left, right) = (right, left % right) }
    return left
  }
}
