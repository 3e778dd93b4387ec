import Dispatch
import EDFFormat
import EEGCore
import Foundation
import TestSupport
import Testing

/// Reading a part of a file: some signals, a stretch of time, from several threads.
@Suite("Partial reads")
struct PartialReadTests {
  @Test("Any stretch of any signal equals that part of the whole", arguments: ["mixed_rates.edf", "mixed_rates.bdf"])
  func ranges(name: String) throws {
    let recording = try EDFFile(path: TestFiles.fixture(name)).recording()
    var random = SplitMix64(seed: 7)
    for index in recording.signals.indices {
      let digital = try recording.digital(signal: index)
      let physical = try recording.physical(signal: index)
      for _ in 0..<50 {
        let ends = [0, 0].map { _ in Int.random(in: 0...digital.count, using: &random) }.sorted()
        let range = ends[0]..<ends[1]
        #expect(try recording.digital(signal: index, samples: range) == Array(digital[range]))
        #expect(try recording.physical(signal: index, samples: range) == Array(physical[range]))
      }
    }
  }

  @Test("A stretch of time has each signal's samples of that time, whatever their rates")
  func time() throws {
    let file = try EDFFile(path: TestFiles.fixture("mixed_rates.edf"))
    let all = try file.readAll()
    let part = try file.read(signals: [2, 0], time: 1.5..<4.25)
    #expect(part.signals == [2, 0])
    for (position, index) in part.signals.enumerated() {
      let rate = file.signals[index].rate
      let first = Int((1.5 * rate).rounded(.up))
      let end = Int((4.25 * rate).rounded(.up))
      #expect(part.sampleRanges[position] == first..<end)
      for sample in 0..<part.count(position) { #expect(part[position, sample] == all[index, first + sample]) }
    }
  }

  @Test("A stretch of time over a gap has the samples on both sides")
  func timeOverGap() throws {
    // Segments at 0...6 s, 10.5...15.5 s and 30.25...34.25 s, 100 Hz.
    let file = try EDFFile(path: TestFiles.fixture("gaps.edf"))
    #expect(try file.read(signals: [0], time: 5..<11).sampleRanges == [500..<650])
    #expect(try file.read(signals: [0], time: 7..<10).sampleRanges == [0..<0])
    #expect(try file.read(signals: [0], time: 0..<100).sampleRanges == [0..<1500])
    #expect(try file.read(signals: [0], time: 33..<Double.infinity).sampleRanges == [1375..<1500])
  }

  @Test("Instants are located in their segment, and nowhere in a gap")
  func locate() throws {
    let index = try EDFFile(path: TestFiles.fixture("gaps.edf")).recording().segmentIndex(ofSignal: 0)
    #expect(index.locate(5.99)?.sample == 599)
    #expect(index.locate(5.999) == nil)
    #expect(index.locate(7) == nil)
    #expect(index.locate(10.5)?.sample == 600)
    #expect(index.locate(10.5)?.segment == 1)
    #expect(index.time(ofSample: 600) == 10.5)
    #expect(index.locate(34.25) == nil)
  }

  @Test("Samples outside a signal are an error, not a trap")
  func outside() throws {
    let recording = try EDFFile(path: TestFiles.fixture("oddball.edf")).recording()
    let count = recording.signals[0].sampleCount
    let error = #expect(throws: RecordingError.self) { try recording.digital(signal: 0, samples: 0..<(count + 1)) }
    #expect(error?.code == .outOfRange)
  }

  @Test("A file that becomes shorter while it is open is an error")
  func shrinkingFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("shrinking.edf")
    try FileManager.default.copyItem(atPath: TestFiles.fixture("oddball.edf"), toPath: path)
    let file = try EDFFile(path: path)
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try handle.truncate(atOffset: 10_000)
    let error = #expect(throws: EDFError.self) { try file.readAll() }
    #expect(error?.code == .fileChanged)
    #expect(throws: EDFError.self) { try file.recording().digital(signal: 0) }
  }

  @Test("Several threads read one file at once and get the same values")
  func threads() throws {
    let file = try EDFFile(path: TestFiles.fixture("oddball.edf"))
    let expected = try file.recording().digital(signal: 4)
    let failures = Failures()
    DispatchQueue.concurrentPerform(iterations: 16) { worker in
      do {
        let recording = try file.recording()
        if try recording.digital(signal: 4) != expected { failures.add("worker \(worker) differs") }
      } catch { failures.add("\(error)") }
    }
    #expect(failures.all.isEmpty)
  }

  @Test("A missing file, a folder and a file without permission are errors that name the file")
  func unopenable() throws {
    let folder = try TemporaryFolder()
    for path in [folder.path("missing.edf"), folder.url.path] {
      let error = #expect(throws: EDFError.self) { try EDFFile(path: path) }
      #expect(error?.code == .cannotOpen)
      #expect(error?.description.hasPrefix(path) == true)
    }
  }
}

/// Messages from several threads.
final class Failures: Sendable {
  private let messages = LockedMessages()
  func add(_ message: String) { messages.add(message) }
  var all: [String] { messages.all }
}

/// `@unchecked Sendable`: every access holds the lock.
private final class LockedMessages: @unchecked Sendable {
  private let lock = NSLock()
  private var messages: [String] = []
  func add(_ message: String) { lock.withLock { messages.append(message) } }
  var all: [String] { lock.withLock { messages } }
}
