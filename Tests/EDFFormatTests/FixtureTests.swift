import EDFFormat
import EEGCore
import Foundation
import TestSupport
import Testing

/// The synthetic recordings of `fixtures/`, against what their generators wrote.
@Suite("Fixtures")
struct FixtureTests {
  struct Expected: Decodable {
    var expect: String?
    var samples: [Int]?
    var digital_sums: [Int]?
    var format: String?
    var start: String?
    var signals: [Signal]?
    var annotation_list: [Annotation]?
    var segments: [Segment]?

    struct Signal: Decodable {
      var label: String
      var unit: String
      var rate_hz: Double
      var samples: Int
      var digital_first: Int
      var digital_last: Int
      var digital_sum: Int
    }
    struct Annotation: Decodable {
      var onset_s: Double
      var duration_s: Double?
      var text: String
      var channels: [String]
    }
    struct Segment: Decodable {
      var onset_s: Double
      var duration_s: Double
    }
  }

  static let all: [String: Expected] = {
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("expected.json"))),
      let expected = try? JSONDecoder().decode([String: Expected].self, from: data)
    else { return [:] }
    return expected
  }()
  static let sound = all.filter { $0.value.expect == nil }.keys.sorted()
  static let damaged = all.filter { $0.value.expect != nil }.keys.sorted()

  @Test("The list of fixtures is readable and has both kinds")
  func listIsThere() {
    #expect(Self.sound.count >= 5)
    #expect(Self.damaged.count >= 30)
  }

  @Test("A sound file gives what its generator wrote", arguments: sound)
  func soundFile(name: String) throws {
    let expected = try #require(Self.all[name])
    let file = try EDFFile(path: TestFiles.fixture(name))
    let recording = try file.recording()
    #expect(file.header.variant.rawValue == expected.format)
    #expect(recording.start?.iso8601 == expected.start)
    #expect(recording.signals.map(\.label) == expected.signals?.map(\.label))
    for (index, signal) in (expected.signals ?? []).enumerated() {
      let digital = try recording.digital(signal: index)
      #expect(recording.signals[index].unit.text == signal.unit)
      #expect(abs(recording.signals[index].rate - signal.rate_hz) <= 1e-12 * signal.rate_hz)
      #expect(digital.count == signal.samples)
      #expect(digital.first.map(Int.init) == signal.digital_first)
      #expect(digital.last.map(Int.init) == signal.digital_last)
      #expect(digital.reduce(0) { $0 + Int($1) } == signal.digital_sum)
    }
    let annotations = try #require(expected.annotation_list).map {
      Annotation(onset: $0.onset_s, duration: $0.duration_s, text: $0.text, channels: $0.channels)
    }
    #expect(recording.annotations == annotations)
    let segments = try #require(expected.segments).map { Segment(onset: $0.onset_s, duration: $0.duration_s) }
    #expect(recording.segments == segments)
  }

  @Test("A damaged file gives its samples with a warning, or an error with a reason", arguments: damaged)
  func damagedFile(name: String) throws {
    let expected = try #require(Self.all[name])
    let path = TestFiles.fixture(name)
    guard expected.expect == "value" else {
      let error = #expect(throws: EDFError.self) { try EDFFile(path: path).recording() }
      #expect(error?.message.isEmpty == false)
      return
    }
    let file = try EDFFile(path: path)
    let recording = try file.recording()
    #expect(recording.signals.map(\.sampleCount) == expected.samples)
    let sums = try recording.signals.indices.map { try recording.digital(signal: $0).reduce(0) { $0 + Int($1) } }
    #expect(sums == expected.digital_sums)
    let isFlawless = name == "damaged/sound.edf"
    // Inverted physical limits and the flag for discontinuity are legal.
    let isLegal = ["damaged/inverted_physical_limits.edf", "damaged/discontinuous_flag.edf"].contains(name)
    #expect(try file.deviations().isEmpty == (isFlawless || isLegal))
  }

  @Test("Strict reading refuses what tolerant reading warns about", arguments: damaged)
  func strict(name: String) throws {
    let path = TestFiles.fixture(name)
    guard let tolerant = try? EDFFile(path: path), let deviations = try? tolerant.deviations() else {
      #expect(throws: EDFError.self) { try EDFFile(path: path, strict: true) }
      return
    }
    if let worst = deviations.map(\.severity).max(), worst > .note {
      let error = #expect(throws: EDFError.self) { try EDFFile(path: path, strict: true).recording() }
      #expect(error?.code == .notConformant)
      #expect(error?.byteOffset != nil)
    } else {
      #expect(try EDFFile(path: path, strict: true).recording().signals.count == tolerant.signals.count)
    }
  }
}
