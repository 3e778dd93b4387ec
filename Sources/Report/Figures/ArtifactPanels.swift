import EEGCore

/// What a figure of artifacts shows: which channels, and which epochs of them.
struct ArtifactPanels: Sendable {
  /// One channel.
  struct Panel: Hashable, Sendable {
    let name: String
    /// Epochs that were dropped for this channel, drawn or not.
    let droppedCount: Int
    /// The largest first, at most ``ArtifactPanels/shownLines``.
    let dropped: [Line]
    /// True when more could be drawn.
    let hasMore: Bool
    /// Kept epochs [µV]: all of them, or the largest where there is a band.
    let kept: [[Double]]
    let band: EpochTraces.Spread?
    /// Limits of absolute values that a dropped epoch passed [µV].
    let limits: [Double]
  }
  /// A dropped epoch [µV].
  struct Line: Hashable, Sendable {
    let detector: ArtifactDetector?
    let values: [Double]
  }

  let panels: [Panel]
  /// What was found, in all channels.
  let tally: ArtifactTally
  /// Channels of the epochs in which something was found.
  let foundChannels: Int
  let milliseconds: [Double]
  let span: ClosedRange<Double>
  /// The axis of amplitudes [µV].
  let limits: ClosedRange<Double>
  /// True when something lies beyond the axis.
  let isCut: Bool
  /// Into how many columns of pixels a panel is divided; lines of more samples keep the extremes of each.
  let pixelColumns: Int
  /// True when kept epochs are a band.
  let hasBand: Bool
  let keptOnsets: [Double]
  /// Onsets with the detectors that found something there.
  let droppedOnsets: [(onset: Double, detectors: [ArtifactDetector?])]

  var epochCount: Int { keptOnsets.count + droppedOnsets.count }

  static let shownLines = 20
  /// Kept epochs that are drawn over a band.
  static let shownOverBand = 5
  private static let shownChannels = 6
  /// More kept epochs become a band.
  private static let shownKept = 60
  /// Points of all kept epochs, and of all lines; a point is up to twelve bytes of a file.
  private static let (keptPoints, linePoints) = (12_000, 15_000)

  /// Chooses channels and epochs; ``ArtifactsFigure`` has the rules.
  init(kept: Epochs, dropped: Epochs, options: FigureOptions) throws {
    precondition(
      kept.channels == dropped.channels && kept.times == dropped.times, "both have the same channels and times")
    precondition(dropped.dropLog.count == dropped.events.count, "every dropped epoch has its entry")
    try options.checkConditions(of: kept.events + dropped.events)
    let keptEpochs = EpochChoice(kept, kept.events.indices.filter { options.isChosen(kept.events[$0]) })
    let droppedEpochs = EpochChoice(dropped, dropped.events.indices.filter { options.isChosen(dropped.events[$0]) })
    guard keptEpochs.count + droppedEpochs.count > 0 else {
      throw FigureError(.nothingToDraw, "there is no epoch, neither kept nor dropped")
    }
    let columns = try options.columns(of: kept.times)
    let tally = ArtifactTally(droppedEpochs.members.map { dropped.dropLog[$0] })
    let found = tally.channels.compactMap { name in kept.channels.firstIndex { $0.name == name } }
    func largestRange(_ channel: Int) -> Double {
      (keptEpochs.traces(channel, columns) + droppedEpochs.traces(channel, columns))
        .compactMap(EpochTraces.range).max() ?? -1
    }
    let channels =
      try options.channels.map { try EvokedSet.rows($0, of: kept.channels) }
      ?? Self.usualChannels(found: found, of: kept.channels, range: largestRange)
    guard !channels.isEmpty else { throw FigureError(.nothingToDraw, "none of the channels is an EEG channel") }
    let times = kept.times[columns].map { $0 * 1000 }
    guard let first = times.first, let last = times.last, first < last, last.isFinite else {
      throw FigureError(.nothingToDraw, "the times span no interval: a line needs two samples or more")
    }

    let points = keptEpochs.count * min(columns.count, 180) * channels.count
    let hasBand = keptEpochs.count > Self.shownKept || points > Self.keptPoints
    panels = channels.map { channel in
      let name = kept.channels[channel].name
      let members = tally.epochs(with: name)
      let lines = Self.largestFirst(
        members.map { place in
          Line(detector: tally.detector(of: place, in: name), values: droppedEpochs.trace(place, channel, columns))
        }, values: \.values)
      let limits = members.flatMap { place in
        Self.passed(
          tally.findings(place), channel: name, values: droppedEpochs.trace(place, channel, kept.times.indices))
      }
      let traces = keptEpochs.traces(channel, columns)
      return Panel(
        name: name, droppedCount: members.count, dropped: Array(lines.prefix(Self.shownLines)),
        hasMore: lines.count > Self.shownLines,
        kept: hasBand ? Array(Self.largestFirst(traces, values: \.self).prefix(Self.shownOverBand)) : traces,
        band: hasBand ? EpochTraces.Spread(traces) : nil, limits: Set(limits).sorted())
    }
    // A band counts as three lines.
    let lineCount = panels.reduce(0) { $0 + $1.dropped.count + $1.kept.count + (hasBand ? 3 : 0) }
    pixelColumns = max(30, min(90, Self.linePoints / (2 * max(1, lineCount))))
    let findings = droppedEpochs.members.indices.flatMap { tally.findings($0) }
    (limits, isCut) = try Self.amplitudes(panels, findings, options)
    self.tally = tally
    self.hasBand = hasBand
    foundChannels = found.count
    milliseconds = times
    span = first...last
    keptOnsets = keptEpochs.members.map { kept.events[$0].onset }
    droppedOnsets = droppedEpochs.members.enumerated().map { (dropped.events[$1].onset, tally.detectors(of: $0)) }
  }

  /// By falling range, equal ones in their order; without those that hold no finite value.
  private static func largestFirst<Element>(_ elements: [Element], values: (Element) -> [Double]) -> [Element] {
    elements.enumerated().compactMap { place, element in
      EpochTraces.range(values(element)).map { (range: $0, place: place, element: element) }
    }.sorted { ($1.range, $0.place) < ($0.range, $1.place) }.map(\.element)
  }

  /// The channels behind most drops, or, where none was found, the EEG channels of the largest range.
  private static func usualChannels(found: [Int], of channels: [Channel], range: (Int) -> Double) -> [Int] {
    guard found.isEmpty else { return Array(found.prefix(shownChannels)) }
    let ranges = channels.indices.filter { channels[$0].kind == .eeg }.map { (channel: $0, range: range($0)) }
    return ranges.sorted { ($1.range, $0.channel) < ($0.range, $1.channel) }.prefix(shownChannels).map(\.channel)
  }

  /// The limits that a channel passed [µV].
  ///
  /// A positive limit holds for both signs unless the rule has a second one, which a finding does not tell; the lower is
  /// drawn where the value that was found is that of the epoch's minimum.
  private static func passed(_ findings: [ArtifactFinding], channel: String, values: [Double]) -> [Double] {
    findings.compactMap { finding in
      guard finding.detector == .absolute, finding.limit.isFinite,
        let hit = finding.channels.first(where: { $0.channel == channel })
      else {
        return nil
      }
      let lowest = values.filter(\.isFinite).min() ?? 0
      let isMirrored = finding.limit > 0 && lowest < 0 && abs(hit.value * 1e6 + lowest) < -1e-6 * lowest
      return (isMirrored ? -finding.limit : finding.limit) * 1e6
    }
  }

  /// The axis of amplitudes [µV], and whether something lies beyond it.
  private static func amplitudes(
    _ panels: [Panel], _ findings: [ArtifactFinding], _ options: FigureOptions
  ) throws -> (limits: ClosedRange<Double>, isCut: Bool) {
    let usual = panels.flatMap { panel in
      (panel.band.map { [$0.lower, $0.upper] } ?? panel.kept).joined().filter(\.isFinite)
    }
    let lines = panels.flatMap { panel in
      ((panel.band == nil ? [] : panel.kept) + panel.dropped.map(\.values)).joined().filter(\.isFinite)
    }
    let largest = usual.map(abs).max() ?? 0
    let voltageLimits = findings.filter { $0.detector.isVoltage && !$0.detector.isBelow && $0.limit.isFinite }
      .map { abs($0.limit) * 1e6 }
    let cap = largest > 0 ? 5 * max(largest, voltageLimits.max() ?? 0) : .infinity
    let shown = usual + lines.map { max(-cap, min(cap, $0)) } + panels.flatMap(\.limits)
    guard !usual.isEmpty || !lines.isEmpty,
      let limits = AmplitudeRange.microvolts(shown.map { $0 * 1e-6 }, limit: options.limit)
    else {
      throw FigureError(.nothingToDraw, "the epochs hold no finite value")
    }
    return (limits, (usual + lines).contains { !limits.contains($0) || abs($0) > cap })
  }
}

/// Some of the epochs.
private struct EpochChoice {
  let epochs: Epochs
  let members: [Int]
  var count: Int { members.count }

  init(_ epochs: Epochs, _ members: [Int]) {
    self.epochs = epochs
    self.members = members
  }

  /// The values of an epoch, by its place among the chosen ones [µV].
  func trace(_ place: Int, _ channel: Int, _ columns: Range<Int>) -> [Double] {
    let start = members[place] * epochs.epochSize + channel * epochs.times.count
    return columns.map { epochs.values[start + $0] * 1e6 }
  }

  func traces(_ channel: Int, _ columns: Range<Int>) -> [[Double]] {
    members.indices.map { trace($0, channel, columns) }
  }
}

extension FigureOptions {
  /// True for events of the conditions that are asked for.
  fileprivate func isChosen(_ event: Event) -> Bool { conditions?.contains(event.condition) ?? true }

  /// Refuses conditions that no event has.
  fileprivate func checkConditions(of events: [Event]) throws(FigureError) {
    var known: [String] = []
    for event in events where !known.contains(event.condition) { known.append(event.condition) }
    guard let missing = conditions?.first(where: { !known.contains($0) }) else { return }
    throw FigureError(
      .invalidOption,
      "there is no epoch of condition '\(missing)'; the conditions are "
        + known.map { "'\($0)'" }.joined(separator: ", "))
  }
}
