import EEGCore
import Foundation

/// Estimates against the truth, one square panel a target.
public struct EstimatesFigure: PagedFigure {
  /// What was estimated, for every simulation.
  public struct Target: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Its unit; empty for a pure number.
    public var unit: String
    /// What is true, one a simulation.
    public var truth: [Double]
    /// What was estimated, one a simulation.
    public var estimates: [Double]
    /// Standard deviations of the estimates; nil where they are not known.
    public var deviations: [Double]?
    /// How well the two go together, as it stands in the title.
    public var score: Score

    /// A target; all lists have the same length.
    public init(
      name: String, unit: String, truth: [Double], estimates: [Double], deviations: [Double]? = nil, score: Score
    ) {
      precondition(estimates.count == truth.count, "there is one estimate a simulation")
      precondition(deviations.map { $0.count == truth.count } ?? true, "there is one deviation a simulation")
      (self.name, self.unit, self.truth, self.estimates) = (name, unit, truth, estimates)
      (self.deviations, self.score) = (deviations, score)
    }
  }

  /// How well estimates go with the truth; NaN where that is not known.
  public struct Score: Hashable, Sendable {
    /// Pearson's correlation.
    public var correlation: Double
    /// Lower end of its 95 % confidence interval.
    public var lower: Double
    /// Upper end of its 95 % confidence interval.
    public var upper: Double
    /// The coefficient of determination, R².
    public var determination: Double

    /// Scores that are known.
    public init(correlation: Double, lower: Double, upper: Double, determination: Double) {
      (self.correlation, self.lower, self.upper) = (correlation, lower, upper)
      self.determination = determination
    }
  }

  private let panels: [EstimatesPanel]
  private let subtitle: String
  private let options: FigureOptions
  private let grid: PanelGrid
  private let legend: Legend

  /// Points of one panel, and of all of them: a point takes about ten bytes of a file.
  static let (mostPoints, mostPointsOfAll) = (2000, 16_000)
  /// Intervals of one panel.
  static let mostIntervals = 40

  /// Prepares the figure.
  ///
  /// - Parameters:
  ///   - targets: At least one, of the same simulations.
  ///   - order: Numbers of the simulations in a random order: the first of them are drawn where there are too many, and
  ///     the first of those with their 90 % intervals, plus and minus 1.645 deviations.
  ///   - subtitle: Words below the title.
  ///   - options: Title and size; the rest does not apply.
  /// - Throws: ``FigureError``, code `nothingToDraw`, when a target has no pair of finite values; `invalidOption` for a
  ///   page too small.
  public init(
    _ targets: [Target], order: [Int], subtitle: String = "", options: FigureOptions = FigureOptions()
  ) throws {
    guard let first = targets.first else { throw FigureError(.nothingToDraw, "nothing was estimated") }
    let count = first.truth.count
    precondition(targets.allSatisfy { $0.truth.count == count }, "all targets are of the same simulations")
    precondition(order.sorted() == Array(0..<count), "the order has every simulation once")
    let most = min(Self.mostPoints, max(100, Self.mostPointsOfAll / targets.count))
    panels = try targets.map { try EstimatesPanel($0, order: order, mostPoints: most) }
    let drawn = panels.map(\.points.count).max() ?? 0
    var words = [subtitle].filter { !$0.isEmpty }
    if drawn < count { words.append("\(drawn) of them drawn") }
    self.subtitle = words.joined(separator: "; ")
    self.options = options

    var entries = [Legend.Entry(text: "estimate = truth", colour: EstimatesPanel.identityColour, isDashed: true)]
    let intervals = panels.map(\.intervals.count).max() ?? 0
    if intervals > 0 {
      let some = intervals < drawn ? " of \(intervals) simulations" : ""
      entries.append(Legend.Entry(text: "90 % interval\(some)", colour: EstimatesPanel.intervalColour))
    }
    let columns = targets.count <= 4 ? PanelGrid.usualColumns(targets.count) : Self.columns(targets.count)
    let usualSide: Double = columns == 1 ? 360 : columns == 2 ? 290 : columns == 3 ? 230 : 190
    let widestNumber = panels.map { $0.widestNumber(side: usualSide) }.max() ?? 0
    let margins = PanelGrid.Margins(left: widestNumber + 38, right: 24, bottom: PanelAxes.roomBelow + 4)
    let gap = Point(max(40, widestNumber + 22), 68)
    let (shownSubtitle, legendEntries) = (self.subtitle, entries)
    func top(_ width: Double) -> Double {
      Heading.height(options, subtitle: shownSubtitle, width: width) + 12
        + Legend(legendEntries, room: width - margins.left - margins.right).height + 44
    }
    // Panels are square, so one extent of the page decides the other.
    var side = usualSide
    let rows = Double((targets.count + columns - 1) / columns)
    if let width = options.width {
      side = (Double(width) - margins.left - margins.right - Double(columns - 1) * gap.x) / Double(columns)
    } else if let height = options.height {
      side = (Double(height) - top(.infinity) - margins.bottom - (rows - 1) * gap.y) / rows
    }
    grid = try PanelGrid(
      count: targets.count, columns: columns, cell: Point(side, side), minimum: Point(90, 90), gap: gap,
      margins: margins, options: options, top: top)
    legend = Legend(entries, room: Double(grid.width) - margins.left - margins.right)
  }

  /// As many columns as rows, or one more.
  private static func columns(_ count: Int) -> Int {
    count <= 9 ? 3 : Int(Double(count).squareRoot().rounded(.up))
  }

  /// Width in pixels at 100 pixels an inch.
  public var width: Int { grid.width }
  /// Height in pixels at 100 pixels an inch.
  public var height: Int { grid.height }

  var page: Page {
    var page = Page(width: width, height: height)
    var titles: [Shape] = []
    for (index, panel) in panels.enumerated() {
      let cell = grid.cells[index]
      let side = min(cell.width, cell.height)
      let box = PixelBox(
        left: cell.centre.x - side / 2, top: cell.centre.y - side / 2, width: side, height: side)
      let isLowest = index + grid.columns >= panels.count
      panel.draw(
        on: &page, number: index, in: box, xLabel: isLowest ? "True" : nil,
        yLabel: grid.isLeft(index) ? "Estimated" : nil)
      titles += panel.titles(over: box, room: cell.width + 14)
    }
    page.draw(
      Heading.shapes(options, subtitle: subtitle, width: width)
        + legend.shapes(
          at: Point(
            grid.cells[0].left, Heading.height(options, subtitle: subtitle, width: Double(width)) + 10))
        + titles)
    return page
  }
}
