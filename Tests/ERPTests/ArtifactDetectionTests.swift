import EEGCore
import ERP
import Foundation
import TestSupport
import Testing

@Suite("Artifact detection")
struct ArtifactDetectionTests {
  private static let rate = 100.0
  private static let times = (0..<100).map { Double($0 - 20) / rate }

  private func detection(
    _ rules: [String], kinds: [SignalKind] = [.eeg, .eeg, .eeg, .eeg, .eog], rejectsChannels: Bool = false,
    most: Double = 0.25
  ) throws -> ArtifactDetection {
    let channels = kinds.enumerated().map { Channel(name: $1 == .eeg ? "E\($0)" : "VEOG", kind: $1) }
    return try ArtifactDetection(
      ArtifactSettings(rules.map { try ArtifactRule($0) }, rejectsChannels: rejectsChannels, mostRejectedChannels: most),
      channels: channels, times: Self.times, rate: Self.rate)
  }

  private func noise(_ seed: UInt64, rows: Int = 5) -> [Double] {
    var generator = SplitMix64(seed: seed)
    return (0..<(rows * 100)).map { _ in Double.random(in: -1e-5...1e-5, using: &generator) }
  }

  @Test("A limit that is met exactly is not passed")
  func strict() throws {
    var values = [Double](repeating: 0, count: 500)
    values[30] = 50e-6
    for rule in ["ptp=50uV", "absolute=50uV", "absolute=-1uV:50uV", "moving=50uV", "derivative=50uV"] {
      let detection = try detection([rule])
      #expect(detection.findings(values.span, detection.makeScratch()).isEmpty, "\(rule)")
    }
    let flat = try detection(["flat=50uV"], kinds: [.eeg])
    #expect(flat.findings(values.span, flat.makeScratch()).isEmpty)
  }

  @Test("Only EEG channels are looked at, unless others are named; names need no trimmings")
  func channels() throws {
    var values = [Double](repeating: 0, count: 500)
    values[450] = 1e-3
    for (rule, found) in [("ptp=100uV", []), ("ptp=100uV@veog", ["VEOG"]), ("ptp=100uV@E0,E1", [])] {
      let detection = try detection([rule])
      #expect(
        detection.findings(values.span, detection.makeScratch()).flatMap { $0.channels.map(\.channel) } == found)
    }
  }

  @Test("A time span leaves out what lies outside, and includes both of its ends")
  func span() throws {
    for (sample, isFound) in [(29, false), (30, true), (60, true), (61, false)] {
      var values = [Double](repeating: 0, count: 500)
      values[100 + sample] = 1e-3
      let detection = try detection(["absolute=100uV/0.1:0.4"])
      #expect(detection.findings(values.span, detection.makeScratch()).isEmpty != isFound, "sample \(sample)")
    }
  }

  @Test("Findings come in the order of the rules, with the channels in order")
  func order() throws {
    var values = noise(1)
    values[350] = 1e-3
    values[50] = 2e-3
    let detection = try detection(["derivative=100uV", "ptp=100uV"])
    let found = detection.findings(values.span, detection.makeScratch())
    #expect(found.map(\.detector) == [.derivative, .peakToPeak])
    #expect(found.map { $0.channels.map(\.channel) } == [["E0", "E3"], ["E0", "E3"]])
  }

  /// What a moving measure gives, from the definition.
  private func plain(_ row: ArraySlice<Double>, width: Int, step: Int) -> (moving: Double, step: Double) {
    let row = Array(row)
    var result = (moving: 0.0, step: 0.0)
    for start in stride(from: 0, through: row.count - width, by: step) {
      let window = row[start..<(start + width)]
      result.moving = max(result.moving, (window.max() ?? 0) - (window.min() ?? 0))
      let half = (width + 1) / 2
      let first = window.prefix(half).reduce(0, +) / Double(half)
      let second = window.dropFirst(half).reduce(0, +) / Double(width - half)
      result.step = max(result.step, abs(first - second))
    }
    return result
  }

  @Test("Moving windows of every length and step are those of the definition", arguments: 0..<40 as Range<UInt64>)
  func windows(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let (width, step) = (Int.random(in: 2...100, using: &generator), Int.random(in: 1...40, using: &generator))
    let values = noise(seed, rows: 1)
    let window = ":\(Double(width) / Self.rate):\(Double(step) / Self.rate)"
    let detection = try detection(["moving=1e-9uV\(window)", "step=1e-9uV\(window)"], kinds: [.eeg])
    let found = detection.findings(values.span, detection.makeScratch()).map { $0.channels[0].value }
    let expected = plain(values[...], width: width, step: step)
    #expect(found.count == 2 && found[0] == expected.moving, "\(width) \(step)")
    #expect(abs(found[1] - expected.step) < 1e-19, "\(width) \(step)")
  }

  @Test("A blink is found at any place and of either sign, noise is none", arguments: [25, 40, 60, 75])
  func blinks(place: Int) throws {
    let detection = try detection(["blink=0.7@VEOG"])
    let scratch = detection.makeScratch()
    for sign in [1.0, -1.0] {
      var values = noise(UInt64(place))
      for time in 0..<100 {
        let distance = Double(time - place) / 6
        values[400 + time] += sign * 1e-4 * exp(-distance * distance / 2)
      }
      let found = detection.findings(values.span, scratch)
      #expect(found.first?.channels.first?.value ?? 0 > 0.9)
    }
    #expect(detection.findings(noise(UInt64(place)).span, scratch).isEmpty)
  }

  @Test("Likeness to a blink does not depend on scale, offset, or the other channels")
  func blinkInvariance() throws {
    let values = noise(9, rows: 20)
    let kinds = [SignalKind](repeating: .eeg, count: 20)
    let all = try detection(["blink=1e-9"], kinds: kinds)
    let found = try #require(all.findings(values.span, all.makeScratch()).first).channels.map(\.value)
    #expect(found.count == 20)
    for row in 0..<20 {
      let one = try detection(["blink=1e-9"], kinds: [.eeg])
      let scaled = values[(row * 100)..<((row + 1) * 100)].map { 3 * $0 + 1e-3 }
      let value = try #require(one.findings(scaled.span, one.makeScratch()).first).channels[0].value
      #expect(abs(value - found[row]) < 1e-11, "row \(row)")
    }
  }

  @Test("A hit channel is taken out of the epoch, and nothing else changes")
  func rejectedChannel() throws {
    var values = noise(2)
    values[250] = 1e-3
    let before = values
    let detection = try detection(["ptp=100uV"], rejectsChannels: true)
    var span = values.mutableSpan
    let verdict = detection.judge(&span, detection.makeScratch())
    #expect(verdict.dropped.isEmpty)
    #expect(verdict.rejectedChannels.map(\.rule) == ["peak-to-peak above 100 uV"])
    #expect(verdict.rejectedChannels.map { $0.channels.map(\.channel) } == [["E2"]])
    #expect(values[200..<300].filter { !$0.isNaN }.isEmpty)
    #expect(values[..<200] == before[..<200] && values[300...] == before[300...])
  }

  @Test(
    "An epoch with too many hit channels is dropped, whole",
    arguments: [(1, 0.25, true), (2, 0.25, false), (2, 0.5, true), (3, 0.7, false), (4, 1.0, true), (1, 0.0, false)])
  func tooMany(hit: Int, most: Double, isKept: Bool) throws {
    var values = noise(3)
    for row in 0..<hit { values[row * 100 + 10] = 1e-3 }
    let before = values
    let detection = try detection(["ptp=100uV", "step=1V/0:0.5"], rejectsChannels: true, most: most)
    var span = values.mutableSpan
    let verdict = detection.judge(&span, detection.makeScratch())
    #expect(verdict.dropped.isEmpty == isKept && verdict.rejectedChannels.isEmpty != isKept)
    if !isKept { #expect(values == before) }
  }

  @Test("Blinks and named channels drop the epoch even where single channels are rejected")
  func wholeEpoch() throws {
    var values = noise(4)
    values[450] = 1e-3
    for rule in ["ptp=100uV@VEOG", "ptp=100uV@VEOG,E1", "blink=1e-9"] {
      let detection = try detection([rule, "ptp=1uV"], rejectsChannels: true, most: 1)
      var copy = values
      var span = copy.mutableSpan
      let verdict = detection.judge(&span, detection.makeScratch())
      #expect(!verdict.dropped.isEmpty && verdict.rejectedChannels.isEmpty, "\(rule)")
      #expect(copy == values)
    }
  }

  @Test("Values that are not numbers, and equal ones, are no artifacts but flat ones")
  func unknownValues() throws {
    let detection = try detection(
      ["ptp=1uV", "absolute=1uV", "moving=1uV", "step=1uV", "derivative=1uV", "blink=0.1"], kinds: [.eeg])
    let scratch = detection.makeScratch()
    for value in [Double.nan, 1e-7] {
      #expect(detection.findings([Double](repeating: value, count: 100).span, scratch).isEmpty)
    }
  }

  @Test(
    "What does not fit the epochs is refused, and says why",
    arguments: [
      ("moving=1uV:2", "longer"), ("moving=1uV:0.01", "needs 2"), ("step=1uV:0.2:0.001", "less than a sample"),
      ("flat=1uV:1.5", "longer"), ("blink=0.7:1", "not shorter"), ("blink=0.7:0.1", "needs 15"),
      ("ptp=1uV/2:3", "no sample"), ("ptp=1uV@Oz", "no signal 'Oz'"),
    ])
  func refused(_ rule: String, reason: String) throws {
    let error = #expect(throws: ERPError.self) { try detection([rule]) }
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }

  @Test("A part of the channels outside 0 to 1 is refused", arguments: [-0.1, 1.1, .nan])
  func refusedPart(_ most: Double) throws {
    #expect(throws: ERPError.self) { try detection([], most: most) }
  }
}
