/// Where panels of one size go on a page.
struct PanelGrid: Hashable, Sendable {
  /// Room around the panels in pixels.
  struct Margins: Hashable, Sendable {
    var left: Double
    var right: Double
    var bottom: Double
  }

  let columns: Int
  let width: Int
  let height: Int
  /// One a panel, row after row.
  let cells: [PixelBox]

  /// Divides a page.
  ///
  /// - Parameters:
  ///   - cell: Width and height of a panel, where the options do not give those of the page.
  ///   - minimum: The smallest panel that can be read.
  ///   - top: Room above the panels, which may depend on the width of the page.
  /// - Throws: ``FigureError``, code `invalidOption`, when the page that is asked for is too small.
  init(
    count: Int, columns: Int, cell: Point, minimum: Point, gap: Point, margins: Margins, options: FigureOptions,
    top: (Double) -> Double
  ) throws {
    self.columns = columns
    let rows = (count + columns - 1) / columns
    let across = Double(columns)
    let acrossFixed = margins.left + margins.right + (across - 1) * gap.x
    let pageWidth = options.width.map(Double.init) ?? (acrossFixed + across * cell.x).rounded(.up)
    let top = top(pageWidth)
    let down = Double(rows)
    let downFixed = top + margins.bottom + (down - 1) * gap.y
    let pageHeight = options.height.map(Double.init) ?? (downFixed + down * cell.y).rounded(.up)
    let size = Point((pageWidth - acrossFixed) / across, (pageHeight - downFixed) / down)
    guard size.x >= minimum.x, size.y >= minimum.y else {
      let needed = Point(acrossFixed + across * minimum.x, downFixed + down * minimum.y)
      throw FigureError(
        .invalidOption,
        "\(count) panels need a page of at least \(Int(needed.x.rounded(.up))) by \(Int(needed.y.rounded(.up))) pixels;"
          + " \(Int(pageWidth)) by \(Int(pageHeight)) is too small")
    }
    width = Int(pageWidth)
    height = Int(pageHeight)
    cells = (0..<count).map { index in
      PixelBox(
        left: margins.left + Double(index % columns) * (size.x + gap.x),
        top: top + Double(index / columns) * (size.y + gap.y), width: size.x, height: size.y)
    }
  }

  /// True for panels at the left, which carry the numbers of the vertical axis.
  func isLeft(_ index: Int) -> Bool { index % columns == 0 }

  /// Up to three beside each other, four as two by two.
  static func usualColumns(_ count: Int) -> Int { count <= 3 ? count : count == 4 ? 2 : 3 }
}

/// The title over everything, and smaller words below it.
enum Heading {
  private static let subtitleSize = 11.0

  static func height(_ options: FigureOptions, subtitle: String = "", width: Double = .infinity) -> Double {
    (options.title == nil ? 0 : 30) + Double(lines(subtitle, width: width).count) * 15
  }

  static func shapes(_ options: FigureOptions, subtitle: String = "", width: Int) -> [Shape] {
    let centre = Double(width) / 2
    var shapes: [Shape] = []
    if let title = options.title {
      let text = TextMeasure.fitted(title, room: Double(width) - 24, size: 14)
      shapes.append(.text(text, Point(centre, 18), size: 14, anchor: .center))
    }
    let top = options.title == nil ? 14.0 : 38
    return shapes
      + lines(subtitle, width: Double(width)).enumerated().map { row, line in
        .text(line, Point(centre, top + Double(row) * 15), size: subtitleSize, anchor: .center, colour: Ink.outline)
      }
  }

  private static func lines(_ subtitle: String, width: Double) -> [String] {
    subtitle.isEmpty ? [] : TextMeasure.wrapped(subtitle, room: width - 24, size: subtitleSize, lines: 3)
  }
}
