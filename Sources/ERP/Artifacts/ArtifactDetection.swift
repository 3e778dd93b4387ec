import EEGCore

/// Looks for artifacts in finished epochs.
///
/// It is prepared once and shared by all threads; each thread brings a ``Scratch`` of its own.
public struct ArtifactDetection: Sendable {
  private let rules: [PreparedRule]
  private let channels: [Channel]
  private let timeCount: Int
  private let rejectsChannels: Bool
  /// Channels that may be taken out of an epoch.
  private let mostRejected: Int

  /// Prepares.
  ///
  /// - Parameters:
  ///   - channels: The rows of an epoch.
  ///   - examined: Number of first rows that rules without names look at; all rows when nil.
  ///   - times: Its columns [s from the event].
  ///   - rate: Sampling rate of the columns [Hz].
  /// - Throws: ``ERPError``, code `invalidSettings` for a limit, window or time span that is not possible, and
  ///   `unknownChannel` or `ambiguousChannel` for a name.
  public init(
    _ settings: ArtifactSettings, channels: [Channel], examined: Int? = nil, times: [Double], rate: Double
  ) throws(ERPError) {
    let most = settings.mostRejectedChannels
    guard most >= 0, most <= 1 else {
      throw ERPError(
        code: .invalidSettings,
        message: "at most \(most) of the channels cannot be rejected; give a part from 0 to 1, such as 0.25")
    }
    var prepared: [PreparedRule] = []
    for rule in settings.rules {
      prepared.append(
        try PreparedRule(rule, channels: channels, examined: examined ?? channels.count, times: times, rate: rate))
    }
    rules = prepared
    self.channels = channels
    timeCount = times.count
    rejectsChannels = settings.rejectsChannels
    mostRejected = Int(most * Double(channels.prefix(examined ?? channels.count).count { $0.kind == .eeg }) + 1e-9)
  }

  /// True when there is nothing to look for.
  public var isEmpty: Bool { rules.isEmpty }

  /// Buffers of one thread.
  public final class Scratch {
    fileprivate let first, second: UnsafeMutablePointer<Double>
    /// One a rule, nil where the rule needs none.
    fileprivate let blinks: [BlinkTemplate.Workspace?]

    fileprivate init(_ detection: ArtifactDetection) {
      func zeros() -> UnsafeMutablePointer<Double> {
        let memory = UnsafeMutablePointer<Double>.allocate(capacity: detection.timeCount + 1)
        memory.initialize(repeating: 0, count: detection.timeCount + 1)
        return memory
      }
      (first, second) = (zeros(), zeros())
      blinks = detection.rules.map {
        if case .blink(let template) = $0.method { template.makeWorkspace() } else { nil }
      }
    }

    deinit {
      first.deallocate()
      second.deallocate()
    }
  }

  /// Buffers for a thread; they fit this detection alone.
  public func makeScratch() -> Scratch { Scratch(self) }

  /// What the rules find in an epoch.
  ///
  /// - Parameters:
  ///   - values: Shape `[channel, time]` in volts; what follows it is not looked at.
  ///   - scratch: Of this thread.
  /// - Returns: One finding for every rule that found something, in the order of the rules, each with its channels in
  ///   order. A rule with a lower and an upper limit makes one finding for each. Values that are not numbers are no
  ///   artifacts.
  public func findings(_ values: Span<Double>, _ scratch: Scratch) -> [ArtifactFinding] {
    precondition(values.count >= channels.count * timeCount, "an epoch holds one row a channel")
    var findings: [ArtifactFinding] = []
    for number in rules.indices { append(number, of: values, scratch, to: &findings) { _ in } }
    return findings
  }

  /// Looks for artifacts, and takes channels out of the epoch where the settings want that.
  ///
  /// - Parameters:
  ///   - values: As for ``findings(_:_:)``; the rows of rejected channels become NaN.
  ///   - scratch: Of this thread.
  public func judge(_ values: inout MutableSpan<Double>, _ scratch: Scratch) -> ArtifactVerdict {
    guard !rules.isEmpty else { return ArtifactVerdict() }
    precondition(values.count >= channels.count * timeCount, "an epoch holds one row a channel")
    var (findings, rows) = ([ArtifactFinding](), Set<Int>())
    var isWholeEpoch = false
    for number in rules.indices {
      let count = findings.count
      append(number, of: values.span, scratch, to: &findings) { rows.insert($0) }
      if findings.count > count, !rules[number].isChannelwise { isWholeEpoch = true }
    }
    guard rejectsChannels, !isWholeEpoch, rows.count <= mostRejected else { return ArtifactVerdict(dropped: findings) }
    for row in rows {
      for place in (row * timeCount)..<((row + 1) * timeCount) { values[place] = .nan }
    }
    return ArtifactVerdict(rejectedChannels: findings)
  }

  /// Adds what a rule finds, and reports its rows.
  private func append(
    _ number: Int, of values: Span<Double>, _ scratch: Scratch, to findings: inout [ArtifactFinding],
    report: (Int) -> Void
  ) {
    let rule = rules[number]
    var low: [ArtifactFinding.ChannelValue] = []
    var high: [ArtifactFinding.ChannelValue] = []
    func note(_ row: Int, _ value: Double, isLow: Bool) {
      let entry = ArtifactFinding.ChannelValue(channel: channels[row].name, value: value)
      if isLow { low.append(entry) } else { high.append(entry) }
      report(row)
    }
    if case .blink(let template) = rule.method, let workspace = scratch.blinks[number] {
      measureBlinks(rule, template, workspace, values) { row, likeness in
        if likeness > rule.rule.limit { note(row, likeness, isLow: false) }
      }
    } else {
      for row in rule.rows {
        let first = row * timeCount
        let span = values.extracting((first + rule.samples.lowerBound)..<(first + rule.samples.upperBound))
        if let excess = Self.excess(rule, span, scratch) { note(row, excess.value, isLow: excess.isLow) }
      }
    }
    let isBelow = rule.rule.detector.isBelow
    let lowLimit = isBelow ? rule.rule.limit : rule.rule.lowerLimit ?? .nan
    if !low.isEmpty { findings.append(.init(detector: rule.rule.detector, limit: lowLimit, channels: low)) }
    if !high.isEmpty { findings.append(.init(detector: rule.rule.detector, limit: rule.rule.limit, channels: high)) }
  }

  /// The value of a row, if it passes a limit; `isLow` when that is the lower one.
  private static func excess(
    _ prepared: PreparedRule, _ row: Span<Double>, _ scratch: Scratch
  ) -> (value: Double, isLow: Bool)? {
    let limit = prepared.rule.limit
    let value: Double
    switch prepared.method {
    case .peakToPeak:
      let (low, high) = RowMeasures.extremes(row)
      value = high - low
    case .absolute(let lower):
      let (low, high) = RowMeasures.extremes(row)
      guard let lower else {
        value = max(abs(low), abs(high))
        break
      }
      let (below, above) = (lower - low, high - limit)
      // A row that passes both counts where it goes farther.
      if below > 0, below > above { return (low, true) }
      value = high
    case .flat(let moving):
      if let moving {
        value = moving.extreme(of: row, step: 1, wantsLargest: false, lows: scratch.first, highs: scratch.second)
      } else {
        let (low, high) = RowMeasures.extremes(row)
        value = high - low
      }
      return value < limit ? (value, true) : nil
    case .movingPeakToPeak(let moving, let step):
      value = moving.extreme(of: row, step: step, wantsLargest: true, lows: scratch.first, highs: scratch.second)
    case .step(let width, let step):
      value = RowMeasures.largestStep(row, width: width, step: step, sums: scratch.first)
    case .derivative: value = RowMeasures.largestDifference(row)
    case .blink: preconditionFailure("blinks are measured in many rows at once")
    }
    return value > limit ? (value, false) : nil
  }

  private func measureBlinks(
    _ rule: PreparedRule, _ template: BlinkTemplate, _ workspace: BlinkTemplate.Workspace, _ values: Span<Double>,
    report: (_ row: Int, _ likeness: Double) -> Void
  ) {
    for start in stride(from: 0, to: rule.rows.count, by: BlinkTemplate.rowCount) {
      let rows = rule.rows[start..<min(start + BlinkTemplate.rowCount, rule.rows.count)]
      template.measure(
        values, rows: rows, stride: timeCount, offset: rule.samples.lowerBound, workspace, report: report)
    }
  }
}
