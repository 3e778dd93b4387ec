/// Something that gnuplot can draw.
public protocol Figure: Sendable {
  /// Width in pixels at 100 pixels an inch.
  var width: Int { get }
  /// Height in pixels at 100 pixels an inch.
  var height: Int { get }
  /// gnuplot commands and data; they neither choose a terminal nor name an output file.
  var commands: String { get }
}

extension Figure {
  /// A whole script that writes the figure to standard output: `gnuplot figure.gp > figure.svg`.
  ///
  /// Keep it beside the figure to restyle it by hand.
  public func script(for format: FigureFormat) -> String {
    """
    set encoding utf8
    \(format.terminal(width: width, height: height))
    \(commands)
    """
  }
}

/// A text as gnuplot reads it back: in single quotes nothing is special but the quote itself.
///
/// Control characters, a line break among them, would end the command; they become blanks.
func quoted(_ text: String) -> String {
  let oneLine = String(
    String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  return "'" + oneLine.replacing("'", with: "''") + "'"
}

/// A number as gnuplot reads it, rounded to `decimals`; what is not finite becomes a gap in the line.
func number(_ value: Double, decimals: Int = 4) -> String {
  guard value.isFinite else { return "NaN" }
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  let rounded = (value * scale).rounded() / scale
  // Where the scale overflows there is nothing to round.
  return rounded.isFinite ? "\(rounded == 0 ? 0 : rounded)" : "\(value)"
}
