import EEGCore

/// Which epochs were dropped for artifacts, beside those that were kept: one panel a channel, and every event along the
/// recording.
public struct ArtifactsFigure: PagedFigure {
  private let content: ArtifactPanels
  private let axis: RecordingAxis
  private let options: FigureOptions
  private let summary: String
  private let legend: Legend
  private let grid: PanelGrid

  private static let stripHeight = 26.0
  private static let lineHeight = 16.0
  /// Of many lines over each other.
  private static let faintGrey = "#b8b8b8"

  /// Prepares the figure.
  ///
  /// More than 60 kept epochs, or fewer with many samples, are drawn as the band that holds 95 % of them at every time,
  /// their median, and the five of the largest range, which show what the detectors let pass. At most the 20 dropped
  /// epochs of the largest range are drawn a panel. A line that several detectors found has the colour of the first.
  /// Amplitudes go up to five times the kept epochs and the limits; what lies beyond is cut off, so that one bad contact
  /// does not flatten the rest.
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
    let content = try ArtifactPanels(kept: kept, dropped: dropped, options: options)
    self.content = content
    self.options = options
    axis = RecordingAxis(content.keptOnsets + content.droppedOnsets.map(\.onset))
    let summary = Self.summary(content, options)
    self.summary = summary
    let entries = Self.legendEntries(content)
    // Tens of millivolts, as of a loose electrode, have long numbers.
    let hasLongNumbers = max(-content.limits.lowerBound, content.limits.upperBound) >= 1e4
    let margins = PanelGrid.Margins(
      left: PanelAxes.roomLeft + (hasLongNumbers ? 22 : 0), right: 24,
      bottom: 2 * PanelAxes.roomBelow + 4 + 30 + Self.stripHeight)
    let columnCount = PanelGrid.usualColumns(content.panels.count)
    grid = try PanelGrid(
      count: content.panels.count, columns: columnCount,
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
    for place in content.panels.indices { drawPanel(place, on: &page) }
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
    let panel = content.panels[place]
    let (span, limits) = (content.span, content.limits)
    let box = grid.cells[place]
    let scale = Point(
      box.width / (span.upperBound - span.lowerBound), box.height / (limits.upperBound - limits.lowerBound))
    var elements: [String] = []
    func add(_ name: String, _ lines: [[Double]], _ style: String) {
      let pieces = lines.flatMap { line in
        EpochTraces.pieces(
          zip(content.milliseconds, line).map { Point($0, $1) }, scale: scale, columns: content.pixelColumns)
      }
      append(pieces, name: "$\(name)\(place)", style, to: &page, &elements)
    }
    if let band = panel.band {
      append(
        bandOutlines(band, scale), name: "$band\(place)",
        "filledcurves closed fillstyle solid noborder "
          + "fillcolor rgb '\(Ink.faint)'", to: &page, &elements)
      add("median", [band.median], "lines linewidth 1.8 linecolor rgb '\(Ink.outline)'")
    }
    let keptStyle = panel.band == nil ? ("0.6", Self.faintGrey) : ("0.7", ConditionColours.keptGrey)
    add("kept", panel.kept, "lines linewidth \(keptStyle.0) linecolor rgb '\(keptStyle.1)'")
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
      "limit", panel.limits.map { limit in content.milliseconds.map { _ in limit } },
      "lines linewidth 1 dashtype (4,3) linecolor rgb '\(ConditionColours.colour(of: .absolute))'")
    let isLowest = place + grid.columns >= content.panels.count
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
        zip(content.milliseconds, bound).map {
          Point($0, max(content.limits.lowerBound, min(content.limits.upperBound, $1)))
        }, scale: scale,
        columns: content.pixelColumns)
    }
    return zip(pieces(band.upper), pieces(band.lower)).map { upper, lower in upper + lower.reversed() }
  }

  /// `Fp1: 7 of 80 dropped`; the name gives way where there is no room.
  private func title(_ panel: ArtifactPanels.Panel, room: Double) -> String {
    let count = ": \(panel.droppedCount) of \(content.epochCount) dropped"
    let rest = max(24, room - TextMeasure.width(count, size: 12))
    return TextMeasure.fitted(panel.name, room: rest, size: 12) + count
  }

  /// Kept events in the lower part of the strip; dropped ones over the whole height, divided among their detectors.
  private func ticks(in strip: PixelBox) -> [Shape] {
    let (top, bottom) = (strip.top + 2, strip.bottom - 3)
    var shapes = axis.ticks(
      content.keptOnsets, in: strip, from: top + 9, to: bottom, colour: ConditionColours.keptGrey)
    for (onset, detectors) in content.droppedOnsets {
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

  private static func summary(_ content: ArtifactPanels, _ options: FigureOptions) -> String {
    let (dropped, total) = (content.droppedOnsets.count, content.epochCount)
    var parts = ["\(total) epochs, \(content.keptOnsets.count) kept"]
    if dropped > 0 {
      let share = ColourScale.shown((1000 * Double(dropped) / Double(total)).rounded() / 10)
      parts[0] += ", \(dropped) dropped for artifacts (\(share) %)"
    } else {
      parts[0] += ", none dropped for an artifact"
    }
    if options.channels == nil {
      if content.foundChannels == 0 {
        parts.append("the channels of the largest range")
      } else if content.foundChannels > content.panels.count {
        parts.append("the \(content.panels.count) most frequent of \(content.foundChannels) channels")
      }
    }
    if content.panels.contains(where: \.hasMore) {
      parts.append("at most the \(ArtifactPanels.shownLines) largest dropped epochs a panel")
    }
    if content.isCut { parts.append("lines are cut off where a panel ends") }
    return parts.joined(separator: "; ")
  }

  private static func legendEntries(_ content: ArtifactPanels) -> [Legend.Entry] {
    var entries = content.tally.rules.map { rule in
      Legend.Entry(text: "\(rule.text): \(rule.count)", colour: ConditionColours.colour(of: rule.detector))
    }
    if content.panels.contains(where: { !$0.limits.isEmpty }) {
      entries.append(
        Legend.Entry(text: "limits passed", colour: ConditionColours.colour(of: .absolute), isDashed: true))
    }
    if content.hasBand {
      entries.append(Legend.Entry(text: "95 % of the kept epochs", colour: Ink.faint, isPatch: true))
      entries.append(Legend.Entry(text: "their median", colour: Ink.outline))
      entries.append(
        Legend.Entry(
          text: "the \(ArtifactPanels.shownOverBand) largest of them", colour: ConditionColours.keptGrey))
    } else if !content.keptOnsets.isEmpty {
      entries.append(Legend.Entry(text: "kept: \(content.keptOnsets.count)", colour: Self.faintGrey))
    }
    return entries
  }
}
