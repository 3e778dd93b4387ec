/// The axes of a panel, in the units they show.
struct PanelAxes: Hashable, Sendable {
  var box: PixelBox
  var x: ClosedRange<Double>
  var y: ClosedRange<Double>
  /// Under the axis; nil leaves it away.
  var xLabel: String?
  /// Beside the axis; nil leaves it away.
  var yLabel: String?
  var hasXNumbers = true
  var hasYAxis = true
  var hasYNumbers = true
  /// Positive values point downwards.
  var isInverted = false
  /// Lines where x and y are zero.
  var hasZeroLines = true
  var title: String?
  var yTickCount: Int?

  /// gnuplot's settings.
  var settings: String {
    let xTicks = AxisTicks(x, count: max(2, min(6, Int(box.width / 60))))
    let yTicks = AxisTicks(y, count: yTickCount ?? max(2, min(6, Int(box.height / 35))))
    let (bottom, top) = isInverted ? (y.upperBound, y.lowerBound) : (y.lowerBound, y.upperBound)
    var script = """
      set border \(hasYAxis ? 3 : 1) linewidth 0.8 linecolor rgb '\(Ink.axis)'
      set tics nomirror out scale 0.5 textcolor rgb '\(Ink.text)'
      set xrange [\(number(x.lowerBound)):\(number(x.upperBound))]
      set yrange [\(number(bottom)):\(number(top))]
      set xtics nomirror (\(xTicks.list)); set format x '\(hasXNumbers ? "%g" : "")'
      \(hasYAxis ? "set ytics nomirror (\(yTicks.list))" : "unset ytics"); set format y '\(hasYNumbers ? "%g" : "")'

      """
    if let xLabel { script += "set xlabel \(quoted(xLabel)) offset 0,0.4 textcolor rgb '\(Ink.text)'\n" }
    if let yLabel { script += "set ylabel \(quoted(yLabel)) textcolor rgb '\(Ink.text)'\n" }
    if let title {
      let fitted = TextMeasure.fitted(title, room: box.width, size: 12)
      script += "set title \(quoted(fitted)) offset 0,-0.4 font ',12' textcolor rgb '\(Ink.text)'\n"
    }
    if hasZeroLines {
      if x.contains(0) {
        script +=
          "set arrow from 0, graph 0 to 0, graph 1 nohead back dashtype 2 linewidth 0.8 "
          + "linecolor rgb '\(Ink.zero)'\n"
      }
      if y.contains(0) {
        script +=
          "set arrow from graph 0, first 0 to graph 1, first 0 nohead back linewidth 0.6 "
          + "linecolor rgb '\(Ink.zero)'\n"
      }
    }
    return script
  }
}
