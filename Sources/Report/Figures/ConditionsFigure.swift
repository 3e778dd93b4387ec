import EEGCore

/// Conditions over each other, one panel a channel, with confidence bands.
public struct ConditionsFigure: PagedFigure {
  private let evoked: EvokedSet
  private let bands: [ConfidenceBand?]
  private let options: FigureOptions
  private let milliseconds: ClosedRange<Double>
  private let limits: ClosedRange<Double>
  private let grid: PanelGrid
  private let legend: Legend

  /// Prepares the figure.
  ///
  /// Without a choice of channels these are drawn: the EEG channel in which conditions differ most (with one
  /// condition, the one of the largest amplitude), and Fz, Cz and Pz.
  ///
  /// Bands are those that the averages carry, or plus and minus 1.96 standard errors.
  ///
  /// - Parameters:
  ///   - evoked: Averages in volts.
  ///   - options: What is drawn.
  /// - Throws: ``FigureError``, code `nothingToDraw`, without conditions, channels, two times or a finite value;
  ///   `invalidOption` for what the data do not have, or a page too small.
  public init(evoked: EvokedSet, options: FigureOptions = FigureOptions()) throws {
    var options = options
    let names = options.channels
    // Channels are chosen among the conditions and times that are drawn.
    options.channels = nil
    let all = try evoked.selected(options)
    let rows = try names.map { try EvokedSet.rows($0, of: all.channels) } ?? Self.usualRows(all)
    guard !rows.isEmpty else { throw FigureError(.nothingToDraw, "none of the channels is an EEG channel") }
    var shown = all
    shown.channels = rows.map { all.channels[$0] }
    shown.conditions = all.conditions.map { $0.part(rows: rows, columns: all.times.indices) }
    let shownBands = shown.conditions.map { ConfidenceBand(around: $0) }
    let milliseconds = try shown.milliseconds()
    let values =
      shown.conditions.flatMap(\.average.values)
      + shownBands.flatMap { ($0?.lower.values ?? []) + ($0?.upper.values ?? []) }
    guard let limits = AmplitudeRange.microvolts(values, limit: options.limit) else {
      throw FigureError(.nothingToDraw, "the averages hold no finite value")
    }
    self.evoked = shown
    self.bands = shownBands
    self.options = options
    self.milliseconds = milliseconds
    self.limits = limits

    var entries = Legend.entries(shown.conditions)
    let labels = Set(shownBands.compactMap { $0?.label }).sorted()
    if !labels.isEmpty {
      entries.append(
        Legend.Entry(
          text: "\(labels.joined(separator: ", ")) confidence, pointwise", colour: "#d9d9d9", isPatch: true))
    }
    let columnCount = PanelGrid.usualColumns(rows.count)
    let margins = PanelGrid.Margins(left: PanelAxes.roomLeft, right: 24, bottom: PanelAxes.roomBelow + 4)
    grid = try PanelGrid(
      count: rows.count, columns: columnCount,
      cell: Point(columnCount == 1 ? 560 : columnCount == 2 ? 380 : 300, columnCount == 1 ? 260 : 200),
      minimum: Point(110, 80), gap: Point(40, 44), margins: margins, options: options,
      top: { width in
        Heading.height(options) + 12 + Legend(entries, room: width - margins.left - margins.right).height + 26
      })
    legend = Legend(entries, room: Double(grid.width) - margins.left - margins.right)
  }

  /// Width in pixels at 100 pixels an inch.
  public var width: Int { grid.width }
  /// Height in pixels at 100 pixels an inch.
  public var height: Int { grid.height }

  var page: Page {
    var page = Page(width: width, height: height)
    for channel in evoked.channels.indices { page.append(dataBlock(channel)) }
    for channel in evoked.channels.indices {
      // The lowest panel of a column carries the times.
      let isLowest = channel + grid.columns >= evoked.channels.count
      page.panel(
        PanelAxes(
          box: grid.cells[channel], x: milliseconds, y: limits, xLabel: isLowest ? "Time (ms)" : nil,
          yLabels: grid.isLeft(channel) ? options.amplitudeLabels : [], hasXNumbers: isLowest,
          hasYNumbers: grid.isLeft(channel), isInverted: options.negativeUp, title: evoked.channels[channel].name),
        plot: elements(channel))
    }
    page.draw(
      Heading.shapes(options, width: width)
        + legend.shapes(at: Point(grid.cells[0].left, Heading.height(options) + 10)))
    return page
  }

  /// One line a time: milliseconds, then average, lower and upper bound of every condition in microvolts.
  private func dataBlock(_ channel: Int) -> String {
    var block = "$channel\(channel) << EOD\n"
    for time in evoked.times.indices {
      block += number(evoked.times[time] * 1000)
      for (condition, band) in zip(evoked.conditions, bands) {
        for value in [condition.average[channel, time], band?.lower[channel, time], band?.upper[channel, time]] {
          block += " " + number((value ?? .nan) * 1e6)
        }
      }
      block += "\n"
    }
    return block + "EOD\n"
  }

  /// Bands first, so that every line lies over all of them.
  private func elements(_ channel: Int) -> [String] {
    let shaded = bands.indices.filter { bands[$0] != nil }.map { index in
      "$channel\(channel) using 1:\(3 * index + 3):\(3 * index + 4) with filledcurves fillstyle transparent solid 0.18 "
        + "noborder fillcolor rgb '\(ConditionColours.colour(index))' notitle"
    }
    let lines = evoked.conditions.indices.map { index in
      "$channel\(channel) using 1:\(3 * index + 2) with lines linewidth 1.8 linecolor rgb "
        + "'\(ConditionColours.colour(index))'\(ConditionColours.isDashed(index) ? " dashtype (4,3)" : "") "
        + "title \(quoted(evoked.conditions[index].name))"
    }
    return shaded + lines
  }

  private static func usualRows(_ evoked: EvokedSet) -> [Int] {
    guard let most = mostDifferent(evoked) else { return [] }
    let midline = ["fz", "cz", "pz"].compactMap { name in
      evoked.channels.firstIndex { $0.kind == .eeg && StandardElectrodes.normalized($0.name) == name }
    }
    // From front to back, as one reads a head; without positions the chosen one comes first.
    let places = HeadProjection.places(evoked.channels)
    func front(_ row: Int) -> Double { places[row]?.y ?? .infinity }
    return ([most] + midline.filter { $0 != most }).sorted { front($0) > front($1) }
  }

  /// The EEG channel in which conditions differ most at any time; with one condition, the one of the largest amplitude.
  static func mostDifferent(_ evoked: EvokedSet) -> Int? {
    func spread(_ row: Int) -> Double {
      evoked.times.indices.reduce(0) { largest, time in
        let values = evoked.conditions.map { $0.average[row, time] }.filter(\.isFinite)
        guard let highest = values.max(), let lowest = values.min() else { return largest }
        return max(largest, evoked.conditions.count > 1 ? highest - lowest : abs(highest))
      }
    }
    return evoked.channels.indices.filter { evoked.channels[$0].kind == .eeg }
      .map { (row: $0, spread: spread($0)) }.max { $0.spread < $1.spread }?.row
  }
}
