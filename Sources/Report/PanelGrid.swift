/// A rectangle in pixels, from the top left corner of a figure.
struct PixelBox: Hashable, Sendable {
  let left: Int
  let top: Int
  let width: Int
  let height: Int
}

/// Where the panels of a butterfly figure go: up to three beside each other, four as two by two.
struct PanelGrid: Hashable, Sendable {
  let columns: Int
  let rowCount: Int
  let width: Int
  let height: Int
  /// The head that explains the colours, or nil.
  let head: PixelBox?

  private let panelWidth: Int
  private static let left = 66
  private static let top = 34
  private static let between = 44
  private static let butterflyHeight = 210
  private static let powerHeight = 60
  private static let rowHeight = 380

  init(count: Int, hasHead: Bool) {
    columns = count <= 3 ? count : count == 4 ? 2 : 3
    rowCount = (count + columns - 1) / columns
    panelWidth = columns == 1 ? 520 : columns == 2 ? 340 : 280
    let right = hasHead ? 112 : 24
    width = Self.left + columns * panelWidth + (columns - 1) * Self.between + right
    height = rowCount * Self.rowHeight
    head = hasHead ? PixelBox(left: width - 104, top: Self.top - 6, width: 96, height: 96) : nil
  }

  func column(of index: Int) -> Int { index % columns }

  func butterfly(_ index: Int) -> PixelBox {
    PixelBox(
      left: Self.left + column(of: index) * (panelWidth + Self.between),
      top: Self.top + index / columns * Self.rowHeight, width: panelWidth, height: Self.butterflyHeight)
  }

  func power(_ index: Int) -> PixelBox {
    let above = butterfly(index)
    return PixelBox(
      left: above.left, top: above.top + above.height + 14, width: panelWidth, height: Self.powerHeight)
  }

  /// gnuplot's margins, fractions of the figure from its bottom left corner.
  func margins(_ box: PixelBox) -> String {
    func across(_ pixels: Int) -> String { number(Double(pixels) / Double(width), decimals: 5) }
    func up(_ pixels: Int) -> String { number(1 - Double(pixels) / Double(height), decimals: 5) }
    return "set lmargin at screen \(across(box.left)); set rmargin at screen \(across(box.left + box.width)); "
      + "set tmargin at screen \(up(box.top)); set bmargin at screen \(up(box.top + box.height))"
  }
}
