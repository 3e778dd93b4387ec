import EEGCore
import ERP
import Foundation
import TestSupport
import Testing

@Suite("Artifact rules")
struct ArtifactRuleTests {
  private static func rule(_ detector: ArtifactDetector, _ limit: Double, _ change: (inout ArtifactRule) -> Void = { _ in })
    -> ArtifactRule
  {
    var rule = ArtifactRule(detector, limit: limit)
    change(&rule)
    return rule
  }

  static let texts: [(text: String, rule: ArtifactRule)] = [
    ("ptp=150uV", rule(.peakToPeak, 150e-6)),
    ("PTP = 150e-6", rule(.peakToPeak, 150e-6)),
    ("absolute=80uV", rule(.absolute, 80e-6)),
    ("absolute=-80uV:0.1mV", rule(.absolute, 0.1e-3) { $0.lowerLimit = -80e-6 }),
    ("moving=100uV", rule(.movingPeakToPeak, 100e-6)),
    ("moving=100uV:0.2:0.05", rule(.movingPeakToPeak, 100e-6) { ($0.window, $0.step) = (0.2, 0.05) }),
    ("step=30uV::0.05", rule(.step, 30e-6) { $0.step = 0.05 }),
    ("step=30\u{B5}V@HEOG", rule(.step, 30e-6) { $0.channels = ["HEOG"] }),
    ("flat=1\u{3BC}V:0.5", rule(.flat, 1e-6) { $0.window = 0.5 }),
    ("derivative=50000nV/-0.1:0.5", rule(.derivative, 50e-6) { ($0.tmin, $0.tmax) = (-0.1, 0.5) }),
    ("derivative=50uV/:0.5", rule(.derivative, 50e-6) { $0.tmax = 0.5 }),
    ("blink=0.7@VEOG, EEG A1/A2", rule(.blink, 0.7) { $0.channels = ["VEOG", "EEG A1/A2"] }),
    ("blink=0.7:0.3/0:@a@b=c", rule(.blink, 0.7) { ($0.window, $0.tmin, $0.channels) = (0.3, 0, ["a@b=c"]) }),
  ]

  @Test("Texts become rules", arguments: texts.map(\.text))
  func parsing(_ text: String) throws {
    #expect(try ArtifactRule(text) == Self.texts.first { $0.text == text }?.rule)
  }

  @Test("A rule is read back from its description, and from JSON", arguments: texts.map(\.rule))
  func roundTrip(_ rule: ArtifactRule) throws {
    #expect(try ArtifactRule(rule.description) == rule)
    let settings = ArtifactSettings([rule], rejectsChannels: true, mostRejectedChannels: 0.1)
    #expect(try JSONDecoder().decode(ArtifactSettings.self, from: JSONEncoder().encode(settings)) == settings)
  }

  @Test(
    "Mistakes are refused with what to write",
    arguments: [
      ("", "DETECTOR=LIMIT"), ("ptp", "DETECTOR=LIMIT"), ("spikes=3uV", "ptp, absolute"), ("ptp=", "no voltage"),
      ("ptp=150", "150uV"), ("ptp=-3uV", "above 0"), ("ptp=0V", "above 0"), ("ptp=3kV", "no voltage"),
      ("ptp=nanuV", "no voltage"), ("ptp=1uV:0.2", "no window"), ("ptp=1uV::0.2", "no step"),
      ("flat=1uV:0.2:0.1", "no step"), ("moving=1uV:0:0.1", "above 0"), ("moving=1uV:x", "no number"),
      ("moving=1uV:1:1:1", "colons"), ("absolute=1uV:2uV", "below 0"), ("absolute=-1uV:2uV:3uV", "two"),
      ("blink=70", "below 1"), ("blink=0.7uV", "no number"), ("ptp=1uV@", "without a name"),
      ("ptp=1uV@a,,b", "without a name"), ("ptp=1uV/0.1", "time span"), ("ptp=1uV/0.5:0.1", "no span"),
      ("ptp=1uV/0:1/0:1", "more than one"), ("ptp=1uV/a:1", "no number"),
    ])
  func refused(_ text: String, hint: String) throws {
    let error = #expect(throws: ERPError.self) { try ArtifactRule(text) }
    #expect(error?.code == .invalidSettings)
    #expect(error?.message.contains(hint) == true, "\(error?.message ?? "")")
  }

  @Test("Voltages survive being written", arguments: 0..<20 as Range<UInt64>)
  func voltages(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    for value in [Double.random(in: -1e-3...1e-3, using: &generator), Double(seed) * 1e-6, Double(seed) / 1e7] {
      #expect(try VoltageText.volts(VoltageText.text(value)) == value)
    }
  }
}

@Suite("Counts of artifacts")
struct ArtifactCountsTests {
  private func entry(
    _ condition: String, _ reasons: [DropReason] = [], rejected: [ArtifactDetector] = []
  ) -> DropLogEntry {
    DropLogEntry(
      event: Event(sample: 0, onset: 0, condition: condition), reasons: reasons,
      rejectedChannels: rejected.map { ArtifactFinding(detector: $0, limit: 1, channels: []) })
  }

  @Test("Epochs are counted by condition and detector, as ERPLAB's table")
  func table() {
    let step = DropReason.artifact(ArtifactFinding(detector: .step, limit: 1, channels: []))
    let blink = DropReason.artifact(ArtifactFinding(detector: .blink, limit: 1, channels: []))
    let counts = ArtifactCounts(
      [
        entry("a"), entry("a", [step, blink]), entry("b", [blink]), entry("b", [.outsideRecording]),
        entry("a", [.equalized]), entry("a", rejected: [.step, .step]), entry("b", [.badAnnotation(text: "BAD")]),
        entry("c", [.segmentBoundary]),
      ], conditions: ["b", "none"])
    #expect(counts.detectors == [.step, .blink])
    #expect(counts.conditions.map(\.condition) == ["b", "none", "a", "c"])
    #expect(counts.conditions.map(\.examined) == [1, 0, 4, 0])
    #expect(counts.conditions.map(\.accepted) == [0, 0, 3, 0])
    #expect(counts.conditions.map(\.rejected) == [1, 0, 1, 0])
    #expect(counts.conditions.map(\.withRejectedChannels) == [0, 0, 1, 0])
    #expect(counts.conditions.map(\.found) == [[0, 1], [0, 0], [2, 1], [0, 0]])
    #expect(counts.total.condition == nil && counts.total.examined == 5 && counts.total.found == [2, 2])
    #expect(counts.conditions[2].percentage(counts.conditions[2].found[0]) == 50)
    #expect(counts.conditions[1].percentage(0) == 0)
  }
}
