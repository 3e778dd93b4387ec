import EEGCore
import Foundation

/// Whether a posterior is right on average: ranks of every parameter, and coverage of all of them together.
///
/// A curve of a parameter is the distribution function of the truth's place among draws, less that of uniform numbers; the
/// last panel has the share of truths that regions of a level hold. Either is of a calibrated posterior if it stays inside
/// its band. Source: Säilynoja, Bürkner and Vehtari 2022, "Graphical test for discrete uniformity and its applications in
/// goodness-of-fit evaluation and multiple sample comparison".
public struct CalibrationFigure: PagedFigure {
  /// A distribution function of numbers that should be uniform, with the band of those that are.
  public struct Curve: Hashable, Sendable {
    /// What it is of.
    public var name: String
    /// Places from 0 to 1, ascending.
    public var places: [Double]
    /// Share of the numbers up to each place.
    public var shares: [Double]
    /// Lower end of the band, as shares.
    public var lower: [Double]
    /// Upper end of the band, as shares.
    public var upper: [Double]
    /// Probability of the numbers if they are uniform, as it stands in the title.
    public var pValue: Double

    /// A curve; all lists have the same length.
    public init(
      name: String, places: [Double], shares: [Double], lower: [Double], upper: [Double], pValue: Double
    ) {
      precondition(
        [shares, lower, upper].allSatisfy { $0.count == places.count }, "a curve and its band are at the same places")
      (self.name, self.places, self.shares) = (name, places, shares)
      (self.lower, self.upper, self.pValue) = (lower, upper, pValue)
    }

    /// Whether it stays inside its band.
    public var isInside: Bool { places.indices.allSatisfy { shares[$0] >= lower[$0] && shares[$0] <= upper[$0] } }
  }

  /// Parameters that a page has room for.
  static let mostParameters = 24
  private static let (nameSize, scoreSize) = (12.0, 10.0)
  private static let (inside, outside) = (ConditionColours.colour(0), ConditionColours.colour(1))
  private static let band = Ink.faint

  private let curves: [Curve]
  private let coverage: Curve
  private let subtitle: String
  private let options: FigureOptions
  private let grid: PanelGrid
  private let legend: Legend
  /// Largest difference of the axes of parameters.
  private let reach: Double

  /// Prepares the figure.
  ///
  /// - Parameters:
  ///   - parameters: One to twenty-four, each with the place of its truth among draws.
  ///   - coverage: Of regions of highest density: places are levels.
  ///   - confidence: Probability of the bands.
  ///   - subtitle: Words below the title.
  ///   - options: Title and size; the rest does not apply.
  /// - Throws: ``FigureError``, code `nothingToDraw` without parameters, `invalidOption` for too many of them or a page too
  ///   small.
  public init(
    _ parameters: [Curve], coverage: Curve, confidence: Double = 0.95, subtitle: String = "",
    options: FigureOptions = FigureOptions()
  ) throws {
    guard !parameters.isEmpty else { throw FigureError(.nothingToDraw, "there is no parameter to draw ranks of") }
    guard parameters.count <= Self.mostParameters else {
      throw FigureError(
        .invalidOption,
        "\(parameters.count) parameters are more than the \(Self.mostParameters) that a page has room for")
    }
    (curves, self.coverage, self.subtitle, self.options) = (parameters, coverage, subtitle, options)
    let differences = parameters.flatMap { curve in
      curve.places.indices.flatMap { place in
        [curve.shares, curve.lower, curve.upper].map { abs($0[place] - curve.places[place]) }
      }
    }
    reach = 1.08 * max(0.01, differences.max() ?? 0)
    let all = parameters + [coverage]
    var entries = [
      Legend.Entry(
        text: "\(Int((100 * confidence).rounded())) % of calibrated posteriors", colour: Self.band, isPatch: true)
    ]
    if all.contains(where: \.isInside) { entries.append(Legend.Entry(text: "inside", colour: Self.inside)) }
    if !all.allSatisfy(\.isInside) { entries.append(Legend.Entry(text: "leaves the band", colour: Self.outside)) }
    let columns = all.count <= 4 ? PanelGrid.usualColumns(all.count) : all.count <= 9 ? 3 : 4
    let margins = PanelGrid.Margins(left: PanelAxes.roomLeft + 6, right: 20, bottom: PanelAxes.roomBelow + 4)
    let shown = entries
    grid = try PanelGrid(
      count: all.count, columns: columns, cell: columns < 3 ? Point(260, 190) : Point(190, 150),
      minimum: Point(110, 80),
      gap: Point(PanelAxes.roomLeft + 12, PanelAxes.roomBelow + 48), margins: margins, options: options
    ) { width in
      Heading.height(options, subtitle: subtitle, width: width) + 12
        + Legend(shown, room: width - margins.left - margins.right).height + 50
    }
    legend = Legend(entries, room: Double(grid.width) - margins.left - margins.right)
  }

  /// Width in pixels at 100 pixels an inch.
  public var width: Int { grid.width }
  /// Height in pixels at 100 pixels an inch.
  public var height: Int { grid.height }

  var page: Page {
    var page = Page(width: width, height: height)
    var titles: [Shape] = []
    for (index, curve) in (curves + [coverage]).enumerated() {
      let (box, isCoverage) = (grid.cells[index], index == curves.count)
      let isLowest = index + grid.columns >= curves.count + 1
      var axes = PanelAxes(
        box: box, x: 0...1, y: isCoverage ? 0...1 : -reach...reach,
        xLabel: isCoverage ? "Level" : isLowest ? "Rank of the truth" : nil,
        yLabels: isCoverage
          ? ["Regions that hold the truth", "Hold the truth"]
          : grid.isLeft(index) ? ["Distribution less uniform", "Less uniform"] : [],
        hasZeroLines: false)
      axes.xTicks = AxisTicks(0...1, count: box.width < 150 ? 2 : 5)
      draw(curve, number: index, isCoverage: isCoverage, axes, on: &page)
      titles += self.titles(of: curve, over: box)
    }
    page.draw(
      Heading.shapes(options, subtitle: subtitle, width: width)
        + legend.shapes(
          at: Point(grid.cells[0].left, Heading.height(options, subtitle: subtitle, width: Double(width)) + 10))
        + titles)
    return page
  }

  private func draw(_ curve: Curve, number index: Int, isCoverage: Bool, _ axes: PanelAxes, on page: inout Page) {
    func row(_ place: Double, _ values: Double...) -> String {
      let shown = values.map { number(isCoverage ? $0 : $0 - place, decimals: 5) }
      return ([number(place, decimals: 5)] + shown).joined(separator: " ") + "\n"
    }
    let rows = curve.places.indices.map { place in
      row(curve.places[place], curve.lower[place], curve.upper[place], curve.shares[place])
    }
    // Nothing is below 0, and all is below 1.
    page.append("$curve\(index) << EOD\n\(row(0, 0, 0, 0))\(rows.joined())\(row(1, 1, 1, 1))EOD\n")
    page.append(
      "set arrow from 0, 0 to 1, \(isCoverage ? 1 : 0) nohead front dashtype (4,3) linewidth 0.8 linecolor rgb "
        + "'\(Ink.zero)'\n")
    let colour = curve.isInside ? Self.inside : Self.outside
    page.panel(
      axes,
      plot: [
        "$curve\(index) using 1:2:3 with filledcurves fillstyle solid noborder fillcolor rgb '\(Self.band)' notitle",
        "$curve\(index) using 1:4 with lines linewidth 1.8 linecolor rgb '\(colour)' notitle",
      ])
  }

  private func titles(of curve: Curve, over box: PixelBox) -> [Shape] {
    let score = curve.pValue < 0.001 ? "p < 0.001" : String(format: "p %.3f", curve.pValue)
    return [
      .text(
        TextMeasure.fitted(curve.name, room: box.width + 24, size: Self.nameSize), Point(box.centre.x, box.top - 30),
        size: Self.nameSize, anchor: .center),
      .text(
        score, Point(box.centre.x, box.top - 13), size: Self.scoreSize, anchor: .center,
        colour: curve.isInside ? Ink.outline : Self.outside),
    ]
  }
}
