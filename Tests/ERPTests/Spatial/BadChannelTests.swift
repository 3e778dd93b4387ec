import EDFFormat
import EEGCore
import Foundation
import HDF5
import TestSupport
import Testing

@testable import ERP

@Suite("Bad channels")
struct BadChannelTests {
  /// Channels that share a source, with noise of their own of a fifth of its amplitude; 200 Hz, microvolts of tens.
  private static func channels(_ count: Int, seconds: Int, seed: UInt64) -> [(label: String, values: [Double])] {
    var generator = SplitMix64(seed: seed)
    func noise() -> Double { Double.random(in: -1...1, using: &generator) }
    var level = 0.0
    let source = (0..<(200 * seconds)).map { _ in
      level = 0.5 * level + noise()
      return level * 1e-5
    }
    return (0..<count).map { channel in
      let gain = 1 + 0.1 * Double(channel % 5)
      return ("E\(channel)", source.map { ($0 + noise() * 2e-6) * gain })
    }
  }

  private static func report(
    _ signals: [(label: String, values: [Double])], events: [(Double, String)] = [], segments: [Segment]? = nil,
    _ change: (inout BadChannelSettings) -> Void = { _ in }
  ) throws -> BadChannelReport {
    var settings = BadChannelSettings()
    change(&settings)
    let recording = Recording.inMemory(signals, rate: 200, events: events, segments: segments)
    return try BadChannelDetector(settings).report(on: recording)
  }

  @Test("Sound channels are not called bad", arguments: 0..<2)
  func sound(_ seed: UInt64) throws {
    let report = try Self.report(Self.channels(10, seconds: 15, seed: seed)) { $0.noiseLimit = 5 }
    #expect(report.findings == [])
    #expect(report.windowCount == 15 && report.channels.count == 10)
    for measure in report.channels {
      #expect(measure.correlation > 0.9 && measure.lowCorrelationFraction == 0 && measure.flatFraction == 0)
      #expect((3e-6...3e-5).contains(measure.amplitude))
    }
  }

  @Test("Every kind of bad channel is found, and no other", arguments: 0..<2)
  func spoiled(_ seed: UInt64) throws {
    var signals = Self.channels(16, seconds: 40, seed: seed)
    var generator = SplitMix64(seed: seed + 100)
    signals[1].values = signals[1].values.map { _ in 3e-3 }
    signals[3].values = signals[3].values.map { $0 * 12 }
    signals[5].values = signals[5].values.map { $0 / 12 }
    let own = Self.channels(1, seconds: 40, seed: seed + 50)[0].values
    signals[7].values = own
    for place in 2000..<2600 { signals[9].values[place] = 1e-5 }
    signals[11].values = signals[11].values.enumerated().map { place, value in
      value + (place % 2 == 0 ? 1.0 : -1) * Double.random(in: 0...1e-4, using: &generator)
    }
    signals[13].values[4321] = .nan
    let report = try Self.report(signals) { $0.noiseLimit = 5 }
    func criteria(_ channel: String) -> [BadChannelFinding.Criterion] {
      report.findings.filter { $0.channel == channel }.map(\.criterion)
    }
    #expect(report.badChannels == ["E1", "E3", "E5", "E7", "E9", "E11", "E13"])
    guard case .flat(let amplitude, 1e-7)? = criteria("E1").first else { throw Unexpected() }
    #expect(amplitude < 1e-10 && criteria("E1").count == 1)
    guard case .deviation(let high, 5, _, _)? = criteria("E3").first else { throw Unexpected() }
    guard case .deviation(let low, 5, _, _)? = criteria("E5").first else { throw Unexpected() }
    #expect(high > 5 && low < -5)
    guard case .correlation(let median, 0.4, let fraction)? = criteria("E7").first else { throw Unexpected() }
    #expect(median < 0.4 && fraction > 0.9)
    // Three of forty windows.
    #expect(criteria("E9").first == .dropout(fraction: 0.075, limit: 0.01))
    guard case .noise(let score, 5)? = criteria("E11").last else { throw Unexpected() }
    #expect(score > 5)
    #expect(criteria("E13") == [.nonFinite])
    #expect(report.channels.count == 15)
  }

  private struct Unexpected: Error {}

  @Test("Results do not depend on the number of threads")
  func threads() throws {
    let recording = Recording.inMemory(Self.channels(9, seconds: 20, seed: 8), rate: 200, events: [])
    let detector = BadChannelDetector()
    #expect(try detector.report(on: recording, threads: 1) == detector.report(on: recording, threads: 4))
  }

  @Test("Marks of bad data do not count, and windows cross no gap")
  func gaps() throws {
    var signals = Self.channels(8, seconds: 30, seed: 3)
    for place in 2000..<3000 { signals[2].values[place] = 0 }
    #expect(try Self.report(signals).badChannels == ["E2"])
    var recording = Recording.inMemory(signals, rate: 200, events: [(10, "BAD_break")])
    recording.annotations[0].duration = 5
    let report = try BadChannelDetector().report(on: recording)
    #expect(report.findings == [] && report.windowCount == 25)
    let parts = [Segment(onset: 0, duration: 10.5), Segment(onset: 20, duration: 19.5)]
    #expect(try Self.report(Self.channels(8, seconds: 30, seed: 4), segments: parts).windowCount == 29)
  }

  @Test("Only EEG channels are looked at, or the named ones")
  func selection() throws {
    var recording = Recording.inMemory(Self.channels(6, seconds: 10, seed: 5), rate: 200, events: [])
    recording.signals[4].kind = .eog
    let report = try BadChannelDetector().report(on: recording)
    #expect(report.channels.map(\.channel) == ["E0", "E1", "E2", "E3", "E5"])
    #expect(report.leftOutSignals == [LeftOutSignal(label: "E4", reason: .notEEG(.eog))])
    let named = try BadChannelDetector().report(on: recording, channels: ["e4", "E0"])
    #expect(named.channels.map(\.channel) == ["E4", "E0"])
  }

  @Test("Findings can be said in a sentence")
  func sentences() {
    func sentence(_ criterion: BadChannelFinding.Criterion) -> String {
      BadChannelFinding(channel: "F7", criterion: criterion).description
    }
    #expect(
      sentence(.correlation(median: 0.2119, limit: 0.4, fraction: 0.3392))
        == "F7: correlation 0.21 with its best neighbour, below 0.4, in 34 % of windows")
    #expect(
      sentence(.flat(amplitude: 3.4e-9, limit: 1e-7))
        == "F7: flat, with a robust standard deviation of 0 uV, below 0.1 uV")
    #expect(sentence(.dropout(fraction: 0.025, limit: 0.01)) == "F7: flat in 2.5 % of windows, above 1 %")
    #expect(
      sentence(.deviation(zScore: -6.04, limit: 5, amplitude: 1.5e-6, median: 1.2345e-5))
        == "F7: amplitude 1.5 uV where the median channel has 12.35 uV, a robust z-score of -6, beyond 5")
    #expect(sentence(.noise(zScore: 7.25, limit: 5)) == "F7: high-frequency noise, a robust z-score of 7.3, above 5")
    #expect(sentence(.nonFinite) == "F7: holds values that are not numbers")
  }

  @Test(
    "Settings that make no sense are refused",
    arguments: [
      { $0.flatLimit = -1 }, { $0.flatFraction = 2 }, { $0.deviationLimit = 0 }, { $0.correlationLimit = 1.5 },
      { $0.correlationFraction = .nan }, { $0.window = 0 }, { $0.noiseLimit = .infinity }, { $0.low = 60 },
      { $0.low = -1 },
    ] as [@Sendable (inout BadChannelSettings) -> Void])
  func settings(_ change: @Sendable (inout BadChannelSettings) -> Void) {
    let error = #expect(throws: ERPError.self) { try Self.report(Self.channels(2, seconds: 5, seed: 1), change) }
    #expect(error?.code == .invalidSettings)
  }

  @Test("A recording without a window, or shorter than the filter, is refused")
  func short() {
    let signals = Self.channels(4, seconds: 5, seed: 1)
    #expect(#expect(throws: ERPError.self) { try Self.report(signals) { $0.window = 6 } }?.code == .tooFewData)
    let brief = Self.channels(4, seconds: 2, seed: 1)
    #expect(#expect(throws: ERPError.self) { try Self.report(brief) }?.code == .signalTooShort)
  }

  @Test("Settings survive being stored")
  func coding() throws {
    var settings = BadChannelSettings()
    settings.noiseLimit = 4
    settings.amplitudeScale = .linear
    let data = try JSONEncoder().encode(settings)
    #expect(try JSONDecoder().decode(BadChannelSettings.self, from: data) == settings)
  }

  // MARK: Other programs and recordings

  /// The oddball recording, spoiled as by `fixtures/generate/bad_channels.py`.
  private static func oddball() throws -> Recording {
    let file = try EDFFile(path: TestFiles.fixture("oddball.edf")).recording()
    let count = 15_920
    var values: [String: [Double]] = [:]
    let eeg = file.signals.indices.filter { !file.signals[$0].label.contains("EOG") }
    for signal in eeg { values[file.signals[signal].label] = try file.volts(signal: signal, samples: 0..<count) }
    values["T7"] = values["O1"]?.reversed()
    values["F4"] = values["F4"]?.map { $0 * 8 }
    values["P3"] = [Double](repeating: 0, count: count)
    for place in 3200..<3840 { values["C3"]?[place] = 0 }
    return .inMemory(
      eeg.map { (file.signals[$0].label, values[file.signals[$0].label, default: []]) }, rate: 160, events: [])
  }

  @Test("Correlations, amplitudes and scores equal pyprep's")
  func pyprep() throws {
    let stored = try HDF5File(reading: TestFiles.fixture("bad_channels.h5"))
    func array(_ name: String) throws -> [Double] { try stored.dataset(name).read().values }
    let names = try stored.dataset("names").readTexts().values
    var settings = BadChannelSettings()
    settings.noiseLimit = 5
    let report = try BadChannelDetector(settings).report(on: Self.oddball())
    settings.amplitudeScale = .linear
    let linear = try BadChannelDetector(settings).report(on: Self.oddball())
    let places = try names.map { name in try #require(report.channels.firstIndex { $0.channel == name }) }
    func differences(_ name: String, _ value: (Int) throws -> Double) throws -> Double {
      let stored = try array(name)
      return try stored.indices.map { abs(try value(places[$0]) - stored[$0]) }.max() ?? .infinity
    }
    let amplitudes = try array("amplitudes")
    for (index, place) in places.enumerated() {
      #expect(abs(report.channels[place].amplitude / amplitudes[index] - 1) < 1e-3)
    }
    #expect(try differences("linear_scores") { try #require(linear.channels[$0].deviation) } < 0.05)
    #expect(try differences("logarithmic_scores") { try #require(report.channels[$0].deviation) } < 0.02)
    #expect(try differences("noise_scores") { try #require(report.channels[$0].noise) } < 0.02)

    // C3's windows without signal: pyprep's filter rings into them, so that it does not notice.
    let (c3, all) = (try #require(names.firstIndex(of: "C3")), names.count)
    let fractions = try array("low_fractions")
    for (index, place) in places.enumerated() where index != c3 {
      #expect(report.channels[place].lowCorrelationFraction == fractions[index])
    }
    let correlations = try array("correlations")
    let selection = try ChannelSelection(EpochSettings(), in: Self.oddball())
    let scan = try BadChannelScan(Self.oddball(), selection, settings, threads: 2)
    let ours = try scan.run(progress: nil)
    #expect(ours.windowCount == 99)
    for window in 0..<99 where !(20..<24).contains(window) {
      for (index, place) in places.enumerated() {
        let value = ours.correlations[window * report.channels.count + place]
        #expect(abs(value - correlations[window * all + index]) < 1e-10)
      }
    }

    func flagged(_ key: String) throws -> Set<String> { Set(try stored.dataset("default/\(key)").readTexts().values) }
    func found(_ matches: (BadChannelFinding.Criterion) -> Bool) -> Set<String> {
      Set(report.findings.filter { matches($0.criterion) }.map(\.channel))
    }
    #expect(try found { if case .flat = $0 { true } else { false } } == flagged("flat"))
    #expect(try found { if case .deviation = $0 { true } else { false } } == flagged("deviation"))
    #expect(try found { if case .correlation = $0 { true } else { false } } == flagged("correlation"))
    #expect(found { if case .dropout = $0 { true } else { false } } == ["C3"])
  }

  @Test(
    "No channel of a good public recording is flat", .enabled(if: TestFiles.hasRecordings))
  func publicRecording() throws {
    let recording = try EDFFile(path: TestFiles.recording("eegmmidb/S001R04.edf")).recording()
    let report = try BadChannelDetector().report(on: recording)
    #expect(report.channels.count == 64)
    for finding in report.findings {
      switch finding.criterion {
      case .flat, .dropout, .nonFinite: Issue.record("\(finding)")
      default: break
      }
    }
  }
}
