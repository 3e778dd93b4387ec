import EEGCore
import Foundation
import TestSupport
import Testing

@testable import Report

@Suite("Butterfly figure")
struct ButterflyFigureTests {
  @Test("Global field power is the standard deviation over EEG channels with divisor N")
  func globalFieldPower() throws {
    // 1 and 3 uV: mean 2, deviations -1 and 1. The EOG of 100 uV does not count.
    var evoked = SampleEvoked.make(conditions: ["a"])
    evoked.channels = [Channel(name: "Cz"), Channel(name: "EOG", kind: .eog), Channel(name: "Pz")]
    evoked.times = [0, 0.1]
    evoked.conditions = [SampleEvoked.condition("a", rows: [[1e-6, 4e-6], [1e-4, 1e-4], [3e-6, 4e-6]])]
    let lines = try ButterflyFigure(evoked: evoked).commands.split(separator: "\n")
    let start = try #require(lines.firstIndex(of: "$condition0 << EOD"))
    #expect(lines[start + 1] == "0.0 1.0 3.0 1.0")
    #expect(lines[start + 2] == "100.0 4.0 4.0 0.0")
  }

  @Test("All panels have the limits of the largest condition")
  func equalLimits() throws {
    var evoked = SampleEvoked.make(conditions: ["small", "large", "medium"])
    evoked.conditions[1].average.values = evoked.conditions[1].average.values.map { $0 * 10 }
    let script = try ButterflyFigure(evoked: evoked).commands
    // Amplitude and power of every condition; the last range is that of the page.
    let limits = script.split(separator: "\n").filter { $0.hasPrefix("set yrange") && !$0.hasSuffix(":0]") }
    #expect(limits.count == 6)
    #expect(Set(limits).count == 2)
  }

  @Test("Every EEG channel has a colour of its own, with and without positions", arguments: [true, false])
  func colours(positions: Bool) throws {
    var evoked = SampleEvoked.make(conditions: ["a"])
    if !positions { evoked.channels = evoked.channels.map { Channel(name: $0.name) } }
    let colours = try ButterflyFigure(evoked: evoked).commands.split(separator: "\n").filter { $0.hasPrefix("colour[") }
    #expect(colours.count == evoked.channels.count)
    #expect(Set(colours.map { $0.drop { $0 != "#" } }).count == evoked.channels.count)
  }

  @Test("Maps and a head that explains the colours appear only where positions are known", arguments: [true, false])
  func head(positions: Bool) throws {
    var evoked = SampleEvoked.make(conditions: ["a"])
    if !positions { evoked.channels = evoked.channels.map { Channel(name: $0.name) } }
    let page = try ButterflyFigure(evoked: evoked).page
    #expect(page.commands.contains("pointsize") == positions)
    #expect(page.labels.contains { $0.text == "µV" } == positions)
    #expect(page.labels.contains { $0.text.hasSuffix(" ms") } == positions)
  }

  @Test("Maps are labelled with the times of the peaks of the global field power")
  func peaks() throws {
    var evoked = SampleEvoked.make(conditions: ["a"])
    // Cz alone, at 100 and 300 ms: the field power has no other peak.
    evoked.conditions[0].average.values = [Double](repeating: 0, count: evoked.conditions[0].average.values.count)
    for (time, value) in [(0.1, 4e-6), (0.3, -6e-6)] {
      let sample = try #require(evoked.times.firstIndex { abs($0 - time) < 1e-9 })
      evoked.conditions[0].average[2, sample] = value
    }
    let texts = try ButterflyFigure(evoked: evoked).page.labels.map(\.text)
    #expect(texts.filter { $0.hasSuffix(" ms") } == ["100 ms", "300 ms"])
  }

  @Test(
    "Titles tell the number of epochs, effective numbers with a decimal", arguments: [(20.0, "20"), (12.34, "12.3")])
  func counts(count: Double, text: String) throws {
    var evoked = SampleEvoked.make(conditions: ["target"])
    evoked.conditions[0].count = count
    #expect(try ButterflyFigure(evoked: evoked).commands.contains("'target (n = \(text))'"))
  }

  @Test("What is not finite becomes a gap")
  func gaps() throws {
    var evoked = SampleEvoked.make(conditions: ["a"])
    evoked.conditions[0].average[0, 0] = .nan
    let script = try ButterflyFigure(evoked: evoked).commands
    #expect(script.contains("-100.0 NaN "))
    #expect(!script.contains("nan"))
  }

  @Test("Data without anything to show are refused", arguments: SampleEvoked.empty)
  func nothing(sample: SampleEvoked.Empty) throws {
    let error = #expect(throws: FigureError.self) { try ButterflyFigure(evoked: sample.evoked) }
    #expect(error?.code == .nothingToDraw)
  }
}
