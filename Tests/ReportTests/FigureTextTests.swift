import EEGCore
import Foundation
import TestSupport
import Testing

@testable import Report

@Suite("Texts of figures")
struct FigureTextTests {
  static let longNames = [
    "a very long name of a condition that explains everything", "it's \"quoted\"_under_score", "T0",
    "visual/left/unexpected/after a long pause", "β-blocked Übung 閉眼", "cond^{6}@x", "7", "the eighth and last",
  ]

  struct Size: Sendable, CustomTestStringConvertible {
    let conditions: Int
    let channels: Int
    var hasPositions = true
    var testDescription: String {
      "\(conditions) conditions, \(channels) channels\(hasPositions ? "" : " without positions")"
    }
  }

  static let sizes = [
    Size(conditions: 1, channels: 2), Size(conditions: 2, channels: 3), Size(conditions: 3, channels: 19),
    Size(conditions: 4, channels: 32), Size(conditions: 5, channels: 64), Size(conditions: 8, channels: 8),
    Size(conditions: 8, channels: 21, hasPositions: false),
  ]

  @Test("No text overlaps another or is cut off by the page", arguments: FigureKinds.allCases, sizes)
  func noOverlaps(kind: FigureKinds, size: Size) throws {
    // Maps need three electrodes with a position.
    if kind == .maps || kind == .windows, size.channels < 3 || !size.hasPositions { return }
    var evoked = SampleEvoked.make(
      conditions: Array(Self.longNames.prefix(size.conditions)), channels: size.channels,
      hasPositions: size.hasPositions)
    evoked.channels[1].name = "a channel with a long name_2"
    var options = FigureOptions()
    options.title =
      "A title that is so long that it cannot stand above a figure of this width, whatever its kind may be"
    options.negativeUp = true
    try Self.check(kind.figure(evoked, options: options))
  }

  @Test("256 channels have room for their names", arguments: [FigureKinds.butterfly, .layout])
  func manyChannels(kind: FigureKinds) throws {
    try Self.check(kind.figure(SampleEvoked.make(conditions: ["a", "b"], channels: 256)))
  }

  @Test(
    "Pages of a given size hold every text, or are refused with the size they need", arguments: FigureKinds.allCases,
    [(300, 200), (430, 330), (500, 700), (1400, 500), (2000, 2000)])
  func givenSize(kind: FigureKinds, size: (Int, Int)) throws {
    let evoked = SampleEvoked.make(conditions: Array(Self.longNames.prefix(3)), channels: 19)
    var options = FigureOptions()
    (options.width, options.height) = size
    options.negativeUp = true
    do {
      let figure = try kind.figure(evoked, options: options)
      #expect(figure.width == size.0)
      #expect(figure.height == size.1)
      try Self.check(figure)
    } catch let error as FigureError {
      #expect(error.code == .invalidOption)
      #expect(error.message.contains("page of at least"))
      #expect(size != (2000, 2000))
    }
  }

  static func check(_ figure: any PagedFigure) throws {
    let page = figure.page
    #expect(!page.labels.isEmpty)
    let boxes = page.labels.filter { !$0.text.isEmpty }.map { (text: $0.text, box: $0.box) }
    for (text, box) in boxes {
      #expect(
        box.left >= 0 && box.top >= 0 && box.right <= page.width && box.bottom <= page.height,
        "'\(text)' at \(box) on \(page.width) x \(page.height)")
    }
    for (index, one) in boxes.enumerated() {
      for other in boxes[(index + 1)...] where one.box.overlaps(other.box) {
        Issue.record("'\(one.text)' at \(one.box) and '\(other.text)' at \(other.box) overlap")
      }
    }
  }

  @Test(
    "An SVG of every kind is well-formed, holds its labels, and is the same on every run", .enabled(if: hasGnuplot),
    arguments: FigureKinds.allCases)
  func svg(kind: FigureKinds) throws {
    let folder = try TemporaryFolder()
    let evoked = SampleEvoked.make(conditions: ["it's_a \"test\" <&>", "target"], channels: 12)
    let figure = try kind.figure(evoked)
    for name in ["first", "second"] { try Gnuplot().draw(figure, to: folder.path("\(name).svg")) }
    let files = try ["first", "second"].map { try Data(contentsOf: URL(fileURLWithPath: folder.path("\($0).svg"))) }
    #expect(files[0] == files[1])
    let texts = try SVGTexts.read(folder.path("first.svg"))
    #expect(texts.sorted() == figure.page.labels.map(\.text).sorted())
    let holdsName = texts.contains { $0.contains("it's_a \"test\" <&>") }
    // Artifacts are those of all conditions together.
    #expect(holdsName == (kind != .artifacts))
  }
}
