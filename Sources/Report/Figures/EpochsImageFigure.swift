import EEGCore

/// In which order an image of epochs shows them, from top to bottom.
public enum EpochOrder: String, Hashable, Sendable, CaseIterable {
  /// Condition after condition, in each the order of the recording.
  case condition
  /// The order of the recording.
  case recording
  /// Condition after condition, in each by falling mean amplitude after the event.
  case amplitude
}

/// Every epoch as a line of colours, and the averages below; one column a channel.
public struct EpochsImageFigure: PagedFigure {
  /// Neighbouring lines of one condition.
  private struct Block: Hashable, Sendable {
    let condition: Int
    let epochs: [Int]
  }

  private let averages: EvokedSet
  private let epochs: Epochs
  private let options: FigureOptions
  private let order: EpochOrder
  private let channels: [Int]
  private let columns: Range<Int>
  private let milliseconds: ClosedRange<Double>
  /// For every channel, the order of epochs.
  private let blocks: [[Block]]
  private let limit: Double
  private let averageLimits: ClosedRange<Double>
  private let grid: PanelGrid
  private let legend: Legend
  private let nameRoom: Double

  private static let averageHeight = 92.0
  private static let maximumLines = 400
  private static let size = 11.0

  /// Prepares the figure.
  ///
  /// The scale of colours ends at the amplitude that 1 % of the values exceed, so that a single artifact does not
  /// bleach the rest. More than 400 epochs are averaged in runs of neighbours.
  ///
  /// - Parameters:
  ///   - epochs: In volts.
  ///   - order: From top to bottom.
  ///   - options: What is drawn; without channels the EEG channel in which the conditions differ most.
  /// - Throws: ``FigureError``, code `nothingToDraw`, without epochs, EEG channels, two times or a finite value;
  ///   `invalidOption` for what the data do not have, or a page too small.
  public init(epochs: Epochs, order: EpochOrder = .condition, options: FigureOptions = FigureOptions()) throws {
    let known = epochs.conditions
    if let missing = options.conditions?.first(where: { !known.contains($0) }) {
      let names = known.map { "'\($0)'" }.joined(separator: ", ")
      throw FigureError(
        .invalidOption, "no epoch of condition '\(missing)' is kept; the conditions are \(names)")
    }
    let conditions = options.conditions ?? known
    guard !epochs.events.isEmpty, !conditions.isEmpty else {
      throw FigureError(.nothingToDraw, "no epoch is kept")
    }
    let columns = try options.columns(of: epochs.times)
    var averages = epochs.summary(of: conditions)
    averages.times = Array(epochs.times[columns])
    averages.conditions = averages.conditions.map { condition in
      var condition = condition
      let rows = Array(epochs.channels.indices)
      condition.average = condition.average.part(rows: rows, columns: columns)
      condition.standardError = condition.standardError?.part(rows: rows, columns: columns)
      return condition
    }
    let channels =
      try options.channels.map { try EvokedSet.rows($0, of: epochs.channels) }
      ?? ConditionsFigure.mostDifferent(averages).map { [$0] } ?? []
    guard !channels.isEmpty else { throw FigureError(.nothingToDraw, "none of the channels is an EEG channel") }
    let span = try averages.milliseconds()
    let half = (span.upperBound - span.lowerBound) / Double(averages.times.count - 1) / 2
    milliseconds = (span.lowerBound - half)...(span.upperBound + half)

    let chosen = epochs.events.indices.filter { conditions.contains(epochs.events[$0].condition) }
    let size = epochs.epochSize
    let magnitudes = channels.flatMap { channel in
      chosen.flatMap { epoch in
        columns.map { abs(epochs.values[epoch * size + channel * epochs.times.count + $0]) * 1e6 }
      }
    }.filter(\.isFinite).sorted()
    guard !magnitudes.isEmpty else { throw FigureError(.nothingToDraw, "the epochs hold no finite value") }
    limit =
      options.limit.map { $0 * 1e6 }
      ?? ColourScale.roundedUp(magnitudes[min(magnitudes.count - 1, magnitudes.count * 99 / 100)])
    let bounds = averages.conditions.flatMap { condition in
      channels.flatMap { channel in Array(condition.average[row: channel]) }
    }
    averageLimits = AmplitudeRange.microvolts(bounds, limit: nil) ?? -1...1

    self.averages = averages
    self.epochs = epochs
    self.options = options
    self.order = order
    self.channels = channels
    self.columns = columns
    blocks = channels.map { Self.blocks(epochs, chosen, conditions, order, channel: $0, columns: columns) }

    let all = Legend.entries(averages.conditions)
    // Groups have their names beside them.
    let entries = order == .recording ? all : []
    let widest = all.map { TextMeasure.width($0.text, size: Self.size) }.max() ?? 0
    nameRoom = order == .recording ? 0 : min(150, widest)
    let margins = PanelGrid.Margins(
      left: max(PanelAxes.roomLeft + 8, nameRoom + 26), right: 84, bottom: PanelAxes.roomBelow + 4)
    grid = try PanelGrid(
      count: channels.count, columns: min(channels.count, 4),
      cell: Point(channels.count == 1 ? 480 : channels.count == 2 ? 360 : 280, 250 + Self.averageHeight + 14),
      minimum: Point(110, 80 + Self.averageHeight + 14), gap: Point(40, 80), margins: margins, options: options,
      top: { width in
        Heading.height(options) + 12 + Legend(entries, room: width - margins.left - margins.right).height + 26
      })
    legend = Legend(entries, room: Double(grid.width) - margins.left - margins.right)
  }

  /// Width in pixels at 100 pixels an inch.
  public var width: Int { grid.width }
  /// Height in pixels at 100 pixels an inch.
  public var height: Int { grid.height }

  var page: Page {
    var page = Page(width: width, height: height)
    page.append(DivergingColours.palette + "\nunset colorbox\nset cbrange [\(number(-limit)):\(number(limit))]\n")
    for place in channels.indices { page.append(averageBlock(place)) }
    for place in channels.indices { drawPanels(place, on: &page) }
    let last = imageBox(min(channels.count, grid.columns) - 1)
    let bar = PixelBox(
      left: last.right + 22, top: last.top + 20, width: 12, height: min(160, last.height - 20))
    page.draw(
      Heading.shapes(options, width: width)
        + legend.shapes(at: Point(grid.cells[0].left, Heading.height(options) + 10))
        + ColourScale(limit: limit).bar(in: bar) + channels.indices.flatMap(groupShapes))
    return page
  }

  private func imageBox(_ place: Int) -> PixelBox {
    let cell = grid.cells[place]
    return PixelBox(
      left: cell.left, top: cell.top, width: cell.width, height: cell.height - Self.averageHeight - 14)
  }

  private func drawPanels(_ place: Int, on page: inout Page) {
    let image = imageBox(place)
    let count = Double(blocks[place].reduce(0) { $0 + $1.epochs.count })
    let lines = lines(place)
    // gnuplot wants two lines and more.
    let shown = lines.count == 1 ? lines + lines : lines
    var data = "$image\(place) << EOD\n"
    for line in shown { data += line.map { number($0, decimals: 2) }.joined(separator: " ") + "\n" }
    page.append(data + "EOD\n")
    let step = (milliseconds.upperBound - milliseconds.lowerBound) / Double(columns.count)
    let rowHeight = count / Double(shown.count)
    let isLeft = grid.isLeft(place)
    page.panel(
      PanelAxes(
        box: image, x: milliseconds, y: 0.5...(count + 0.5),
        yLabels: order == .recording && isLeft ? ["Epoch"] : [], hasXNumbers: false, hasYAxis: order == .recording,
        hasYNumbers: isLeft, isInverted: true, hasZeroLines: false, title: epochs.channels[channels[place]].name),
      plot: [
        "$image\(place) matrix using (\(number(milliseconds.lowerBound + step / 2)) + $1 * \(number(step, decimals: 6))):"
          + "(\(number(0.5 + rowHeight / 2)) + $2 * \(number(rowHeight, decimals: 6))):3 with image notitle"
      ])
    let average = PixelBox(
      left: image.left, top: image.bottom + 14, width: image.width, height: Self.averageHeight)
    page.panel(
      PanelAxes(
        box: average, x: milliseconds, y: averageLimits, xLabel: "Time (ms)",
        yLabels: isLeft ? (options.negativeUp ? ["µV, neg. up"] : ["Mean (µV)"]) : [], hasYNumbers: isLeft,
        isInverted: options.negativeUp, yTickCount: 3),
      plot: averages.conditions.indices.map { index in
        "$average\(place) using 1:\(index + 2) with lines linewidth 1.8 linecolor rgb "
          + "'\(ConditionColours.colour(index))'\(ConditionColours.isDashed(index) ? " dashtype (4,3)" : "") "
          + "title \(quoted(averages.conditions[index].name))"
      })
  }

  private func averageBlock(_ place: Int) -> String {
    var block = "$average\(place) << EOD\n"
    for time in averages.times.indices {
      block += number(averages.times[time] * 1000)
      for condition in averages.conditions { block += " " + number(condition.average[channels[place], time] * 1e6) }
      block += "\n"
    }
    return block + "EOD\n"
  }

  /// The image from top to bottom [µV]; every line one epoch, or the mean of a run of neighbours of one condition.
  private func lines(_ place: Int) -> [[Double]] {
    let members = blocks[place].flatMap { block in block.epochs.map { (epoch: $0, condition: block.condition) } }
    let count = min(members.count, Self.maximumLines)
    let offset = channels[place] * epochs.times.count
    return (0..<count).map { line in
      let run = members[(line * members.count / count)..<((line + 1) * members.count / count)]
      let condition = run[(run.startIndex + run.endIndex) / 2].condition
      let alike = run.filter { order == .recording || $0.condition == condition }
      return columns.map { time in
        let sum = alike.reduce(0) { $0 + epochs.values[$1.epoch * epochs.epochSize + offset + time] }
        return sum / Double(alike.count) * 1e6
      }
    }
  }

  /// Strips in the colours of the conditions, lines between groups, their names at the left, and the event.
  private func groupShapes(_ place: Int) -> [Shape] {
    let image = imageBox(place)
    let total = Double(blocks[place].reduce(0) { $0 + $1.epochs.count })
    var shapes: [Shape] = []
    var before = 0.0
    var names: [(y: Double, text: String, colour: String)] = []
    for block in blocks[place] {
      let top = image.top + before / total * image.height
      let height = Double(block.epochs.count) / total * image.height
      let colour = ConditionColours.colour(block.condition)
      shapes.append(
        .rectangle(PixelBox(left: image.left - 7, top: top, width: 5, height: height), colour: colour))
      if before > 0, order != .recording {
        shapes.append(.line([Point(image.left - 7, top), Point(image.right, top)], colour: "#000000", width: 0.8))
      }
      names.append(
        (top + height / 2, conditionTitle(averages.conditions[block.condition], room: nameRoom, size: 11), colour))
      before += Double(block.epochs.count)
    }
    if milliseconds.contains(0) {
      let x = image.left - milliseconds.lowerBound / (milliseconds.upperBound - milliseconds.lowerBound) * image.width
      shapes.append(.line([Point(x, image.top), Point(x, image.bottom)], colour: Ink.text, width: 0.9, isDashed: true))
    }
    guard order != .recording, grid.isLeft(place) else { return shapes }
    let heights = Spread.apart(names.map(\.y), distance: 15, within: image.top + 7...image.bottom - 7)
    for (name, y) in zip(names, heights) {
      shapes.append(.text(name.text, Point(image.left - 13, y), size: Self.size, anchor: .right))
    }
    return shapes
  }

  private static func blocks(
    _ epochs: Epochs, _ chosen: [Int], _ conditions: [String], _ order: EpochOrder, channel: Int,
    columns: Range<Int>
  ) -> [Block] {
    func amplitude(_ epoch: Int) -> Double {
      let start = epoch * epochs.epochSize + channel * epochs.times.count
      let after = columns.filter { epochs.times[$0] > 0 }
      let values = (after.isEmpty ? Array(columns) : after).map { epochs.values[start + $0] }.filter(\.isFinite)
      return values.isEmpty ? -.infinity : values.reduce(0, +) / Double(values.count)
    }
    switch order {
    case .condition, .amplitude:
      return conditions.enumerated().compactMap { index, name in
        var members = chosen.filter { epochs.events[$0].condition == name }
        if order == .amplitude {
          let keys = Dictionary(uniqueKeysWithValues: members.map { ($0, amplitude($0)) })
          members.sort { (keys[$0] ?? 0, $1) > (keys[$1] ?? 0, $0) }
        }
        return members.isEmpty ? nil : Block(condition: index, epochs: members)
      }
    case .recording:
      var blocks: [Block] = []
      for epoch in chosen {
        guard let condition = conditions.firstIndex(of: epochs.events[epoch].condition) else { continue }
        if let last = blocks.last, last.condition == condition {
          blocks[blocks.count - 1] = Block(condition: condition, epochs: last.epochs + [epoch])
        } else {
          blocks.append(Block(condition: condition, epochs: [epoch]))
        }
      }
      return blocks
    }
  }
}

/// Keeps labels apart.
enum Spread {
  /// The values moved as little as needed to lie `distance` apart, in their order, within a range if it has room.
  static func apart(_ values: [Double], distance: Double, within range: ClosedRange<Double>) -> [Double] {
    var moved = values
    for index in moved.indices {
      moved[index] = max(moved[index], index == 0 ? range.lowerBound : moved[index - 1] + distance)
    }
    for index in moved.indices.reversed() {
      moved[index] = min(moved[index], index == moved.count - 1 ? range.upperBound : moved[index + 1] - distance)
    }
    return moved
  }
}
