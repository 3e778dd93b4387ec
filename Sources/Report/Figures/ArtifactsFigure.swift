import EEGCore

/// Which epochs were dropped for artifacts, beside those that were kept: one panel a channel, and every event along the
/// recording.
public struct ArtifactsFigure: PagedFigure {
  /// What is drawn of one channel.
  private struct Panel: Hashable, Sendable {
    let channel: Int
    /// Epochs that were dropped for this channel, drawn or not.
    let droppedCount: Int
    /// The largest first.
    let dropped: [Line]
    /// Empty where there is a band.
    let kept: [[Double]]
    let band: EpochTraces.Spread?
    /// Limits of absolute values that a dropped epoch passed [µV].
    let limits: [Double]
  }
  /// A dropped epoch [µV].
  private struct Line: Hashable, Sendable {
    let detector: ArtifactDetector?
    let values: [Double]
  }

  private let panels: [Panel]
  private let channelNames: [String]
  private let milliseconds: [Double]
  private let span: ClosedRange<Double>
  private let limits: ClosedRange<Double>
  private let keptOnsets: [Double]
  /// Onsets with the detectors that found something there.
  private let droppedOnsets: [(onset: Double, detectors: [ArtifactDetector?])]
  private let axis: RecordingAxis
  private let options: FigureOptions
  private let summary: String
  private let legend: Legend
  private let grid: PanelGrid

  private static let shownChannels = 6
  private static let shownLines = 20
  /// More kept epochs become a band.
  private static let shownKept = 60
  /// Points of all kept epochs; more would make a file of several hundred kilobytes.
  private static let keptPoints = 12_000
  /// Columns of pixels of a panel that keep their extremes.
  private static let pixelColumns = 90
  private static let stripHeight = 26.0
  private static let lineHeight = 16.0

  /// Prepares the figure.
  ///
  /// More than 60 kept epochs, or fewer with many samples, are drawn as their median and the band that holds 95 % of
  /// them at every time. At most the 20 dropped epochs of the largest range are drawn a panel. A line that several
  /// detectors found has the colour of the first. Amplitudes go up to five times the kept epochs and the limits; what
  /// lies beyond is cut off, so that one bad contact does not flatten the rest.
  ///
  /// - Parameters:
  ///   - kept: The kept epochs in volts.
  ///   - dropped: The epochs that were dropped for artifacts, of the same channels and times; its drop log has one entry
  ///     an epoch, in order.
  ///   - options: What is drawn; without channels the six that are behind most drops, or, where nothing was dropped,
  ///     those of the largest range.
  /// - Throws: ``FigureError``, code `nothingToDraw`, without epochs, channels, two times or a finite value;
  ///   `invalidOption` for what the data do not have, or a page too small.
  public init(kept: Epochs, dropped: Epochs, options: FigureOptions = FigureOptions()) throws {
    precondition(
      kept.channels == dropped.channels && kept.times == dropped.times, "both have the same channels and times")
    precondition(dropped.dropLog.count == dropped.events.count, "every dropped epoch has its entry")
    let keptEpochs = kept.events.indices.filter { options.isChosen(kept.events[$0]) }
    let droppedEpochs = dropped.events.indices.filter { options.isChosen(dropped.events[$0]) }
    try options.checkConditions(of: kept.events + dropped.events)
    let total = keptEpochs.count + droppedEpochs.count
    guard total > 0 else { throw FigureError(.nothingToDraw, "there is no epoch, neither kept nor dropped") }

    let columns = try options.columns(of: kept.times)
    let tally = ArtifactTally(droppedEpochs.map { dropped.dropLog[$0] })
    func keptTrace(_ epoch: Int, _ channel: Int) -> [Double] {
      EpochTraces.microvolts(kept, epoch: epoch, channel: channel, columns: columns)
    }
    func droppedTrace(_ place: Int, _ channel: Int) -> [Double] {
      EpochTraces.microvolts(dropped, epoch: droppedEpochs[place], channel: channel, columns: columns)
    }
    func largestRange(_ channel: Int) -> Double {
      let ranges =
        keptEpochs.map { EpochTraces.range(keptTrace($0, channel)) }
        + droppedEpochs.indices.map { EpochTraces.range(droppedTrace($0, channel)) }
      return ranges.compactMap(\.self).max() ?? -1
    }
    let found = tally.channels.compactMap { name in kept.channels.firstIndex { $0.name == name } }
    let channels =
      try options.channels.map { try EvokedSet.rows($0, of: kept.channels) }
      ?? Self.usualChannels(found: found, of: kept.channels, range: largestRange)
    guard !channels.isEmpty else { throw FigureError(.nothingToDraw, "none of the channels is an EEG channel") }
    let times = kept.times[columns].map { $0 * 1000 }
    guard let first = times.first, let last = times.last, first < last, last.isFinite else {
      throw FigureError(.nothingToDraw, "the times span no interval: a line needs two samples or more")
    }

    let points = keptEpochs.count * min(columns.count, 2 * Self.pixelColumns) * channels.count
    let hasBand = keptEpochs.count > Self.shownKept || points > Self.keptPoints
    let panels = channels.map { channel in
      let name = kept.channels[channel].name
      let members = tally.epochs(with: name)
      let lines = members.compactMap { place -> (range: Double, line: Line)? in
        let values = droppedTrace(place, channel)
        guard let range = EpochTraces.range(values) else { return nil }
        return (range, Line(detector: tally.detector(of: place, in: name), values: values))
      }
      // A stable order: equal ranges keep that of the recording.
      let largest = lines.enumerated().sorted { ($1.element.range, $0.offset) < ($0.element.range, $1.offset) }
      let traces = keptEpochs.map { keptTrace($0, channel) }
      let whole = members.map { place in
        (
          findings: tally.findings(place).filter { $0.detector == .absolute },
          values: EpochTraces.microvolts(
            dropped, epoch: droppedEpochs[place], channel: channel, columns: kept.times.indices)
        )
      }
      return Panel(
        channel: channel, droppedCount: members.count, dropped: largest.prefix(Self.shownLines).map(\.element.line),
        kept: hasBand ? [] : traces, band: hasBand ? EpochTraces.Spread(traces) : nil,
        limits: Set(whole.flatMap { Self.passed($0.findings, channel: name, values: $0.values) }).sorted())
    }
    let voltageLimits = droppedEpochs.indices.flatMap { tally.findings($0) }
      .filter { $0.detector.isVoltage && !$0.detector.isBelow && $0.limit.isFinite }.map { abs($0.limit) * 1e6 }
    let (limits, isCut) = try Self.amplitudes(panels, voltageLimits, options)
    self.panels = panels
    self.limits = limits
    self.options = options
    channelNames = kept.channels.map(\.name)
    milliseconds = times
    span = first...last
    keptOnsets = keptEpochs.map { kept.events[$0].onset }
    droppedOnsets = droppedEpochs.enumerated().map { (dropped.events[$1].onset, tally.detectors(of: $0)) }
    axis = RecordingAxis(keptOnsets + droppedOnsets.map(\.onset))

    var parts = ["\(total) epochs, \(keptEpochs.count) kept"]
    if droppedEpochs.isEmpty {
      parts.append("none dropped for an artifact")
    } else {
      let share = ColourScale.shown((1000 * Double(droppedEpochs.count) / Double(total)).rounded() / 10)
      parts[0] += ", \(droppedEpochs.count) dropped for artifacts (\(share) %)"
    }
    if options.channels == nil {
      if found.isEmpty {
        parts.append(droppedEpochs.isEmpty ? "the channels of the largest range" : "no channel was named")
      } else if found.count > channels.count {
        parts.append("the \(channels.count) most frequent of \(found.count) channels")
      }
    }
    if panels.contains(where: { $0.droppedCount > $0.dropped.count && $0.dropped.count == Self.shownLines }) {
      parts.append("at most the \(Self.shownLines) largest dropped epochs a panel")
    }
    if isCut { parts.append("lines are cut off where a panel ends") }
    let summary = parts.joined(separator: "; ")
    self.summary = summary

    let entries = Self.legendEntries(
      tally, kept: keptEpochs.count, hasBand: hasBand, hasLimits: panels.contains { !$0.limits.isEmpty })
    let margins = PanelGrid.Margins(
      left: PanelAxes.roomLeft, right: 24, bottom: 2 * PanelAxes.roomBelow + 4 + 30 + Self.stripHeight)
    let columnCount = PanelGrid.usualColumns(panels.count)
    grid = try PanelGrid(
      count: panels.count, columns: columnCount,
      cell: Point(columnCount == 1 ? 560 : columnCount == 2 ? 380 : 270, columnCount == 1 ? 260 : 180),
      minimum: Point(160, 80), gap: Point(40, 44), margins: margins, options: options,
      top: { width in
        Heading.height(options) + 12 + Double(Self.lines(summary, width: width).count) * Self.lineHeight + 6
          + Legend(entries, room: width - margins.left - margins.right).height + 30
      })
    legend = Legend(entries, room: Double(grid.width) - margins.left - margins.right)
  }

  /// Width in pixels at 100 pixels an inch.
  public var width: Int { grid.width }
  /// Height in pixels at 100 pixels an inch.
  public var height: Int { grid.height }

  var page: Page {
    var page = Page(width: width, height: height)
    // Lines between two points outside a panel cross it all the same.
    page.append("set clip two\n")
    for place in panels.indices { drawPanel(place, on: &page) }
    var shapes = Heading.shapes(options, width: width)
    let left = grid.cells[0].left
    var y = Heading.height(options) + 16
    for line in Self.lines(summary, width: Double(width)) {
      shapes.append(.text(line, Point(12, y), size: 12))
      y += Self.lineHeight
    }
    shapes += legend.shapes(at: Point(left, y - Self.lineHeight / 2 + 6))
    let top = (grid.cells.map(\.bottom).max() ?? 0) + PanelAxes.roomBelow + 14
    let heading = TextMeasure.fitted("Events along the recording", room: Double(width) - left - 12, size: 11)
    shapes.append(.text(heading, Point(left, top), colour: Ink.outline))
    let strip = PixelBox(
      left: left, top: top + 14, width: Double(width) - left - 24, height: Self.stripHeight)
    page.panel(axis.axes(in: strip), plot: [])
    page.draw(shapes + ticks(in: strip))
    return page
  }

  private func drawPanel(_ place: Int, on page: inout Page) {
    let panel = panels[place]
    let box = grid.cells[place]
    let scale = Point(
      box.width / (span.upperBound - span.lowerBound), box.height / (limits.upperBound - limits.lowerBound))
    var elements: [String] = []
    func add(_ name: String, _ lines: [[Double]], _ style: String) {
      let pieces = lines.flatMap { line in
        EpochTraces.pieces(zip(milliseconds, line).map { Point($0, $1) }, scale: scale, columns: Self.pixelColumns)
      }
      append(pieces, name: "$\(name)\(place)", style, to: &page, &elements)
    }
    if let band = panel.band {
      append(
        bandOutlines(band, scale), name: "$band\(place)",
        "filledcurves closed fillstyle solid noborder "
          + "fillcolor rgb '\(Ink.faint)'", to: &page, &elements)
      add("median", [band.median], "lines linewidth 1.6 linecolor rgb '\(ConditionColours.keptGrey)'")
    }
    add("kept", panel.kept, "lines linewidth 0.6 linecolor rgb '#b8b8b8'")
    // In the order of size, whatever found them: the smaller ones are not hidden.
    var runs: [(detector: ArtifactDetector?, lines: [[Double]])] = []
    for line in panel.dropped {
      if let last = runs.last, last.detector == line.detector {
        runs[runs.count - 1].lines.append(line.values)
      } else {
        runs.append((line.detector, [line.values]))
      }
    }
    for (index, run) in runs.enumerated() {
      add(
        "dropped\(index)panel", run.lines,
        "lines linewidth 0.9 linecolor rgb '\(ConditionColours.colour(of: run.detector))'")
    }
    add(
      "limit", panel.limits.map { limit in milliseconds.map { _ in limit } },
      "lines linewidth 1 dashtype (4,3) linecolor rgb '\(ConditionColours.colour(of: .absolute))'")
    let isLowest = place + grid.columns >= panels.count
    page.panel(
      PanelAxes(
        box: box, x: span, y: limits, xLabel: isLowest ? "Time (ms)" : nil,
        yLabels: grid.isLeft(place) ? options.amplitudeLabels : [], hasXNumbers: isLowest,
        hasYNumbers: grid.isLeft(place), isInverted: options.negativeUp, title: title(panel, room: box.width + 20)),
      plot: elements)
  }

  private func append(
    _ pieces: [[Point]], name: String, _ style: String, to page: inout Page, _ elements: inout [String]
  ) {
    let rows = pieces.filter { $0.count > 1 }.map { piece in
      piece.map { "\(number($0.x, decimals: 3)) \(number($0.y, decimals: 3))\n" }.joined()
    }
    guard !rows.isEmpty else { return }
    page.append("\(name) << EOD\n" + rows.joined(separator: "\n") + "EOD\n")
    elements.append("\(name) using 1:2 with \(style) notitle")
  }

  /// The band as closed lines: the upper bound forth and the lower one back.
  private func bandOutlines(_ band: EpochTraces.Spread, _ scale: Point) -> [[Point]] {
    func pieces(_ bound: [Double]) -> [[Point]] {
      EpochTraces.pieces(
        zip(milliseconds, bound).map { Point($0, max(limits.lowerBound, min(limits.upperBound, $1))) }, scale: scale,
        columns: Self.pixelColumns)
    }
    return zip(pieces(band.upper), pieces(band.lower)).map { upper, lower in upper + lower.reversed() }
  }

  /// `Fp1: 7 of 80 dropped`; the name gives way where there is no room.
  private func title(_ panel: Panel, room: Double) -> String {
    let count = ": \(panel.droppedCount) of \(keptOnsets.count + droppedOnsets.count) dropped"
    let rest = max(24, room - TextMeasure.width(count, size: 12))
    return TextMeasure.fitted(channelNames[panel.channel], room: rest, size: 12) + count
  }

  /// Kept events in the lower part of the strip; dropped ones over the whole height, divided among their detectors.
  private func ticks(in strip: PixelBox) -> [Shape] {
    let (top, bottom) = (strip.top + 2, strip.bottom - 3)
    var shapes = axis.ticks(
      keptOnsets, in: strip, from: top + 9, to: bottom, colour: ConditionColours.keptGrey)
    for (onset, detectors) in droppedOnsets {
      let height = (bottom - top) / Double(detectors.count)
      for (index, detector) in detectors.enumerated() {
        let start = top + Double(index) * height
        shapes += axis.ticks(
          [onset], in: strip, from: start, to: start + height, colour: ConditionColours.colour(of: detector))
      }
    }
    return shapes
  }

  private static func lines(_ summary: String, width: Double) -> [String] {
    TextMeasure.wrapped(summary, room: width - 24, size: 12, lines: 4)
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
      guard finding.limit.isFinite, let hit = finding.channels.first(where: { $0.channel == channel }) else {
        return nil
      }
      let lowest = values.filter(\.isFinite).min() ?? 0
      let isMirrored = finding.limit > 0 && lowest < 0 && abs(hit.value * 1e6 + lowest) < -1e-6 * lowest
      return (isMirrored ? -finding.limit : finding.limit) * 1e6
    }
  }

  /// The axis of amplitudes [µV], and whether something lies beyond it.
  private static func amplitudes(
    _ panels: [Panel], _ voltageLimits: [Double], _ options: FigureOptions
  ) throws -> (limits: ClosedRange<Double>, isCut: Bool) {
    let kept = panels.flatMap { panel in
      (panel.band.map { [$0.lower, $0.upper] } ?? panel.kept).joined().filter(\.isFinite)
    }
    let dropped = panels.flatMap { panel in panel.dropped.flatMap(\.values).filter(\.isFinite) }
    let largest = kept.map(abs).max() ?? 0
    let cap = largest > 0 ? 5 * max(largest, voltageLimits.max() ?? 0) : .infinity
    let shown = kept + dropped.map { max(-cap, min(cap, $0)) } + panels.flatMap(\.limits)
    guard let limits = AmplitudeRange.microvolts(shown.map { $0 * 1e-6 }, limit: options.limit) else {
      throw FigureError(.nothingToDraw, "the epochs hold no finite value")
    }
    return (limits, (kept + dropped).contains { !limits.contains($0) || abs($0) > cap })
  }

  private static func legendEntries(
    _ tally: ArtifactTally, kept: Int, hasBand: Bool, hasLimits: Bool
  ) -> [Legend.Entry] {
    var entries = tally.rules.map { rule in
      Legend.Entry(text: "\(rule.text): \(rule.count)", colour: ConditionColours.colour(of: rule.detector))
    }
    if hasLimits {
      entries.append(
        Legend.Entry(text: "limits passed", colour: ConditionColours.colour(of: .absolute), isDashed: true))
    }
    if hasBand {
      entries.append(Legend.Entry(text: "95 % of the kept epochs", colour: Ink.faint, isPatch: true))
      entries.append(Legend.Entry(text: "their median", colour: ConditionColours.keptGrey))
    } else if kept > 0 {
      entries.append(Legend.Entry(text: "kept: \(kept)", colour: "#b8b8b8"))
    }
    return entries
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
