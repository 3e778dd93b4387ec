import EEGCore

/// Which colour stands for which condition, in rows above the panels.
struct Legend: Sendable {
  /// One line of the legend's key.
  struct Entry: Hashable, Sendable {
    let text: String
    let colour: String
    var isDashed = false
    /// A filled patch instead of a line.
    var isPatch = false
    /// A dot instead of a line.
    var isDot = false
  }

  private static let size = 11.0
  private static let sample = 24.0
  private static let rowHeight = 19.0

  /// Height in pixels.
  let height: Double
  private let placed: [(entry: Entry, text: String, left: Double, row: Int)]

  /// Divides the entries over as many rows as `room` pixels ask for.
  init(_ entries: [Entry], room: Double) {
    var placed: [(entry: Entry, text: String, left: Double, row: Int)] = []
    var (left, row) = (0.0, 0)
    for entry in entries {
      let text = TextMeasure.fitted(entry.text, room: room - Self.sample - 6, size: Self.size)
      let width = Self.sample + 6 + TextMeasure.width(text, size: Self.size)
      if left > 0, left + width > room { (left, row) = (0, row + 1) }
      placed.append((entry, text, left, row))
      left += width + 22
    }
    self.placed = placed
    height = entries.isEmpty ? 0 : Double(row + 1) * Self.rowHeight
  }

  /// The legend with its top left corner at a place.
  func shapes(at corner: Point) -> [Shape] {
    placed.flatMap { item in
      let start = corner + Point(item.left, (Double(item.row) + 0.5) * Self.rowHeight)
      let sample: Shape =
        item.entry.isDot
        ? .dot(start + Point(Self.sample / 2, 0), radius: 2.6, colour: item.entry.colour)
        : item.entry.isPatch
          ? .rectangle(
            PixelBox(left: start.x, top: start.y - 5, width: Self.sample, height: 10), colour: item.entry.colour)
          : .line(
            [start, start + Point(Self.sample, 0)], colour: item.entry.colour, width: 2.2, isDashed: item.entry.isDashed
          )
      return [sample, .text(item.text, start + Point(Self.sample + 6, 0), size: Self.size)]
    }
  }

  /// The entries of conditions.
  static func entries(_ conditions: [Evoked]) -> [Entry] {
    conditions.enumerated().map { index, condition in
      Entry(
        text: conditionTitle(condition), colour: ConditionColours.colour(index),
        isDashed: ConditionColours.isDashed(index))
    }
  }
}
