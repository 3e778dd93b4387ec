/// A figure drawn on a page of pixels.
protocol PagedFigure: Figure {
  var page: Page { get }
}

extension PagedFigure {
  /// gnuplot commands and data, without terminal and output file.
  public var commands: String { page.finished() }
}
