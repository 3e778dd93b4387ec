import EDFFormat
import EEGCore
import ERP
import Synchronization
import TestSupport
import Testing

@Suite("Pipeline")
struct PipelineTests {
  private var settings: EpochSettings {
    var settings = EpochSettings()
    (settings.tmin, settings.tmax, settings.baseline) = (-0.2, 0.3, nil)
    return settings
  }

  @Test("Filtered epochs are pieces of the filtered signal", arguments: [1, 3, 8, 20])
  func filtered(channels: Int) throws {
    let recording = Recording.noise(channels: channels, seconds: 60, seed: UInt64(channels))
    var settings = settings
    settings.filter = FilterSettings(low: 2, high: 30)
    let result = try ERPPipeline(settings).epochs(of: recording)
    let filter = try #require(result.filter)
    let whole = try (0..<channels).map { try filter.filtered(recording.volts(signal: $0)) }
    #expect(result.epochs.events.count == 60)
    for (number, event) in result.epochs.events.enumerated() {
      let start = try #require(event.sample) - 20
      #expect(result.epochs.epoch(number).values == whole.flatMap { $0[start...(start + 50)] })
    }
  }

  @Test("Results are the same bit for bit with any number of threads", arguments: [2, 5])
  func threads(_ threads: Int) throws {
    let recording = Recording.noise(channels: 11, seconds: 100, seed: 1)
    var settings = settings
    settings.filter = FilterSettings(low: 1)
    settings.reference = .average
    settings.detrend = .linear
    let pipeline = ERPPipeline(settings)
    #expect(
      try pipeline.epochs(of: recording, threads: threads).epochs == pipeline.epochs(of: recording, threads: 1).epochs)
  }

  @Test("A filtered channel does not depend on the others")
  func independent() throws {
    let recording = Recording.noise(channels: 5, seconds: 30, seed: 2)
    var settings = settings
    settings.filter = FilterSettings(high: 20)
    let all = try ERPPipeline(settings).epochs(of: recording).epochs
    settings.channels = ["N3"]
    let one = try ERPPipeline(settings).epochs(of: recording).epochs
    for number in all.events.indices { #expect(all.epoch(number)[row: 3].elementsEqual(one.epoch(number)[row: 0])) }
  }

  @Test("Progress grows to 1", arguments: [nil, FilterSettings(low: 2)])
  func progress(filter: FilterSettings?) throws {
    var settings = settings
    settings.filter = filter
    let fractions = Mutex<[Double]>([])
    let recording = Recording.noise(channels: 3, seconds: 60, seed: 3)
    _ = try ERPPipeline(settings).epochs(of: recording, progress: { part in fractions.withLock { $0.append(part) } })
    let seen = fractions.withLock { $0 }
    #expect(seen == seen.sorted() && abs((seen.last ?? 0) - 1) < 1e-9)
  }

  @Test("Values that are not numbers stop the work and name the channel", arguments: [nil, FilterSettings(low: 2)])
  func notANumber(filter: FilterSettings?) throws {
    var values = [Double](repeating: 0, count: 1000)
    values[510] = .nan
    let recording = Recording.inMemory([("Cz", values)], rate: 100, events: [(5, "a")])
    var settings = settings
    settings.filter = filter
    let error = #expect(throws: ERPError.self) { try ERPPipeline(settings).epochs(of: recording) }
    #expect(error?.code == .nonFiniteSamples)
    #expect(error?.message.contains("'Cz'") == true)
  }

  @Test("Epochs never cross a gap, and events inside one are logged")
  func gaps() throws {
    // 4 s from 0 and 4 s from 10 s on.
    let recording = Recording.inMemory(
      [("Cz", (0..<800).map(Double.init))], rate: 100,
      events: [
        (0.1, "a"), (1, "b"), (3.9, "c"), (6, "d"), (10.1, "e"), (10.2, "f"), (13.7, "g"), (13.8, "h"), (20, "i"),
      ],
      segments: [Segment(onset: 0, duration: 4), Segment(onset: 10, duration: 4)])
    let epochs = try ERPPipeline(settings).epochs(of: recording).epochs
    let reasons: [[DropReason]] = [
      [.outsideRecording], [], [.segmentBoundary], [.segmentBoundary], [.segmentBoundary], [], [.outsideRecording],
      [.outsideRecording], [.outsideRecording],
    ]
    #expect(epochs.dropLog.map(\.reasons) == reasons)
    #expect(epochs.events.map(\.sample) == [100, 420])
    #expect(epochs.epoch(1)[0, 0] == 400)
  }

  @Test("A gap does not leak into filtered epochs beside it")
  func filteredGaps() throws {
    let whole = Recording.noise(channels: 1, seconds: 60, seed: 4)
    let samples = try whole.volts(signal: 0)
    let segments = [Segment(onset: 0, duration: 20), Segment(onset: 35, duration: 40)]
    let split = Recording.inMemory(
      [("N0", samples)], rate: 100, events: [(18.5, "a"), (37.5, "a")], segments: segments)
    var settings = settings
    settings.filter = FilterSettings(low: 2, high: 30)
    let result = try ERPPipeline(settings).epochs(of: split)
    let second = try #require(result.filter).filtered(Array(samples[2000...]))
    #expect(zip(result.epochs.epoch(1).values, second[230...280]).allSatisfy { abs($0 - $1) < 1e-18 })
  }

  @Test("Marks of bad data drop the epochs they touch, unless they are the events")
  func badSpans() throws {
    var recording = Recording.noise(channels: 1, seconds: 6, seed: 5)
    recording.annotations += [
      Annotation(onset: 1.75, duration: 0.01, text: "BAD_blink"), Annotation(onset: 2.1, duration: 0.2, text: "bad"),
      Annotation(onset: 3.5, duration: nil, text: "Badger"), Annotation(onset: 4.81, duration: 0.4, text: "BAD"),
    ]
    let all = try ERPPipeline(settings).epochs(of: recording)
    #expect(all.conditions == ["a", "b"])
    #expect(
      all.epochs.dropLog.map(\.reasons) == [
        [], [.badAnnotation(text: "BAD_blink")], [.badAnnotation(text: "bad")], [.badAnnotation(text: "Badger")], [],
        [],
      ])
    var settings = settings
    settings.events = ["Badger"]
    #expect(try ERPPipeline(settings).epochs(of: recording).epochs.events.map(\.condition) == ["Badger"])
  }

  @Test("A skip in the acquisition ends a filtered stretch")
  func skip() throws {
    var recording = Recording.noise(channels: 1, seconds: 60, seed: 6)
    recording.annotations.append(Annotation(onset: 30, duration: 30, text: "BAD_ACQ_SKIP"))
    var settings = settings
    settings.filter = FilterSettings(low: 2, high: 30)
    let result = try ERPPipeline(settings).epochs(of: recording)
    #expect(result.epochs.events.count == 30)
    let first = try #require(result.filter).filtered(Array(recording.volts(signal: 0)[..<3000]))
    #expect(zip(result.epochs.epoch(29).values, first[2930...2980]).allSatisfy { abs($0 - $1) < 1e-18 })
  }

  @Test("Conditions without events are warned of, in the order that was asked for")
  func warnings() throws {
    let recording = Recording.noise(channels: 1, seconds: 4, seed: 7)
    var settings = settings
    settings.events = ["none", "b", "x*", "a"]
    let result = try ERPPipeline(settings).epochs(of: recording)
    #expect(result.conditions == ["none", "b", "a"])
    #expect(
      result.warnings == [.itemFoundNothing("none"), .itemFoundNothing("x*"), .noEpochs(condition: "none", events: 0)])
    #expect(try result.epochs.averages(of: result.conditions).conditions.map(\.name) == ["b", "a"])
  }

  @Test(
    "A file with gaps gives the epochs of the whole file that lie between its gaps",
    .enabled(if: TestFiles.hasRecordings))
  func realGaps() throws {
    var settings = EpochSettings()
    (settings.tmin, settings.tmax) = (-0.1, 0.5)
    settings.events = ["T0", "T1", "T2"]
    func epochs(_ name: String) throws -> Epochs {
      try ERPPipeline(settings).epochs(of: EDFFile(path: TestFiles.recording(name)).recording()).epochs
    }
    let whole = try epochs("eegmmidb/S005R04.edf")
    let gaps = try epochs("derived/S005R04_gaps.edf")
    #expect(gaps.events.count > 15 && gaps.events.count < whole.events.count)
    for (number, event) in gaps.events.enumerated() {
      let twin = try #require(whole.events.firstIndex { abs($0.onset - event.onset) < 1e-6 })
      #expect(gaps.epoch(number) == whole.epoch(twin))
    }
  }
}
