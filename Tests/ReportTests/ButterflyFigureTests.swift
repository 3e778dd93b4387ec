import EEGCore
import Foundation
import Report
import TestSupport
import Testing

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
    let panels = script.split(separator: "set title '").dropFirst()
    let limits = panels.map { panel in panel.split(separator: "\n").filter { $0.hasPrefix("set yrange") }.prefix(2) }
    #expect(limits.count == 3)
    #expect(Set(limits).count == 1)
  }

  @Test("Every EEG channel has a colour of its own, with and without positions", arguments: [true, false])
  func colours(positions: Bool) throws {
    var evoked = SampleEvoked.make(conditions: ["a"])
    if !positions { evoked.channels = evoked.channels.map { Channel(name: $0.name) } }
    let colours = try ButterflyFigure(evoked: evoked).commands.split(separator: "\n").filter { $0.hasPrefix("colour[") }
    #expect(colours.count == evoked.channels.count)
    #expect(Set(colours.map { $0.drop { $0 != "#" } }).count == evoked.channels.count)
  }

  @Test("A head explains the colours only where positions are known", arguments: [true, false])
  func head(positions: Bool) throws {
    var evoked = SampleEvoked.make(conditions: ["a"])
    if !positions { evoked.channels = evoked.channels.map { Channel(name: $0.name) } }
    #expect(try ButterflyFigure(evoked: evoked).commands.contains("$electrodes") == positions)
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
