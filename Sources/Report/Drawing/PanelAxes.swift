import Foundation

/// The axes of a panel, in the units they show.
///
/// gnuplot draws lines and ticks; numbers, labels and title are placed here, at the same pixels in every format.
struct PanelAxes: Hashable, Sendable {
  var box: PixelBox
  var x: ClosedRange<Double>
  var y: ClosedRange<Double>
  /// Under the axis; nil leaves it away.
  var xLabel: String?
  /// Beside the axis, the first of them that has room; empty leaves it away.
  var yLabels: [String] = []
  var hasXNumbers = true
  var hasYAxis = true
  var hasYNumbers = true
  /// Positive values point downwards.
  var isInverted = false
  /// Lines where x and y are zero.
  var hasZeroLines = true
  var title: String?
  var yTickCount: Int?
  /// Ticks across; round numbers when nil.
  var xTicks: AxisTicks?
  /// Ticks up; round numbers when nil.
  var yTicks: AxisTicks?

  /// Room below a panel for its numbers and its label.
  static let roomBelow = 46.0
  /// Room at the left of a panel for its numbers and its label.
  static let roomLeft = 68.0
  /// Room above a panel for its title.
  static let roomAbove = 26.0
  private static let size = 11.0

  /// How many ticks an axis of some pixels has room for.
  static func xTickCount(_ width: Double) -> Int { max(2, min(7, Int(width / 55))) }

  private var shownXTicks: AxisTicks {
    (xTicks ?? AxisTicks(x, count: Self.xTickCount(box.width)))
      .thinned(length: x.upperBound - x.lowerBound, width: box.width)
  }
  private var shownYTicks: AxisTicks {
    yTicks ?? AxisTicks(y, count: yTickCount ?? max(2, min(6, Int(box.height / 35))))
  }

  /// Decimals with which a number of an axis is exact to a ten thousandth of the axis.
  static func decimals(_ range: ClosedRange<Double>) -> Int {
    let span = range.upperBound - range.lowerBound
    return span > 0 && span.isFinite ? max(4, 4 - Int(floor(log10(span)))) : 4
  }

  /// gnuplot's settings.
  var settings: String {
    let (bottom, top) = isInverted ? (y.upperBound, y.lowerBound) : (y.lowerBound, y.upperBound)
    let (across, up) = (Self.decimals(x), Self.decimals(y))
    var script = """
      set border \(hasYAxis ? 3 : 1) linewidth 0.8 linecolor rgb '\(Ink.axis)'
      set tics nomirror out scale 0.5
      set xrange [\(number(x.lowerBound, decimals: across)):\(number(x.upperBound, decimals: across))]
      set yrange [\(number(bottom, decimals: up)):\(number(top, decimals: up))]
      set format ''
      set xtics nomirror (\(shownXTicks.list))
      \(hasYAxis ? "set ytics nomirror (\(shownYTicks.list))" : "unset ytics")

      """
    if hasZeroLines {
      if x.contains(0) {
        script +=
          "set arrow from 0, graph 0 to 0, graph 1 nohead back dashtype (4,3) linewidth 0.8 "
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

  /// Numbers at the ticks, labels of the axes, and the title.
  var labels: [Label] {
    var labels: [Label] = []
    func add(_ text: String, _ place: Point, size: Double = Self.size, _ anchor: Label.Anchor, isRotated: Bool = false)
    {
      labels.append(
        Label(text: text, place: place, size: size, anchor: anchor, colour: Ink.text, isRotated: isRotated))
    }
    if hasXNumbers {
      for (value, text) in zip(shownXTicks.values, shownXTicks.texts) where !text.isEmpty {
        let across = (value - x.lowerBound) / (x.upperBound - x.lowerBound)
        add(text, Point(box.left + across * box.width, box.bottom + 15), .center)
      }
    }
    if let xLabel {
      add(
        TextMeasure.fitted(xLabel, room: box.width + 40, size: Self.size), Point(box.centre.x, box.bottom + 35),
        .center)
    }
    var widest = 0.0
    if hasYAxis, hasYNumbers {
      for (value, text) in zip(shownYTicks.values, shownYTicks.texts) {
        let up = (value - y.lowerBound) / (y.upperBound - y.lowerBound)
        widest = max(widest, TextMeasure.width(text, size: Self.size))
        add(text, Point(box.left - 8, isInverted ? box.top + up * box.height : box.bottom - up * box.height), .right)
      }
    }
    if let last = yLabels.last {
      let label = yLabels.first { TextMeasure.width($0, size: Self.size) <= box.height + 12 } ?? last
      add(label, Point(box.left - 8 - widest - 13, box.centre.y), .center, isRotated: true)
    }
    if let title {
      add(
        TextMeasure.fitted(title, room: box.width + 20, size: 12), Point(box.centre.x, box.top - 14), size: 12, .center)
    }
    return labels
  }
}
