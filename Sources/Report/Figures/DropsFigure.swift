import EEGCore

/// Which epochs were dropped and why: one bar a reason, one bar a channel, and every event along the recording.
public struct DropsFigure: PagedFigure {
  private struct Bar: Hashable, Sendable {
    let name: String
    let count: Int
  }
  private struct Strip: Hashable, Sendable {
    let name: String
    let kept: [Double]
    let dropped: [Double]
  }

  private let log: [DropLogEntry]
  private let options: FigureOptions
  private let reasons: [Bar]
  private let channels: [Bar]
  private let moreChannels: Int
  private let strips: [Strip]
  private let axis: RecordingAxis
  private let labelRoom: Double

  private static let barHeight = 20.0
  private static let stripHeight = 26.0
  private static let shownChannels = 15
  private static let size = 11.0

  /// Prepares the figure.
  ///
  /// An epoch counts once for every kind of reason and once for every channel behind it, so bars may add up to more
  /// than were dropped.
  ///
  /// - Parameters:
  ///   - dropLog: One entry an event.
  ///   - options: Conditions, title and width; the rest does not apply.
  /// - Throws: ``FigureError``, code `nothingToDraw`, for an empty log; `invalidOption` for a condition without events,
  ///   or a page too small.
  public init(dropLog: [DropLogEntry], options: FigureOptions = FigureOptions()) throws {
    var names: [String] = []
    for entry in dropLog where !names.contains(entry.event.condition) { names.append(entry.event.condition) }
    guard !dropLog.isEmpty else {
      throw FigureError(
        .nothingToDraw, "there is no drop log: grand averages and files of other programs have none")
    }
    if let wanted = options.conditions {
      if let missing = wanted.first(where: { !names.contains($0) }) {
        let known = names.map { "'\($0)'" }.joined(separator: ", ")
        throw FigureError(.invalidOption, "there is no event of condition '\(missing)'; the conditions are \(known)")
      }
      names = wanted
    }
    let log = dropLog.filter { names.contains($0.event.condition) }
    self.log = log
    self.options = options
    // Figures write the sign where texts for terminals have a letter.
    reasons = Self.counted(
      log.map { Array(Set($0.reasons.map { $0.parts.kind.replacing(" uV", with: " \u{B5}V") })) })
    let all = Self.counted(log.map { Array(Set($0.reasons.flatMap(\.parts.channels))) })
    channels = Array(all.prefix(Self.shownChannels))
    moreChannels = all.count - channels.count
    strips = names.map { name in
      let entries = log.filter { $0.event.condition == name && $0.event.onset.isFinite }
      return Strip(
        name: name, kept: entries.filter(\.isKept).map(\.event.onset),
        dropped: entries.filter { !$0.isKept }.map(\.event.onset))
    }
    axis = RecordingAxis(strips.flatMap { $0.kept + $0.dropped })
    let longest = (reasons.map(\.name) + channels.map(\.name) + names).map { TextMeasure.width($0, size: Self.size) }
    labelRoom = max(60, min(250, longest.max() ?? 0))
    guard width >= 420, options.height == nil || height >= naturalHeight else {
      throw FigureError(
        .invalidOption, "this drop chart needs a page of at least 420 by \(naturalHeight) pixels")
    }
  }

  /// Width in pixels at 100 pixels an inch.
  public var width: Int { options.width ?? 760 }
  /// Height in pixels at 100 pixels an inch.
  public var height: Int { options.height ?? naturalHeight }

  private var naturalHeight: Int {
    let bars = Double(max(1, reasons.count)) * Self.barHeight
    let channelBars =
      channels.isEmpty ? 0 : 40 + Double(channels.count) * Self.barHeight + (moreChannels > 0 ? Self.barHeight : 0)
    return Int((Heading.height(options) + 74 + bars + channelBars + 48 + stripsHeight + 44).rounded(.up))
  }

  private var stripsHeight: Double { Double(strips.count) * Self.stripHeight }
  private var left: Double { labelRoom + 24 }
  private var right: Double { Double(width) - 96 }

  var page: Page {
    var page = Page(width: width, height: height)
    let dropped = log.count { !$0.isKept }
    var top = Heading.height(options) + 18
    var shapes = Heading.shapes(options, width: width)
    let summary = "\(log.count) events, \(log.count - dropped) epochs kept, \(dropped) dropped (\(share(dropped)))"
    shapes.append(.text(summary, Point(12, top), size: 12))
    top += 30
    shapes.append(.text("Dropped epochs by reason", Point(12, top), colour: Ink.outline))
    top += 14
    shapes += bars(reasons, top: top)
    if reasons.isEmpty { shapes.append(.text("no epoch was dropped", Point(left, top + 10), colour: Ink.outline)) }
    top += Double(max(1, reasons.count)) * Self.barHeight
    if !channels.isEmpty {
      top += 26
      shapes.append(.text("Dropped epochs by channel", Point(12, top), colour: Ink.outline))
      top += 14
      shapes += bars(channels, top: top)
      top += Double(channels.count) * Self.barHeight
      if moreChannels > 0 {
        shapes.append(
          .text("and \(moreChannels) other channels", Point(left, top + 10), colour: Ink.outline))
        top += Self.barHeight
      }
    }
    top += 26
    shapes += stripLegend(y: top)
    top += 16
    let axes = axis.axes(in: PixelBox(left: left, top: top, width: right - left, height: stripsHeight + 4))
    page.panel(axes, plot: [])
    page.draw(shapes + strips.enumerated().flatMap { stripShapes($1, row: $0, axes: axes) })
    return page
  }

  private func share(_ count: Int) -> String {
    ColourScale.shown((1000 * Double(count) / Double(log.count)).rounded() / 10) + " %"
  }

  private func bars(_ bars: [Bar], top: Double) -> [Shape] {
    let largest = Double(bars.map(\.count).max() ?? 1)
    return bars.enumerated().flatMap { index, bar -> [Shape] in
      let y = top + (Double(index) + 0.5) * Self.barHeight
      let length = max(1, Double(bar.count) / largest * (right - left))
      let name = TextMeasure.fitted(bar.name, room: labelRoom, size: Self.size)
      return [
        .text(name, Point(left - 8, y), size: Self.size, anchor: .right),
        .rectangle(PixelBox(left: left, top: y - 6.5, width: length, height: 13), colour: ConditionColours.dropped),
        .text("\(bar.count) (\(share(bar.count)))", Point(left + length + 6, y), size: 10),
      ]
    }
  }

  private func stripLegend(y: Double) -> [Shape] {
    var shapes = [Shape.text("Events along the recording", Point(12, y), colour: Ink.outline)]
    var x = 12 + TextMeasure.width("Events along the recording", size: Self.size) + 28
    for (name, colour) in [("kept", ConditionColours.kept), ("dropped", ConditionColours.dropped)] {
      shapes.append(.line([Point(x, y - 6), Point(x, y + 6)], colour: colour, width: 1.6))
      shapes.append(.text(name, Point(x + 7, y), size: Self.size))
      x += 7 + TextMeasure.width(name, size: Self.size) + 20
    }
    return shapes
  }

  /// Two lanes: kept events in the lower part, dropped ones over the whole height.
  private func stripShapes(_ strip: Strip, row: Int, axes: PanelAxes) -> [Shape] {
    let top = axes.box.top + Double(row) * Self.stripHeight
    let name = TextMeasure.fitted(strip.name, room: labelRoom, size: Self.size)
    let total = strip.kept.count + strip.dropped.count
    return [
      .text(name, Point(left - 8, top + 13), size: Self.size, anchor: .right),
      .text("\(strip.kept.count) of \(total) kept", Point(axes.box.right + 8, top + 13), size: 10),
    ] + axis.ticks(strip.kept, in: axes.box, from: top + 9, to: top + 21, colour: ConditionColours.kept)
      + axis.ticks(strip.dropped, in: axes.box, from: top + 3, to: top + 21, colour: ConditionColours.dropped)
  }

  /// How often each name occurs, the most frequent first, equally frequent ones in the order of the alphabet.
  private static func counted(_ names: [[String]]) -> [Bar] {
    var counts: [String: Int] = [:]
    for name in names.joined() { counts[name, default: 0] += 1 }
    return counts.map { Bar(name: $0.key, count: $0.value) }
      .sorted { $0.count == $1.count ? $0.name < $1.name : $0.count > $1.count }
  }
}
