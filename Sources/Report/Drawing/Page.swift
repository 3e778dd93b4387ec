/// A page of pixels that gnuplot draws on: panels with axes, and shapes anywhere.
///
/// Every panel lies where it is told to, so that nothing depends on how gnuplot divides the page.
struct Page: Sendable {
  let width: Double
  let height: Double
  private(set) var commands: String
  /// Every text on the page.
  private(set) var labels: [Label] = []
  private var blocks = 0

  init(width: Int, height: Int) {
    self.width = Double(width)
    self.height = Double(height)
    commands = """
      set multiplot
      unset key

      """
  }

  /// Adds commands as they are.
  mutating func append(_ script: String) { commands += script }

  /// The whole script.
  func finished() -> String { commands + "unset multiplot\n" }

  /// gnuplot's margins: fractions of the page from its bottom left corner.
  func margins(_ box: PixelBox) -> String {
    func across(_ pixels: Double) -> String { number(pixels / width, decimals: 5) }
    func up(_ pixels: Double) -> String { number(1 - pixels / height, decimals: 5) }
    return "set lmargin at screen \(across(box.left)); set rmargin at screen \(across(box.right)); "
      + "set tmargin at screen \(up(box.top)); set bmargin at screen \(up(box.bottom))"
  }

  /// Draws axes and, on them, what `plot` says: the elements of gnuplot's command, without data nothing but the axes.
  mutating func panel(_ axes: PanelAxes, plot elements: [String]) {
    commands += margins(axes.box) + "\n" + axes.settings + labelCommands(axes.labels)
    // A panel needs something to plot; a point that is not a number leaves the axes alone.
    commands += "plot " + (elements.isEmpty ? "NaN notitle" : elements.joined(separator: ", \\\n  ")) + "\n"
    commands += "unset arrow\nunset label\n"
  }

  /// Draws shapes, later ones over earlier ones, and texts over all of them.
  mutating func draw(_ shapes: [Shape]) {
    guard !shapes.isEmpty else { return }
    blocks += 1
    let name = "$shapes\(blocks)"
    var data = ""
    var elements: [String] = []
    var texts: [Label] = []
    var style = ""
    for shape in shapes {
      if case .text(let label) = shape {
        texts.append(label)
        continue
      }
      let (rows, shapeStyle) = Self.block(shape)
      if shapeStyle == style {
        data += "\n" + rows
      } else {
        data += (elements.isEmpty ? "" : "\n\n") + rows
        elements.append("\(name) index \(elements.count) using 1:2:3 \(shapeStyle) notitle")
        style = shapeStyle
      }
    }
    // Labels alone need a plot to be drawn with.
    if elements.isEmpty {
      data = "-9 -9 0\n"
      elements = ["\(name) using 1:2:3 with points linecolor rgb variable notitle"]
    }
    commands += """
      \(name) << EOD
      \(data)EOD
      \(margins(PixelBox(left: 0, top: 0, width: width, height: height)))
      unset border; unset xtics; unset ytics
      set xrange [0:\(number(width))]
      set yrange [\(number(height)):0]
      \(labelCommands(texts))plot \(elements.joined(separator: ", \\\n  "))
      unset label

      """
  }

  private static func block(_ shape: Shape) -> (rows: String, style: String) {
    switch shape {
    case .polygon(let points, let colour):
      return (rows(points, colour), "with filledcurves closed fillstyle solid noborder fillcolor rgb variable")
    case .line(let points, let colour, let width, let isDashed):
      let dash = isDashed ? " dashtype (4,3)" : ""
      return (rows(points, colour), "with lines linewidth \(number(width)) linecolor rgb variable\(dash)")
    case .dot(let centre, let radius, let colour):
      // A point of size 1 has a radius of about 4 pixels.
      return (
        rows([centre], colour), "with points pointtype 7 pointsize \(number(radius / 4)) linecolor rgb variable"
      )
    case .text:
      preconditionFailure("texts are labels, not data")
    }
  }

  private static func rows(_ points: [Point], _ colour: String) -> String {
    let value = Int(colour.dropFirst(), radix: 16) ?? 0
    return points.map { "\(number($0.x, decimals: 2)) \(number($0.y, decimals: 2)) \(value)\n" }.joined()
  }

  private mutating func labelCommands(_ texts: [Label]) -> String {
    labels += texts
    return texts.enumerated().map { index, label in
      "set label \(index + 1) \(quoted(label.text)) at screen \(number(label.place.x / width, decimals: 5)), "
        + "screen \(number(1 - label.place.y / height, decimals: 5)) \(label.anchor.rawValue) front "
        + (label.isRotated ? "rotate by 90 " : "norotate ")
        + "font ',\(number(label.size, decimals: 1))' textcolor rgb '\(label.colour)'\n"
    }.joined()
  }
}
