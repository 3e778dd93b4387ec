import EEGCore

/// Evoked potentials as a butterfly plot: all EEG channels over each other, the global field power below, and scalp
/// maps at its peaks above.
///
/// One panel a condition, with the same limits in all of them. The colour of a line tells where its channel lies;
/// where positions are known, a small head at the right says how. Other kinds of channels (EOG, ECG) are left out, as
/// their amplitudes would squeeze the rest.
public struct ButterflyFigure: PagedFigure {
  private let evoked: EvokedSet
  private let options: FigureOptions
  private let milliseconds: ClosedRange<Double>
  private let rows: [Int]
  private let marks: [ChannelMark]
  private let fieldPower: [[Double]]
  private let amplitudeLimits: ClosedRange<Double>
  private let powerLimit: Double
  private let map: ScalpMap?
  private let scale: ColourScale
  private let peaks: [[Int]]
  private let grid: PanelGrid

  private static let mapRadius = 30.0
  private static let mapSpacing = 82.0

  /// Prepares the figure.
  ///
  /// Maps are left out where fewer than three channels have a position.
  ///
  /// - Parameters:
  ///   - evoked: Averages in volts.
  ///   - options: What of them is drawn.
  /// - Throws: ``FigureError``, code `nothingToDraw`, without conditions, without EEG channels, with fewer than two
  ///   times, or when no value is finite; `invalidOption` for what the data do not have, or a page too small.
  public init(evoked: EvokedSet, options: FigureOptions = FigureOptions()) throws {
    let evoked = try evoked.selected(options)
    let rows = evoked.channels.indices.filter { evoked.channels[$0].kind == .eeg }
    guard !rows.isEmpty else { throw FigureError(.nothingToDraw, "none of the channels is an EEG channel") }
    let values = evoked.conditions.lazy.flatMap { condition in rows.lazy.flatMap { condition.average[row: $0] } }
    let milliseconds = try evoked.milliseconds()
    guard let limits = AmplitudeRange.microvolts(values, limit: options.limit) else {
      throw FigureError(.nothingToDraw, "the averages hold no finite value")
    }
    self.evoked = evoked
    self.options = options
    self.milliseconds = milliseconds
    self.rows = rows
    amplitudeLimits = limits
    marks = ChannelColours.marks(for: rows.map { evoked.channels[$0] })
    let fieldPower = evoked.conditions.map { evoked.globalFieldPower(of: $0) }
    self.fieldPower = fieldPower
    let highestPower = fieldPower.joined().filter(\.isFinite).max() ?? 0
    powerLimit = max(1.12 * highestPower * 1e6, 1e-3)

    let map = ScalpMap(channels: evoked.channels)
    self.map = map
    let columns = PanelGrid.usualColumns(evoked.conditions.count)
    let hasHead = marks.contains { $0.place != nil }
    let mapHeight = map.map { Self.mapRadius * ($0.reach.top + $0.reach.bottom) + 34 } ?? 0
    grid = try PanelGrid(
      count: evoked.conditions.count, columns: columns,
      cell: Point(columns == 1 ? 520 : columns == 2 ? 340 : 280, 310 + mapHeight),
      minimum: Point(140, 220 + mapHeight), gap: Point(44, 20),
      margins: PanelGrid.Margins(left: PanelAxes.roomLeft, right: hasHead ? 112 : 24, bottom: 2), options: options,
      top: { _ in 4 + Heading.height(options) })
    let room = grid.cells[0].width
    peaks =
      map == nil
      ? fieldPower.map { _ in [] }
      : fieldPower.map {
        FieldPowerPeaks.samples(times: evoked.times, power: $0, atMost: min(4, Int(room / Self.mapSpacing)))
      }
    let shown = zip(evoked.conditions, peaks).flatMap { condition, samples in
      samples.flatMap { sample in (map?.rows ?? []).map { condition.average[$0, sample] } }
    }
    scale = ColourScale(volts: shown, limit: options.limit)
  }

  /// Width in pixels at 100 pixels an inch.
  public var width: Int { grid.width }
  /// Height in pixels at 100 pixels an inch.
  public var height: Int { grid.height }

  var page: Page {
    var page = Page(width: width, height: height)
    for index in evoked.conditions.indices { page.append(dataBlock(index)) }
    page.append("array colour[\(rows.count)]\narray name[\(rows.count)]\n")
    for (index, mark) in marks.enumerated() {
      page.append("colour[\(index + 1)] = '\(mark.colour)'\n")
      page.append("name[\(index + 1)] = \(quoted(evoked.channels[rows[index]].name))\n")
    }
    page.draw(evoked.conditions.indices.flatMap(connectors))
    for index in evoked.conditions.indices { drawPanels(index, on: &page) }
    page.draw(Heading.shapes(options, width: width) + evoked.conditions.indices.flatMap(headings) + explanations)
    return page
  }

  /// One line a time: milliseconds, every channel in microvolts, global field power in microvolts.
  private func dataBlock(_ index: Int) -> String {
    let average = evoked.conditions[index].average
    var block = "$condition\(index) << EOD\n"
    for time in evoked.times.indices {
      block += number(evoked.times[time] * 1000)
      for row in rows { block += " " + number(average[row, time] * 1e6) }
      block += " " + number(fieldPower[index][time] * 1e6) + "\n"
    }
    return block + "EOD\n"
  }

  private func butterfly(_ index: Int) -> PixelBox {
    let cell = grid.cells[index]
    let above = 24 + (map.map { Self.mapRadius * ($0.reach.top + $0.reach.bottom) + 34 } ?? 0)
    return PixelBox(
      left: cell.left, top: cell.top + above, width: cell.width, height: cell.height - above - 74 - PanelAxes.roomBelow)
  }

  private func power(_ index: Int) -> PixelBox {
    let above = butterfly(index)
    return PixelBox(left: above.left, top: above.bottom + 14, width: above.width, height: 60)
  }

  /// The butterfly of one condition, and under it the global field power.
  private func drawPanels(_ index: Int, on page: inout Page) {
    let isLeft = grid.isLeft(index)
    page.panel(
      PanelAxes(
        box: butterfly(index), x: milliseconds, y: amplitudeLimits, yLabels: isLeft ? options.amplitudeLabels : [],
        hasXNumbers: false, hasYNumbers: isLeft, isInverted: options.negativeUp),
      plot: [
        "for [channel=1:\(rows.count)] $condition\(index) using 1:(column(channel+1)) with lines linewidth 0.9 "
          + "linecolor rgb colour[channel] title name[channel]"
      ])
    page.panel(
      PanelAxes(
        box: power(index), x: milliseconds, y: 0...powerLimit, xLabel: "Time (ms)", yLabels: isLeft ? ["GFP (µV)"] : [],
        hasYNumbers: isLeft, yTickCount: 2),
      plot: [
        "$condition\(index) using 1:\(rows.count + 2) with filledcurves y1=0 fillcolor rgb '#dddddd' notitle",
        "$condition\(index) using 1:\(rows.count + 2) with lines linewidth 2 linecolor rgb '#202020' title 'GFP'",
      ])
  }

  /// The centre of every map above a panel, from left to right.
  private func mapCentres(_ index: Int, _ map: ScalpMap) -> [Point] {
    let cell = grid.cells[index]
    let count = Double(peaks[index].count)
    return peaks[index].indices.map { place in
      Point(
        cell.left + cell.width * (Double(place) + 0.5) / count,
        cell.top + 42 + Self.mapRadius * map.reach.top)
    }
  }

  /// Lines from every map to its time.
  private func connectors(_ index: Int) -> [Shape] {
    guard let map else { return [] }
    let (panel, power) = (butterfly(index), power(index))
    let span = milliseconds.upperBound - milliseconds.lowerBound
    return zip(peaks[index], mapCentres(index, map)).flatMap { sample, centre -> [Shape] in
      let x = panel.left + (evoked.times[sample] * 1000 - milliseconds.lowerBound) / span * panel.width
      let foot = centre + Point(0, Self.mapRadius * map.reach.bottom + 3)
      return [
        .line([foot, Point(x, panel.top), Point(x, power.bottom)], colour: "#b4b4b4", width: 0.9)
      ]
    }
  }

  /// The condition's name and its maps.
  private func headings(_ index: Int) -> [Shape] {
    let cell = grid.cells[index]
    let condition = evoked.conditions[index]
    let title = conditionTitle(condition, room: cell.width + 30)
    var shapes = [Shape.text(title, Point(cell.centre.x, cell.top + 12), size: 12, anchor: .center)]
    guard let map else { return shapes }
    for (sample, centre) in zip(peaks[index], mapCentres(index, map)) {
      shapes += map.shapes(
        map.rows.map { condition.average[$0, sample] * 1e6 }, scale: scale, centre: centre, radius: Self.mapRadius)
      let time = ColourScale.shown((evoked.times[sample] * 1000).rounded())
      shapes.append(
        .text("\(time) ms", Point(centre.x, cell.top + 33), size: 10, anchor: .center))
    }
    return shapes
  }

  /// The head that explains the colours of lines, and the bar that explains those of maps.
  private var explanations: [Shape] {
    guard marks.contains(where: { $0.place != nil }) else { return [] }
    let panel = butterfly(0)
    let left = Double(width) - 104
    let centre = Point(left + 48, panel.top + 46)
    let widest = marks.compactMap(\.place).map { ($0 * $0).sum().squareRoot() }.max() ?? 0
    let radius = 36 / max(1, widest)
    var shapes = HeadOutline.shapes(centre: centre, radius: radius, colour: "#808080")
    for mark in marks {
      guard let place = mark.place else { continue }
      shapes.append(.dot(centre + Point(place.x, -place.y) * radius, radius: 2.2, colour: mark.colour))
    }
    if peaks.contains(where: { !$0.isEmpty }), let map {
      let top = grid.cells[0].top + 48
      shapes += scale.bar(
        in: PixelBox(
          left: left + 18, top: top, width: 11, height: Self.mapRadius * (map.reach.top + map.reach.bottom) - 6))
    }
    return shapes
  }
}

extension EvokedSet {
  /// The times as a range of milliseconds.
  ///
  /// - Throws: ``FigureError``, code `nothingToDraw`, when they span no interval.
  func milliseconds() throws -> ClosedRange<Double> {
    guard let first = times.first, let last = times.last, first < last, first.isFinite, last.isFinite else {
      throw FigureError(.nothingToDraw, "the times span no interval: a line needs two samples or more")
    }
    return (first * 1000)...(last * 1000)
  }
}
