import EDFFormat
import EEGCore
import ERP
import Synchronization
import TestSupport
import Testing

/// Stages of the pipeline that work on several channels at once.
@Suite("Pipeline: derivations, eye movements, rejection, equalisation")
struct PipelineStagesTests {
  /// Four signals of one constant value each, and two events.
  private func constants(_ labels: [String], _ values: [Double]) -> Recording {
    .inMemory(
      zip(labels, values).map { ($0, [Double](repeating: $1, count: 1000)) }, rate: 100, events: [(3, "a"), (6, "b")])
  }

  private func settings(_ change: (inout EpochSettings) -> Void) -> EpochSettings {
    var settings = EpochSettings()
    (settings.tmin, settings.tmax, settings.baseline) = (0, 0.01, nil)
    change(&settings)
    return settings
  }

  @Test("Derivations may be more than what they are made of, and stand behind the channels that are named")
  func bipolar() throws {
    let recording = constants(["A", "B", "C"], [1, 10, 100])
    let result = try ERPPipeline(
      settings {
        $0.channels = ["C", "A", "B"]
        $0.bipolar = ["A-B", "B-C", "C-A"]
      }
    ).epochs(of: recording).epochs
    #expect(result.channels.map(\.name) == ["C", "A", "B", "A-B", "B-C", "C-A"])
    #expect(result.epoch(0).values == [100, 1, 10, -9, -90, 99].flatMap { [$0, $0] })
    #expect(result.epoch(1) == result.epoch(0))
  }

  @Test("Without a list the electrodes of derivations are not reported, and the rest is")
  func bipolarInPlace() throws {
    let recording = constants(["Fz", "Cz", "Pz"], [1, 10, 100])
    let result = try ERPPipeline(settings { $0.bipolar = ["Fz-Cz"] }).epochs(of: recording)
    #expect(result.epochs.channels.map(\.name) == ["Pz", "Fz-Cz"])
    #expect(result.epochs.epoch(0).values == [100, 100, -9, -9])
    #expect(result.leftOutSignals.isEmpty)
  }

  @Test("The reference comes before derivations, and is half of a lone mastoid that was recorded against the other")
  func mastoid() throws {
    let recording = constants(["Cz", "M2"], [10, 4])
    let result = try ERPPipeline(
      settings {
        $0.channels = ["Cz"]
        $0.reference = .linkedMastoids(lone: .againstOther)
      }
    ).epochs(of: recording).epochs
    #expect(result.epoch(0).values == [8, 8])
  }

  @Test("EOG channels serve the correction and are not reported")
  func eyes() throws {
    var generator = SplitMix64(seed: 4)
    let eyes = (0..<10_000).map { _ in Double.random(in: -1e-4...1e-4, using: &generator) }
    let brain = (0..<10_000).map { _ in Double.random(in: -1e-6...1e-6, using: &generator) }
    let recording = Recording.inMemory(
      [("Fz", zip(brain, eyes).map { $0 + 0.3 * $1 }), ("E1", eyes)], rate: 100,
      events: (1..<90).map { (Double($0), "a") })
    let result = try ERPPipeline(
      settings {
        $0.tmax = 0.5
        $0.eogChannels = ["E1"]
        $0.eogRegression = EOGRegressionSettings()
      }
    ).epochs(of: recording)
    #expect(result.epochs.channels.map(\.name) == ["Fz"])
    #expect(abs((result.eogRegression?.factors[0, 0] ?? 0) - 0.3) < 1e-3)
    for epoch in 0..<5 {
      let start = try #require(result.epochs.events[epoch].sample)
      let mean = eyes[start...(start + 50)].reduce(0, +) / 51
      for (time, value) in result.epochs.epoch(epoch).values.enumerated() {
        // What is constant over the epoch is the baseline's to take out.
        #expect(abs(value - brain[start + time] - 0.3 * mean) < 1e-6)
      }
    }
  }

  @Test("Dropped epochs can be had, with their reasons, and conditions made equal")
  func droppedAndEqual() throws {
    let recording = try EDFFile(path: TestFiles.fixture("oddball.edf")).recording()
    var settings = EpochSettings()
    settings.events = ["standard", "target"]
    settings.peakToPeakLimit = 100e-6
    settings.equalization = .minimalTimeDifference
    let result = try ERPPipeline(settings).epochs(of: recording, keepsDropped: true)
    let dropped = try #require(result.droppedEpochs)
    let log = result.epochs.dropLog
    #expect(dropped.events == log.filter { !$0.isKept && $0.reasons != [.equalized] && isArtifact($0) }.map(\.event))
    for (number, entry) in dropped.dropLog.enumerated() {
      guard case .artifact(let finding)? = entry.reasons.first else {
        Issue.record("an epoch was dropped without a finding")
        continue
      }
      for found in finding.channels {
        let row = try #require(dropped.channels.firstIndex { $0.name == found.channel })
        let values = dropped.epoch(number)[row: row]
        #expect((values.max() ?? 0) - (values.min() ?? 0) == found.value)
      }
    }
    let counts = ["standard", "target"].map { name in result.epochs.events.count { $0.condition == name } }
    #expect(counts[0] == counts[1] && counts[0] > 0)
    #expect(log.contains { $0.reasons == [.equalized] })
  }

  private func isArtifact(_ entry: DropLogEntry) -> Bool {
    entry.reasons.contains { if case .artifact = $0 { true } else { false } }
  }

  @Test("Overlapping epochs are warned of, and a search for bad channels reports its progress")
  func overlap() throws {
    let recording = Recording.noise(channels: 6, seconds: 60, seed: 9)
    var settings = EpochSettings()
    settings.badChannelDetection = BadChannelSettings()
    // Noise correlates with nothing.
    settings.badChannelDetection?.correlationLimit = nil
    let fractions = Mutex<[Double]>([])
    let result = try ERPPipeline(settings).epochs(
      of: recording, progress: { part in fractions.withLock { $0.append(part) } })
    let seen = fractions.withLock { $0 }
    #expect(seen == seen.sorted() && abs((seen.last ?? 0) - 1) < 1e-9)
    settings.badChannelDetection = BadChannelSettings()
    let error = #expect(throws: ERPError.self) { try ERPPipeline(settings).epochs(of: recording) }
    #expect(error?.message.contains("6 were found bad") == true)
    #expect(result.overlap.pairs > 0)
    #expect(result.warnings.contains(.overlappingEpochs(result.overlap)))
  }

  @Test("Measured positions are never mixed with those of a standard head")
  func positions() throws {
    var recording = constants(["Fz", "Cz"], [1, 2])
    #expect(try ERPPipeline(settings { _ in }).epochs(of: recording).epochs.channels.allSatisfy { $0.position != nil })
    let place = Position(x: 0, y: 0.05, z: 0.08)
    recording.signals[0].position = place
    let channels = try ERPPipeline(settings { _ in }).epochs(of: recording).epochs.channels
    #expect(channels.map(\.position) == [place, nil])
  }
}
