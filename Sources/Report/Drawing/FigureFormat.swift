import Foundation

/// What kind of file a figure becomes.
public enum FigureFormat: String, Hashable, Sendable, CaseIterable {
  /// Vector graphics with real text, for web pages.
  case svg
  /// Pixels, two for each of the figure's, so that it is sharp on dense screens.
  case png
  /// Vector graphics for print.
  case pdf

  /// Reads the format from a file name.
  ///
  /// - Throws: ``FigureError``, code `unknownFormat`.
  public init(path: String) throws {
    let ending = (path as NSString).pathExtension
    guard let format = FigureFormat(rawValue: ending.lowercased()) else {
      throw FigureError(
        .unknownFormat,
        "\(path): figures are .svg, .png or .pdf, not \(ending.isEmpty ? "without an ending" : "." + ending)")
    }
    self = format
  }

  /// gnuplot's terminal for a figure of that many pixels at 100 pixels an inch.
  ///
  /// A font of size 11 is 11 of these pixels high in every format; cairo counts 96 of them an inch where SVG counts one
  /// for one. Text is taken as it is (`noenhanced`): labels of recordings hold `_`, `^`, `@` and `{`, which are markup
  /// otherwise.
  func terminal(width: Int, height: Int) -> String {
    switch self {
    case .svg:
      "set terminal svg size \(width),\(height) dynamic noenhanced font 'DejaVu Sans,11' background '#ffffff'"
    case .png:
      "set terminal pngcairo size \(2 * width),\(2 * height) noenhanced font 'DejaVu Sans,11' "
        + "fontscale 1.5 linewidth 2 dashlength 2 pointscale 2"
    case .pdf:
      "set terminal pdfcairo size \(Double(width) / 100)in,\(Double(height) / 100)in noenhanced "
        + "font 'DejaVu Sans,11' fontscale 0.54 linewidth 1.44 dashlength 1.3 pointscale 0.72"
    }
  }
}
