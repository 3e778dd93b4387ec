/// A figure that could not be drawn.
public struct FigureError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of failure it is.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The name of the code.
    public let description: String

    /// The file name ends neither in `.svg` nor in `.png` nor in `.pdf`.
    public static let unknownFormat = Code(description: "unknownFormat")
    /// The program that draws is not on the search path.
    public static let gnuplotMissing = Code(description: "gnuplotMissing")
    /// gnuplot started and failed, or could not be started.
    public static let gnuplotFailed = Code(description: "gnuplotFailed")
    /// The data hold nothing that this figure shows.
    public static let nothingToDraw = Code(description: "nothingToDraw")
    /// A condition, channel, time or size was asked for that the data or the page do not have.
    public static let invalidOption = Code(description: "invalidOption")
  }

  /// What kind of failure it is.
  public let code: Code
  /// What was wrong and what to do, for people.
  public let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
