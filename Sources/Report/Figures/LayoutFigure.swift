import EEGCore

/// Small waveforms of every channel at its place on the head, conditions over each other.
///
/// Without any position the channels stand in rows, in their order; a channel without one among others stands below
/// the head.
public struct LayoutFigure: Figure {
  private let evoked: EvokedSet
  private let options: FigureOptions
  private let milliseconds: ClosedRange<Double>
  private let limits: ClosedRange<Double>
  private let legend: Legend
  /// One a channel.
  private let boxes: [PixelBox]
  private let head: (centre: Point, radius: Double)?
  private let keyBox: PixelBox
  /// Width in pixels at 100 pixels an inch.
  public let width: Int
  /// Height in pixels at 100 pixels an inch.
  public let height: Int

  private static let side = 14.0

  /// Prepares the figure.
  ///
  /// - Parameters:
  ///   - evoked: Averages in volts.
  ///   - options: What of them is drawn; without channels all EEG channels.
  /// - Throws: ``FigureError``, code `nothingToDraw`, without conditions, channels, two times or a finite value;
  ///   `invalidOption` for what the data do not have, or a page too small.
  public init(evoked: EvokedSet, options: FigureOptions = FigureOptions()) throws {
    var evoked = try evoked.selected(options)
    let rows = evoked.channels.indices.filter { options.channels != nil || evoked.channels[$0].kind == .eeg }
    guard !rows.isEmpty else { throw FigureError(.nothingToDraw, "none of the channels is an EEG channel") }
    evoked.channels = rows.map { evoked.channels[$0] }
    evoked.conditions = evoked.conditions.map { condition in
      var condition = condition
      condition.average = condition.average.part(rows: rows, columns: evoked.times.indices)
      condition.standardError = nil
      return condition
    }
    milliseconds = try evoked.milliseconds()
    guard let limits = AmplitudeRange.microvolts(evoked.conditions.flatMap(\.average.values), limit: options.limit)
    else {
      throw FigureError(.nothingToDraw, "the averages hold no finite value")
    }
    self.evoked = evoked
    self.options = options
    self.limits = limits

    let places = HeadProjection.places(evoked.channels)
    let placed = places.indices.filter { places[$0] != nil }
    let hasHead = placed.count > 1
    let loose = hasHead ? places.indices.filter { places[$0] == nil } : Array(places.indices)
    let natural = evoked.channels.count > 80 ? 1000 : evoked.channels.count > 40 ? 880 : 720
    width = options.width ?? natural
    let room = Double(width) - 2 * Self.side
    guard room >= 300 else {
      throw FigureError(.invalidOption, "a layout needs a page of at least 330 by 360 pixels; \(width) is too narrow")
    }
    legend = Legend(Legend.entries(evoked.conditions), room: room)
    let top = Heading.height(options) + 10 + legend.height + 8

    // Channels without a place: rows below the head, or the whole figure.
    let columns =
      hasHead
      ? max(1, Int(room / 100)) : max(1, Int((Double(loose.count) * 1.2).squareRoot().rounded(.up)))
    let looseRows = (loose.count + columns - 1) / columns
    let keyHeight = 62.0
    let looseHeight = hasHead ? Double(looseRows) * 70 : 0
    let headHeight = room * (hasHead ? 1.0 : min(1, max(0.2, 0.75 * Double(looseRows) / Double(columns))))
    height = options.height ?? Int((top + headHeight + looseHeight + keyHeight + 12).rounded(.up))
    let area = PixelBox(
      left: Self.side, top: top, width: room, height: Double(height) - top - looseHeight - keyHeight - 12)
    guard area.height >= 200 || options.height == nil else {
      throw FigureError(
        .invalidOption,
        "a layout needs a page of at least 330 by \(Int(top + looseHeight + keyHeight + 213)) pixels; "
          + "\(width) by \(height) is too small")
    }

    var boxes = places.map { _ in PixelBox(left: 0, top: 0, width: 0, height: 0) }
    if hasHead {
      let (head, centres, size) = Self.arrange(placed.compactMap { places[$0] }, in: area)
      self.head = head
      for (index, centre) in zip(placed, centres) {
        boxes[index] = PixelBox(
          left: centre.x - size.x / 2, top: centre.y - size.y / 2, width: size.x, height: size.y)
      }
      keyBox = PixelBox(
        left: Self.side + 44, top: Double(height) - 12 - size.y - 14, width: size.x, height: size.y)
    } else {
      head = nil
      keyBox = PixelBox(left: Self.side + 44, top: area.bottom + 10, width: 90, height: 44)
    }
    let cell = Point(room / Double(columns), hasHead ? 70 : area.height / Double(max(1, looseRows)))
    let looseTop = hasHead ? area.bottom : area.top
    for (place, index) in loose.enumerated() {
      boxes[index] = PixelBox(
        left: Self.side + Double(place % columns) * cell.x, top: looseTop + Double(place / columns) * cell.y,
        width: cell.x, height: cell.y)
    }
    self.boxes = boxes
  }

  /// gnuplot commands and data, without terminal and output file.
  public var commands: String {
    var page = Page(width: width, height: height)
    var shapes = Heading.shapes(options, width: width)
    if let head { shapes += HeadOutline.shapes(centre: head.centre, radius: head.radius, colour: "#d0d0d0") }
    shapes += legend.shapes(at: Point(Self.side, Heading.height(options) + 8))
    for channel in evoked.channels.indices { shapes += axes(boxes[channel]) }
    for condition in evoked.conditions.indices {
      for channel in evoked.channels.indices { shapes += wave(channel, condition) }
    }
    for channel in evoked.channels.indices { shapes.append(name(channel)) }
    page.draw(shapes + scaleKey)
    return page.finished()
  }

  /// A channel's box without the gaps to its neighbours and the line of its name.
  private func inside(_ box: PixelBox) -> PixelBox {
    let name = nameSize + 1
    return PixelBox(
      left: box.left + box.width * 0.04, top: box.top + name, width: box.width * 0.92,
      height: box.height - name - box.height * 0.04)
  }

  private var nameSize: Double {
    let smallest = boxes.map(\.height).min() ?? 60
    return max(6, min(10, smallest * 0.19))
  }

  private func place(_ time: Double, _ amplitude: Double, in box: PixelBox) -> Point {
    let across = (time - milliseconds.lowerBound) / (milliseconds.upperBound - milliseconds.lowerBound)
    let bounded = max(limits.lowerBound, min(limits.upperBound, amplitude))
    let up = (bounded - limits.lowerBound) / (limits.upperBound - limits.lowerBound)
    // A gap stays one.
    guard amplitude.isFinite else { return Point(.nan, .nan) }
    return Point(box.left + across * box.width, options.negativeUp ? box.top + up * box.height : box.bottom - up * box.height)
  }

  private func axes(_ box: PixelBox) -> [Shape] {
    let box = inside(box)
    var shapes = [
      Shape.line(
        [place(milliseconds.lowerBound, 0, in: box), place(milliseconds.upperBound, 0, in: box)], colour: "#a8a8a8",
        width: 0.6)
    ]
    if milliseconds.contains(0) {
      shapes.append(
        .line(
          [place(0, limits.lowerBound, in: box), place(0, limits.upperBound, in: box)], colour: "#a8a8a8", width: 0.6))
    }
    return shapes
  }

  private func wave(_ channel: Int, _ condition: Int) -> [Shape] {
    let box = inside(boxes[channel])
    let average = evoked.conditions[condition].average
    let points = evoked.times.indices.map { place(evoked.times[$0] * 1000, average[channel, $0] * 1e6, in: box) }
    return Polyline.pieces(points).compactMap { piece in
      let line = Polyline.simplified(piece, tolerance: 0.1)
      guard line.count > 1 else { return nil }
      return .line(
        line, colour: ConditionColours.colour(condition), width: 1, isDashed: ConditionColours.isDashed(condition))
    }
  }

  private func name(_ channel: Int) -> Shape {
    let box = boxes[channel]
    let text = TextMeasure.fitted(evoked.channels[channel].name, room: box.width - 3, size: nameSize)
    return .text(text, Point(box.left + box.width * 0.04, box.top + nameSize * 0.6), size: nameSize, colour: Ink.outline)
  }

  /// How many microvolts and milliseconds the waveforms' lengths are.
  private var scaleKey: [Shape] {
    let box = inside(keyBox)
    let microvolts = ColourScale.roundedDown(max(limits.upperBound, -limits.lowerBound) * 0.8)
    let time = ColourScale.roundedDown((milliseconds.upperBound - milliseconds.lowerBound) * 0.6)
    let height = microvolts / (limits.upperBound - limits.lowerBound) * box.height
    let length = time / (milliseconds.upperBound - milliseconds.lowerBound) * box.width
    let corner = Point(box.left, box.bottom - 4)
    let sign = options.negativeUp ? "−" : ""
    return [
      .line([corner - Point(0, height), corner, corner + Point(length, 0)], colour: Ink.text, width: 1.2),
      .text("\(sign)\(ColourScale.shown(microvolts)) µV", corner - Point(5, height / 2), size: 10, anchor: .right),
      .text("\(ColourScale.shown(time)) ms", corner + Point(length + 6, 0), size: 10),
    ]
  }

  /// The head that holds all places, and the boxes at them.
  private static func arrange(
    _ places: [Point], in area: PixelBox
  ) -> (head: (Point, Double), centres: [Point], size: Point) {
    // The head with its nose and ears fits the page, and so do electrodes beyond its circle.
    let left = min(-HeadOutline.reach.x, places.map(\.x).min() ?? 0)
    let right = max(HeadOutline.reach.x, places.map(\.x).max() ?? 0)
    let back = min(-1, places.map(\.y).min() ?? 0)
    let front = max(HeadOutline.reach.y, places.map(\.y).max() ?? 0)
    let guess = area.width / max(3, Double(places.count).squareRoot() * 1.05)
    let largest = min(guess, 130)
    let margin = largest * 0.3
    let radius = max(20, min((area.width - 2 * margin) / (right - left), (area.height - 2 * margin) / (front - back)))
    let centre = Point(area.centre.x - (left + right) / 2 * radius, area.centre.y + (front + back) / 2 * radius)
    let wanted = places.map { centre + Point($0.x, -$0.y) * radius }
    let (centres, size) = RectanglePlacement.place(wanted, in: area, aspect: 1.3, largest: largest)
    return ((centre, radius), centres, size)
  }
}
