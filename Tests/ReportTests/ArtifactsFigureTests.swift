import EEGCore
import Foundation
import TestSupport
import Testing

@testable import Report

@Suite("Figure of artifacts")
struct ArtifactsFigureTests {
  private static let times = (0..<11).map { Double($0) / 10 - 0.2 }

  /// Epochs of noise [µV] with an event a second from `start` on; each with what was found in it.
  private static func epochs(
    _ count: Int, channels names: [String] = ["Fp1", "Fp2", "Cz"], times: [Double] = times, amplitude: Double = 10,
    start: Double = 0, seed: UInt64 = 1, reasons: (Int) -> [DropReason] = { _ in [] }
  ) -> Epochs {
    var generator = SplitMix64(seed: seed)
    let events = (0..<count).map { Event(sample: $0, onset: start + Double($0), condition: "a") }
    let values = (0..<(count * names.count * times.count)).map { _ in
      Double.random(in: -amplitude...amplitude, using: &generator) * 1e-6
    }
    return Epochs(
      channels: names.map { Channel(name: $0) }, times: times, rate: 10, events: events, values: values,
      dropLog: events.indices.map { DropLogEntry(event: events[$0], reasons: reasons($0)) })
  }

  private static func found(
    _ detector: ArtifactDetector, _ limit: Double, _ channels: [String], value: Double = .nan
  ) -> DropReason {
    .artifact(
      ArtifactFinding(detector: detector, limit: limit, channels: channels.map { .init(channel: $0, value: value) }))
  }

  private static func texts(_ figure: ArtifactsFigure) -> [String] { figure.page.labels.map(\.text) }

  /// The lines of a data block, each its points.
  private static func block(_ name: String, of figure: ArtifactsFigure) -> [[[Double]]] {
    let rows = figure.commands.split(separator: "\n", omittingEmptySubsequences: false)
      .drop { $0 != "\(name) << EOD" }.dropFirst().prefix { $0 != "EOD" }
    return rows.split(separator: "").map { line in
      line.map { $0.split(separator: " ").compactMap { Double($0) } }
    }
  }

  @Test("An epoch counts once for every rule and once for every channel, the most frequent first")
  func counts() throws {
    let dropped = Self.epochs(3, amplitude: 80) { index in
      switch index {
      case 0: [Self.found(.peakToPeak, 1e-4, ["Fp1", "Cz"]), Self.found(.step, 6e-5, ["Cz"])]
      case 1: [Self.found(.step, 6e-5, ["Cz"])]
      default: [Self.found(.step, 6e-5, ["Fp2", "Cz"])]
      }
    }
    let figure = try ArtifactsFigure(kept: Self.epochs(7), dropped: dropped)
    let texts = Self.texts(figure)
    #expect(texts.contains("10 epochs, 7 kept, 3 dropped for artifacts (30 %)"))
    #expect(
      texts.filter { $0.hasSuffix("of 10 dropped") } == [
        "Cz: 3 of 10 dropped", "Fp1: 1 of 10 dropped", "Fp2: 1 of 10 dropped",
      ])
    #expect(
      texts.filter { $0.contains("above") } == ["step above 60 uV: 3", "peak-to-peak above 100 uV: 1"])
    #expect(texts.contains("kept: 7"))
    #expect(Self.block("$kept0", of: figure).count == 7)
    // The epoch that both found has the first one's colour; the other two follow in another block or before it.
    let colours = figure.commands.matches(of: /\$dropped[0-9]+panel0 using 1:2 .* rgb '(#[0-9a-f]+)'/).map { $0.1 }
    #expect(Set(colours) == ["#d55e00", "#0072b2"])
  }

  @Test("Channels that are asked for are shown in their order, whatever was found in them")
  func chosenChannels() throws {
    let dropped = Self.epochs(2) { _ in [Self.found(.peakToPeak, 1e-4, ["Fp1"])] }
    var options = FigureOptions()
    options.channels = ["Cz", "fp1"]
    let texts = Self.texts(try ArtifactsFigure(kept: Self.epochs(3), dropped: dropped, options: options))
    #expect(texts.filter { $0.contains("of 5") } == ["Cz: 0 of 5 dropped", "Fp1: 2 of 5 dropped"])
  }

  @Test("Six channels at most are chosen, and the text says of how many")
  func sixChannels() throws {
    let names = (1...9).map { "E\($0)" }
    let dropped = Self.epochs(9, channels: names) { [Self.found(.peakToPeak, 1e-4, Array(names[$0...]))] }
    let texts = Self.texts(try ArtifactsFigure(kept: Self.epochs(1, channels: names), dropped: dropped))
    #expect(texts.filter { $0.contains("of 10 ") } == (4...9).reversed().map { "E\($0): \($0) of 10 dropped" })
    #expect(texts[0...].contains { $0.contains("the 6 most frequent of 9 channels") })
  }

  @Test("Without a dropped epoch the channels of the largest range are shown")
  func noneDropped() throws {
    var kept = Self.epochs(5)
    kept.values[2 * 33 + 22 + 4] = 5e-5
    let texts = Self.texts(try ArtifactsFigure(kept: kept, dropped: Self.epochs(0)))
    #expect(texts.contains("5 epochs, 5 kept, none dropped for an artifact; the channels of the largest range"))
    #expect(texts.first { $0.contains("of 5 dropped") } == "Cz: 0 of 5 dropped")
  }

  @Test("Epochs dropped without a channel still have their rule and their tick")
  func noChannelNamed() throws {
    let dropped = Self.epochs(2, start: 0.5) { _ in [Self.found(.blink, 0.7, [])] }
    let figure = try ArtifactsFigure(kept: Self.epochs(5), dropped: dropped)
    let texts = Self.texts(figure)
    #expect(texts.contains("blink above 0.7: 2"))
    #expect(texts.count { $0.hasSuffix(": 0 of 7 dropped") } == 3)
    // #56b4e9 as a number: two ticks of two points.
    #expect(figure.commands.components(separatedBy: " \(0x56b4e9)\n").count - 1 >= 4)
  }

  @Test("Limits of absolute values are drawn on the side that was passed, others are not")
  func limits() throws {
    var dropped = Self.epochs(2) { index in
      [Self.found(.absolute, index == 0 ? 6e-5 : 8e-5, ["Fp1"], value: 9e-5), Self.found(.step, 3e-5, ["Fp1"])]
    }
    dropped.values[4] = -9e-5
    dropped.values[33 + 4] = 9e-5
    let lines = Self.block("$limit0", of: try ArtifactsFigure(kept: Self.epochs(2), dropped: dropped))
    #expect(lines == [[[-200, -60], [800, -60]], [[-200, 80], [800, 80]]])
  }

  @Test("A bad contact does not flatten the rest: its line is cut off, and the text says so")
  func badContact() throws {
    var dropped = Self.epochs(1) { _ in [Self.found(.peakToPeak, 1e-4, ["Fp1"])] }
    dropped.values[3] = 0.02
    let figure = try ArtifactsFigure(kept: Self.epochs(4), dropped: dropped)
    let limit = figure.commands.firstMatch(of: /set yrange \[[-0-9.]+:([0-9.]+)\]/).flatMap { Double($0.1) }
    #expect(try (500.0...600).contains(#require(limit)))
    #expect(Self.texts(figure).contains { $0.hasSuffix("; lines are cut off where a panel ends") })
  }

  @Test("More than 60 kept epochs are a band with its five largest epochs", arguments: [60, 61])
  func band(count: Int) throws {
    let figure = try ArtifactsFigure(kept: Self.epochs(count), dropped: Self.epochs(0))
    #expect(Self.block("$band0", of: figure).count == (count > 60 ? 1 : 0))
    #expect(Self.block("$kept0", of: figure).count == (count > 60 ? 5 : 60))
    #expect(Self.texts(figure).contains("95 % of the kept epochs") == (count > 60))
  }

  @Test("The band has numpy's quantiles of the finite values")
  func quantiles() {
    // numpy.quantile([1, 2, 4, 8], [0.025, 0.5, 0.975]) is [1.075, 3, 7.7].
    let spread = EpochTraces.Spread([[4, .nan], [8, .nan], [1, .infinity], [2, .nan], [.nan, .nan]])
    for (value, expected) in zip([spread.lower[0], spread.median[0], spread.upper[0]], [1.075, 3, 7.7]) {
      #expect(abs(value - expected) < 1e-12)
    }
    #expect(spread.lower[1].isNaN && spread.median[1].isNaN && spread.upper[1].isNaN)
  }

  @Test("A line of many samples keeps its ends and its extremes", arguments: 0..<4 as Range<UInt64>)
  func extremes(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let points = (0..<5000).map { Point(Double($0), Double.random(in: -1...1, using: &generator)) }
    let pieces = EpochTraces.pieces(points, scale: Point(0.05, 100), columns: 90)
    let line = try #require(pieces.first)
    #expect(pieces.count == 1)
    #expect(line.count <= 182)
    #expect(abs(line[0].x - 0) < 1e-9 && abs(line[line.count - 1].x - 4999) < 1e-9)
    #expect(zip(line, line.dropFirst()).allSatisfy { $0.x <= $1.x })
    // The simplification may leave out what cannot be seen: 0.2 of 100 pixels a unit.
    let (highest, lowest) = (points.map(\.y).max() ?? 0, points.map(\.y).min() ?? 0)
    #expect(abs((line.map(\.y).max() ?? 0) - highest) <= 0.002)
    #expect(abs((line.map(\.y).min() ?? 0) - lowest) <= 0.002)
  }

  @Test("Rows without a value are left out, gaps stay gaps")
  func gaps() throws {
    var kept = Self.epochs(3)
    for time in 0..<11 { kept.values[time] = .nan }
    kept.values[33 + 5] = .nan
    let dropped = Self.epochs(1) { _ in [Self.found(.peakToPeak, 1e-4, ["Fp1"])] }
    let lines = Self.block("$kept0", of: try ArtifactsFigure(kept: kept, dropped: dropped))
    #expect(lines.count == 3)
    #expect(lines.joined().allSatisfy { $0.count == 2 })
  }

  struct Size: Sendable, CustomTestStringConvertible {
    let kept: Int
    let dropped: Int
    let samples: Int
    var testDescription: String { "\(kept) kept, \(dropped) dropped, \(samples) samples" }
  }

  @Test(
    "Files of 80 epochs stay below 200 kB, of 700 below 250 kB; they are the same on every run, their texts apart",
    .enabled(if: hasGnuplot),
    arguments: [
      Size(kept: 73, dropped: 7, samples: 180), Size(kept: 20, dropped: 60, samples: 180),
      Size(kept: 60, dropped: 20, samples: 1000), Size(kept: 0, dropped: 300, samples: 500),
      Size(kept: 400, dropped: 300, samples: 200), Size(kept: 1, dropped: 0, samples: 2),
    ])
  func files(size: Size) throws {
    let names = (1...8).map { "E\($0)" }
    let times = (0..<size.samples).map { Double($0) / Double(size.samples) - 0.2 }
    let detectors = ArtifactDetector.allCases
    let dropped = Self.epochs(size.dropped, channels: names, times: times, amplitude: 60, start: 0.5, seed: 2) {
      index in
      [
        Self.found(detectors[index % detectors.count], size.samples == 500 ? 0.9 : 4e-5, names),
        Self.found(.absolute, -5e-5, ["E1"]),
      ]
    }
    let figure = try ArtifactsFigure(
      kept: Self.epochs(size.kept, channels: names, times: times), dropped: dropped)
    try FigureTextTests.check(figure)
    let folder = try TemporaryFolder()
    for name in ["first", "second"] { try Gnuplot().draw(figure, to: folder.path("\(name).svg")) }
    let files = try ["first", "second"].map { try Data(contentsOf: URL(fileURLWithPath: folder.path("\($0).svg"))) }
    #expect(files[0] == files[1])
    // Every event has its ticks.
    #expect(files[0].count < (size.kept + size.dropped > 600 ? 250_000 : 200_000), "\(files[0].count)")
    #expect(try SVGTexts.read(folder.path("first.svg")).sorted() == Self.texts(figure).sorted())
    if size.dropped == 300 {
      #expect(figure.commands.matches(of: /\$dropped[0-9]+panel0 <</).count <= 20)
      #expect(Self.texts(figure).joined(separator: " ").contains("at most the 20 largest dropped epochs a panel"))
    }
  }

  @Test("Nothing to draw is refused", arguments: ["no epoch", "one sample", "no channel"])
  func refused(what: String) throws {
    let names = what == "no channel" ? [] : ["Cz"]
    let epochs = Self.epochs(
      what == "no epoch" ? 0 : 2, channels: names, times: what == "one sample" ? [0] : Self.times)
    let error = #expect(throws: FigureError.self) {
      try ArtifactsFigure(kept: epochs, dropped: Self.epochs(0, channels: names, times: epochs.times))
    }
    #expect(error?.code == .nothingToDraw)
  }
}
