import EEGCore
import Foundation

/// Draws from a posterior, one panel a parameter.
public struct MarginalsFigure: PagedFigure {
  private let columns: [PosteriorColumn]
  private let subtitle: String
  private let options: FigureOptions
  private let grid: PanelGrid
  private let legend: Legend

  /// Parameters that a page has room for.
  static let mostParameters = 64
  private static let size = 11.0

  /// Prepares the figure.
  ///
  /// - Parameters:
  ///   - parameters: One to sixty-four.
  ///   - subtitle: Words below the title.
  ///   - options: Title and size; the rest does not apply.
  /// - Throws: ``FigureError``, code `nothingToDraw`, without parameters, or without a draw that is finite for all of
  ///   them; `invalidOption` for too many parameters or a page too small.
  public init(
    _ parameters: [PairsFigure.Parameter], subtitle: String = "", options: FigureOptions = FigureOptions()
  ) throws {
    columns = try PosteriorColumn.columns(parameters, most: Self.mostParameters)
    (self.subtitle, self.options) = (subtitle, options)
    let entries = PosteriorColumn.legend(columns, hasPairs: false)
    let across = columns.count <= 4 ? PanelGrid.usualColumns(columns.count) : columns.count <= 12 ? 3 : 4
    let margins = PanelGrid.Margins(left: 20, right: 20, bottom: PanelAxes.roomBelow + 2)
    grid = try PanelGrid(
      count: columns.count, columns: across, cell: across == 1 ? Point(420, 240) : Point(200, 110),
      minimum: Point(90, 50), gap: Point(24, PanelAxes.roomBelow + 10), margins: margins, options: options
    ) { width in
      Heading.height(options, subtitle: subtitle, width: width) + 12
        + Legend(entries, room: width - margins.left - margins.right).height + 12
    }
    legend = Legend(entries, room: Double(grid.width) - margins.left - margins.right)
  }

  /// Width in pixels at 100 pixels an inch.
  public var width: Int { grid.width }
  /// Height in pixels at 100 pixels an inch.
  public var height: Int { grid.height }

  var page: Page {
    var page = Page(width: width, height: height)
    var shapes = PosteriorShapes()
    for (column, box) in zip(columns, grid.cells) {
      shapes.marginal(column, in: box)
      shapes.ticks(column.axis, along: box, isVertical: false, hasNumbers: true)
      let label = column.label.lines(power: column.axis.power, count: 1, room: box.width + 16, size: Self.size)
      shapes.texts.append(.text(label[0], Point(box.centre.x, box.bottom + 34), size: Self.size, anchor: .center))
    }
    page.draw(
      Heading.shapes(options, subtitle: subtitle, width: width)
        + legend.shapes(
          at: Point(grid.cells[0].left, Heading.height(options, subtitle: subtitle, width: Double(width)) + 10))
        + shapes.all)
    return page
  }
}
