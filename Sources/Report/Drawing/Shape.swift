/// Something drawn at a place on the page, in pixels.
enum Shape: Hashable, Sendable {
  /// A filled area without an outline.
  case polygon([Point], colour: String)
  case line([Point], colour: String, width: Double = 1, isDashed: Bool = false)
  case dot(Point, radius: Double, colour: String)
  case text(Label)

  /// A filled rectangle.
  static func rectangle(_ box: PixelBox, colour: String) -> Shape {
    .polygon(
      [
        Point(box.left, box.top), Point(box.right, box.top), Point(box.right, box.bottom),
        Point(box.left, box.bottom),
      ], colour: colour)
  }

  /// The outline of a rectangle.
  static func frame(_ box: PixelBox, colour: String, width: Double = 0.8) -> Shape {
    .line(
      [
        Point(box.left, box.top), Point(box.right, box.top), Point(box.right, box.bottom),
        Point(box.left, box.bottom), Point(box.left, box.top),
      ], colour: colour, width: width)
  }

  /// A text in one line, centred in height on its point.
  static func text(
    _ text: String, _ place: Point, size: Double = 11, anchor: Label.Anchor = .left, colour: String = Ink.text,
    isRotated: Bool = false
  ) -> Shape {
    .text(Label(text: text, place: place, size: size, anchor: anchor, colour: colour, isRotated: isRotated))
  }
}

/// A line of text on the page.
struct Label: Hashable, Sendable {
  /// Which part of the text its point is.
  enum Anchor: String, Hashable, Sendable {
    case left, center, right
  }

  var text: String
  var place: Point
  /// Pixels.
  var size: Double
  var anchor: Anchor
  var colour: String
  /// Reads upwards.
  var isRotated: Bool

  /// The rectangle that the text covers.
  var box: PixelBox {
    let length = TextMeasure.width(text, size: size)
    let before = anchor == .left ? 0 : anchor == .center ? length / 2 : length
    return isRotated
      ? PixelBox(left: place.x - size * 0.6, top: place.y - (length - before), width: size * 1.2, height: length)
      : PixelBox(left: place.x - before, top: place.y - size * 0.6, width: length, height: size * 1.2)
  }
}

/// The greys of axes and texts.
enum Ink {
  static let text = "#202020"
  static let axis = "#404040"
  static let outline = "#606060"
  static let zero = "#909090"
  static let faint = "#d8d8d8"
}
