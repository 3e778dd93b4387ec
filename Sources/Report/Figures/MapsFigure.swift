import EEGCore

/// Which instants or intervals scalp maps show.
public enum MapTimes: Hashable, Sendable {
  /// Round times from the event, or from the first time if that is later, to the last one; about seven of them.
  case regular
  /// The samples nearest to these times [s from the event].
  case times([Double])
  /// Means over these intervals [s from the event], both ends included.
  case windows([ClosedRange<Double>])
}

/// A series of scalp maps: one row a condition, one column a time, all on one scale of colours.
public struct MapsFigure: PagedFigure {
  private struct Column: Hashable, Sendable {
    let label: String
    let samples: Range<Int>
  }

  private let evoked: EvokedSet
  private let options: FigureOptions
  private let map: ScalpMap
  private let scale: ColourScale
  private let columns: [Column]
  /// Microvolts, `[condition][column][electrode]`.
  private let amplitudes: [[[Double]]]
  private let grid: PanelGrid
  private let rowLabels: [[String]]

  private static let labelSize = 11.0

  /// Prepares the figure.
  ///
  /// - Parameters:
  ///   - evoked: Averages in volts.
  ///   - times: What the columns show.
  ///   - options: What of the averages is drawn.
  /// - Throws: ``FigureError``, code `nothingToDraw`, without conditions, with fewer than three electrodes at known
  ///   positions that are not in one line, or without a finite value; `invalidOption` for what the data do not have,
  ///   or a page too small.
  public init(
    evoked: EvokedSet, times: MapTimes = .regular, options: FigureOptions = FigureOptions()
  ) throws {
    let evoked = try evoked.selected(options)
    guard let map = ScalpMap(channels: evoked.channels) else {
      throw FigureError(
        .nothingToDraw,
        "a scalp map needs three EEG channels or more at known positions that do not lie in one line")
    }
    let columns = try Self.columns(times, of: evoked.times)
    let amplitudes = evoked.conditions.map { condition in
      columns.map { column in
        map.rows.map { row in
          column.samples.reduce(0) { $0 + condition.average[row, $1] } / Double(column.samples.count) * 1e6
        }
      }
    }
    guard amplitudes.joined().joined().contains(where: \.isFinite) else {
      throw FigureError(.nothingToDraw, "the averages hold no finite value at these times")
    }
    self.evoked = evoked
    self.options = options
    self.map = map
    self.columns = columns
    self.amplitudes = amplitudes
    scale = ColourScale(volts: amplitudes.joined().joined().map { $0 * 1e-6 }, limit: options.limit)

    let reach = map.reach
    let radius = columns.count <= 8 ? 42.0 : max(26, 336 / Double(columns.count))
    let widestTime = columns.map { TextMeasure.width($0.label, size: Self.labelSize) }.max() ?? 0
    rowLabels = evoked.conditions.map { condition in
      TextMeasure.wrapped(condition.name, room: 120, size: Self.labelSize, lines: 3)
        + ["n = \(epochCount(condition.count))"]
    }
    let widestName = rowLabels.joined().map { TextMeasure.width($0, size: Self.labelSize) }.max() ?? 0
    grid = try PanelGrid(
      count: evoked.conditions.count * columns.count, columns: columns.count,
      cell: Point(max(2 * reach.side * radius + 8, widestTime + 8), (reach.top + reach.bottom) * radius + 10),
      minimum: Point(max(36, widestTime + 4), 44), gap: Point(0, 4),
      margins: PanelGrid.Margins(left: widestName + 22, right: 76, bottom: 10), options: options,
      top: { _ in Heading.height(options) + 30 })
  }

  /// Width in pixels at 100 pixels an inch.
  public var width: Int { grid.width }
  /// Height in pixels at 100 pixels an inch.
  public var height: Int { grid.height }

  var page: Page {
    var page = Page(width: width, height: height)
    page.draw(Heading.shapes(options, width: width) + labels)
    let reach = map.reach
    for condition in evoked.conditions.indices {
      page.draw(
        columns.indices.flatMap { column -> [Shape] in
          let cell = grid.cells[condition * columns.count + column]
          let radius = min((cell.width - 6) / (2 * reach.side), (cell.height - 6) / (reach.top + reach.bottom))
          let centre = Point(cell.centre.x, cell.centre.y + (reach.top - reach.bottom) / 2 * radius)
          return map.shapes(amplitudes[condition][column], scale: scale, centre: centre, radius: radius)
        })
    }
    return page
  }

  /// Times above the columns, names beside the rows, and the bar of colours.
  private var labels: [Shape] {
    var shapes: [Shape] = []
    for (column, cell) in zip(columns, grid.cells) {
      shapes.append(
        .text(column.label, Point(cell.centre.x, cell.top - 12), size: Self.labelSize, anchor: .center))
    }
    for (index, lines) in rowLabels.enumerated() {
      let cell = grid.cells[index * columns.count]
      for (place, line) in lines.enumerated() {
        let y = cell.centre.y + (Double(place) - Double(lines.count - 1) / 2) * 15
        shapes.append(.text(line, Point(cell.left - 8, y), size: Self.labelSize, anchor: .right))
      }
    }
    let (first, last) = (grid.cells[0], grid.cells[grid.cells.count - 1])
    let room = last.bottom - first.top
    let bar = min(160, room - 34)
    shapes += scale.bar(
      in: PixelBox(left: last.right + 16, top: first.top + (room - bar) / 2 + 6, width: 12, height: bar))
    return shapes
  }

  private static func columns(_ wanted: MapTimes, of times: [Double]) throws -> [Column] {
    guard let first = times.first, let last = times.last, times.allSatisfy(\.isFinite) else {
      throw FigureError(.nothingToDraw, "the data have no times")
    }
    func milliseconds(_ seconds: Double) -> String { ColourScale.shown((seconds * 1e4).rounded() / 10) }
    switch wanted {
    case .regular:
      let start = max(first, min(0, last))
      let instants = start < last ? AxisTicks(start...last, count: 7).values : [first]
      return try columns(.times(instants), of: times)
    case .times(let instants):
      // Half a sample beyond the ends still has a nearest sample.
      let slack = times.count > 1 ? (last - first) / Double(times.count - 1) / 2 : 0
      guard !instants.isEmpty else { throw FigureError(.invalidOption, "no time is given for the maps") }
      return try instants.map { instant in
        guard instant.isFinite, instant >= first - slack - 1e-9, instant <= last + slack + 1e-9,
          let nearest = times.indices.min(by: { abs(times[$0] - instant) < abs(times[$1] - instant) })
        else {
          throw FigureError(.invalidOption, "the data go from \(first) s to \(last) s; there is no map at \(instant) s")
        }
        // Whole milliseconds tell samples apart unless there are more of them.
        let shown = slack >= 0.0005 ? (times[nearest] * 1000).rounded() / 1000 : times[nearest]
        return Column(label: "\(milliseconds(shown)) ms", samples: nearest..<(nearest + 1))
      }
    case .windows(let windows):
      guard !windows.isEmpty else { throw FigureError(.invalidOption, "no window is given for the maps") }
      return try windows.map { window in
        let start = times.firstIndex { $0 >= window.lowerBound - 5e-7 } ?? times.count
        let end = (times.lastIndex { $0 <= window.upperBound + 5e-7 } ?? -1) + 1
        guard start < end, window.lowerBound >= first - 5e-7, window.upperBound <= last + 5e-7 else {
          throw FigureError(
            .invalidOption,
            "the window from \(window.lowerBound) s to \(window.upperBound) s is not within the data, "
              + "which go from \(first) s to \(last) s, or holds no sample")
        }
        return Column(
          label: "\(milliseconds(window.lowerBound)) to \(milliseconds(window.upperBound)) ms", samples: start..<end)
      }
    }
  }
}
