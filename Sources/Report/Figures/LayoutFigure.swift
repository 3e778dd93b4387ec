import EEGCore

/// Small waveforms of every channel at its place on the head, conditions over each other.
///
/// Without any position the channels stand in rows, in their order; a channel without one among others stands below
/// the head.
public struct LayoutFigure: PagedFigure {
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
    let natural =
      evoked.channels.count > 128 ? 1200 : evoked.channels.count > 80 ? 1000 : evoked.channels.count > 40 ? 880 : 720
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
    let looseHeight = hasHead ? Double(looseRows) * 70 : 0
    let shape = Self.shape(placed.compactMap { places[$0] })
    let headHeight =
      room * (hasHead ? shape.height / shape.width : min(1, max(0.2, 0.75 * Double(looseRows) / Double(columns))))
    // Beside the chin, where the head leaves room, or else in a row of its own.
    let key = Point(110, 50)
    let keyHeight = hasHead && loose.isEmpty ? 0 : key.y + 8
    height = options.height ?? Int((top + headHeight + looseHeight + keyHeight + 14).rounded(.up))
    let area = PixelBox(
      left: Self.side, top: top, width: room, height: Double(height) - top - looseHeight - keyHeight - 14)
    guard area.height >= 200 || options.height == nil else {
      throw FigureError(
        .invalidOption,
        "a layout needs a page of at least 330 by \(Int(top + looseHeight + keyHeight + 214)) pixels; "
          + "\(width) by \(height) is too small")
    }

    keyBox = PixelBox(left: Self.side, top: Double(height) - 14 - key.y, width: key.x, height: key.y)
    var boxes = places.map { _ in PixelBox(left: 0, top: 0, width: 0, height: 0) }
    if hasHead {
      let (head, centres, size) = Self.arrange(placed.compactMap { places[$0] }, in: area, around: keyBox)
      self.head = head
      for (index, centre) in zip(placed, centres) {
        boxes[index] = PixelBox(
          left: centre.x - size.x / 2, top: centre.y - size.y / 2, width: size.x, height: size.y)
      }
    } else {
      head = nil
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

  var page: Page {
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
    return page
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
    let y = options.negativeUp ? box.top + up * box.height : box.bottom - up * box.height
    return Point(box.left + across * box.width, y)
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
    return .text(
      text, Point(box.left + box.width * 0.04, box.top + nameSize * 0.6), size: nameSize, colour: Ink.outline)
  }

  /// How many microvolts and milliseconds the waveforms' lengths are.
  private var scaleKey: [Shape] {
    let box = inside(boxes[0])
    // As long as a waveform's box allows, and no longer than the key's.
    let perMicrovolt = box.height / (limits.upperBound - limits.lowerBound)
    let perMillisecond = box.width / (milliseconds.upperBound - milliseconds.lowerBound)
    let microvolts = ColourScale.roundedDown(min(0.8 * box.height, keyBox.height - 10) / perMicrovolt)
    let time = ColourScale.roundedDown(min(0.7 * box.width, 46) / perMillisecond)
    let (height, length) = (microvolts * perMicrovolt, time * perMillisecond)
    let corner = Point(keyBox.left + 6, keyBox.bottom - 16)
    let sign = options.negativeUp ? "−" : ""
    return [
      .line([corner - Point(0, height), corner, corner + Point(length, 0)], colour: Ink.text, width: 1.2),
      .text("\(sign)\(ColourScale.shown(microvolts)) µV", corner + Point(6, -max(8, height / 2)), size: 10),
      .text("\(ColourScale.shown(time)) ms", corner + Point(0, 10), size: 10),
    ]
  }

  /// What holds the head with its nose and ears, and electrodes beyond its circle; in radii, y to the back.
  private static func shape(_ places: [Point]) -> PixelBox {
    let left = min(-HeadOutline.reach.x, places.map(\.x).min() ?? 0)
    let right = max(HeadOutline.reach.x, places.map(\.x).max() ?? 0)
    let back = min(-1, places.map(\.y).min() ?? 0)
    let front = max(HeadOutline.reach.y, places.map(\.y).max() ?? 0)
    return PixelBox(left: left, top: -front, width: right - left, height: front - back)
  }

  /// The head that holds all places, and the boxes at them, none of them in the corner of the key.
  private static func arrange(
    _ places: [Point], in area: PixelBox, around key: PixelBox
  ) -> (head: (Point, Double), centres: [Point], size: Point) {
    let shape = shape(places)
    let largest = min(area.width / max(3, Double(places.count).squareRoot() * 1.05), 130)
    let margin = largest * 0.25
    let radius = max(
      20, min((area.width - 2 * margin) / shape.width, (area.height - 2 * margin) / shape.height))
    let centre = area.centre - shape.centre * radius
    let wanted = places.map { centre + Point($0.x, -$0.y) * radius }
    let (centres, size) = RectanglePlacement.place(
      wanted, in: area, aspects: [1.4, 1.15, 0.95, 0.8], largest: largest, around: key)
    return ((centre, radius), centres, size)
  }
}
