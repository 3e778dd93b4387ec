import EEGCore
import Foundation

/// Draws from a posterior: every parameter by itself on the diagonal, every two of them below it, and their correlation
/// above.
public struct PairsFigure: PagedFigure {
  /// A parameter with its draws.
  public struct Parameter: Sendable {
    /// Its name.
    public var name: String
    /// Its unit; empty for a pure number.
    public var unit: String
    /// One value a draw.
    public var draws: [Double]
    /// What is true; nil where that is not known.
    public var truth: Double?
    /// Its value at the highest density; nil where that is not known.
    public var map: Double?
    /// Where the prior has density; nil where nobody said.
    public var support: ClosedRange<Double>?
    /// Density of the prior, per unit; nil where nobody said.
    public var prior: (@Sendable (Double) -> Double)?

    /// A parameter; all of a figure have as many draws.
    public init(
      name: String, unit: String, draws: [Double], truth: Double? = nil, map: Double? = nil,
      support: ClosedRange<Double>? = nil, prior: (@Sendable (Double) -> Double)? = nil
    ) {
      (self.name, self.unit, self.draws, self.truth, self.map) = (name, unit, draws, truth, map)
      (self.support, self.prior) = (support, prior)
    }
  }

  /// Parameters that a page has room for.
  static let mostParameters = 16
  /// Shares of the draws in the regions that are drawn, the larger one first.
  static let shares = [0.9, 0.5]

  private let columns: [PosteriorColumn]
  /// Of every two parameters, in the order of the panels below the diagonal.
  private let densities: [JointDensity]
  private let subtitle: String
  private let options: FigureOptions
  private let grid: PanelGrid
  private let legend: Legend
  /// Lines of the labels beside the axes.
  private let labelLines: Int

  private static let gap = 10.0
  private static let (size, lineHeight) = (11.0, 14.0)

  /// Prepares the figure.
  ///
  /// - Parameters:
  ///   - parameters: One to sixteen.
  ///   - subtitle: Words below the title.
  ///   - options: Title and size; the rest does not apply.
  /// - Throws: ``FigureError``, code `nothingToDraw`, without parameters, or without a draw that is finite for all of
  ///   them; `invalidOption` for too many parameters or a page too small.
  public init(_ parameters: [Parameter], subtitle: String = "", options: FigureOptions = FigureOptions()) throws {
    columns = try PosteriorColumn.columns(parameters, most: Self.mostParameters)
    (self.subtitle, self.options) = (subtitle, options)
    let d = columns.count
    let entries = PosteriorColumn.legend(columns, hasPairs: d > 1)
    // Panels are square, so one extent of the page decides the other.
    let usual = options.width.map { (Double($0) - 80) / Double(d) - Self.gap } ?? Self.usualSide(d)
    let room = usual + Self.gap - 6
    labelLines = columns.allSatisfy { $0.label.fits(power: $0.axis.power, room: room, size: Self.size) } ? 1 : 2
    let further = Double(labelLines - 1) * Self.lineHeight
    let widest =
      columns.dropFirst(d > 1 ? 1 : d).flatMap { $0.axis.ticks(length: usual, room: 40).texts }
      .map { TextMeasure.width($0, size: Self.size) }.max() ?? 0
    let margins = PanelGrid.Margins(
      left: d > 1 ? widest + 38 + further : 30, right: 20, bottom: PanelAxes.roomBelow + 4 + further)
    func top(_ width: Double) -> Double {
      Heading.height(options, subtitle: subtitle, width: width) + 12
        + Legend(entries, room: width - margins.left - margins.right).height + 12
    }
    var side = usual
    let gaps = Double(d - 1) * Self.gap
    if let width = options.width {
      side = (Double(width) - margins.left - margins.right - gaps) / Double(d)
    } else if let height = options.height {
      side = (Double(height) - top(.infinity) - margins.bottom - gaps) / Double(d)
    }
    let smallest = d == 1 ? 90.0 : 44
    grid = try PanelGrid(
      count: d * d, columns: d, cell: Point(side, d == 1 ? 0.62 * side : side), minimum: Point(smallest, smallest),
      gap: Point(Self.gap, Self.gap), margins: margins, options: options, top: top)
    legend = Legend(entries, room: Double(grid.width) - margins.left - margins.right)
    let points = JointDensity.usualSide(pixels: grid.cells[0].width)
    let prepared = columns
    densities = (0..<d).flatMap { row in
      (0..<row).map { column in
        JointDensity(of: prepared[column], prepared[row], side: points, shares: Self.shares)
      }
    }
  }

  /// Pixels of a panel where nobody asks for others.
  private static func usualSide(_ count: Int) -> Double {
    switch count {
    case 1: 420
    case 2: 230
    case 3: 180
    case 4: 150
    case 5: 126
    case 6: 110
    default: max(66, 850 / Double(count) - gap)
    }
  }

  /// Width in pixels at 100 pixels an inch.
  public var width: Int { grid.width }
  /// Height in pixels at 100 pixels an inch.
  public var height: Int { grid.height }

  var page: Page {
    var page = Page(width: width, height: height)
    let d = columns.count
    var shapes = PosteriorShapes()
    for row in 0..<d {
      for column in 0..<d {
        let box = grid.cells[row * d + column]
        if row == column {
          shapes.marginal(columns[row], in: box)
        } else if row > column {
          shapes.pair(columns[column], columns[row], densities[row * (row - 1) / 2 + column], in: box)
        } else {
          correlation(columns[column], columns[row], in: box, &shapes)
        }
        guard row >= column else { continue }
        shapes.ticks(columns[column].axis, along: box, isVertical: false, hasNumbers: row == d - 1)
        if row > column {
          shapes.ticks(columns[row].axis, along: box, isVertical: true, hasNumbers: column == 0)
        }
        if row == d - 1 { label(columns[column], below: box, &shapes) }
        if column == 0, row > 0 { label(columns[row], beside: box, &shapes) }
      }
    }
    page.draw(
      Heading.shapes(options, subtitle: subtitle, width: width)
        + legend.shapes(
          at: Point(grid.cells[0].left, Heading.height(options, subtitle: subtitle, width: Double(width)) + 10))
        + shapes.all)
    return page
  }

  private func correlation(
    _ x: PosteriorColumn, _ y: PosteriorColumn, in box: PixelBox, _ shapes: inout PosteriorShapes
  ) {
    let r = x.correlation(with: y)
    let text = r.isFinite ? String(format: "%.2f", r).replacing("-0.00", with: "0.00").replacing("-", with: "−") : "–"
    shapes.texts.append(
      .text(text, box.centre, size: min(14, max(11, box.width / 9)), anchor: .center, colour: Ink.outline))
  }

  private func label(_ column: PosteriorColumn, below box: PixelBox, _ shapes: inout PosteriorShapes) {
    for (number, line) in lines(of: column, along: box.width).enumerated() {
      let place = Point(box.centre.x, box.bottom + 35 + Double(number) * Self.lineHeight)
      shapes.texts.append(.text(line, place, size: Self.size, anchor: .center))
    }
  }

  private func label(_ column: PosteriorColumn, beside box: PixelBox, _ shapes: inout PosteriorShapes) {
    // All of them in one line, left of the widest number.
    for (number, line) in lines(of: column, along: box.height).enumerated() {
      let place = Point(12 + Double(number) * Self.lineHeight, box.centre.y)
      shapes.texts.append(.text(line, place, size: Self.size, anchor: .center, isRotated: true))
    }
  }

  private func lines(of column: PosteriorColumn, along length: Double) -> [String] {
    column.label.lines(power: column.axis.power, count: labelLines, room: length + Self.gap - 6, size: Self.size)
      .filter { !$0.isEmpty }
  }
}
