import EDFFormat
import EEGCore
import TestSupport
import Testing

/// Selecting, renaming, cropping and anonymising.
@Suite("Editing recordings")
struct EditingTests {
  private func open(_ name: String) throws -> Recording { try EDFFile(path: TestFiles.fixture(name)).recording() }

  @Test("Selected signals keep their samples and come in the order asked for")
  func selection() throws {
    let recording = try open("oddball.edf")
    let part = try recording.selecting(channels: ["Pz", "cz", "EOG horizontal"])
    #expect(part.signals.map(\.label) == ["Pz", "Cz", "EOG horizontal"])
    for (index, signal) in part.signals.enumerated() {
      let original = try #require(recording.signals.firstIndex { $0.label == signal.label })
      #expect(try part.digital(signal: index) == recording.digital(signal: original))
      #expect(try part.volts(signal: index, samples: 7..<99) == recording.volts(signal: original, samples: 7..<99))
    }
    let unknown = #expect(throws: ChannelNameError.self) { try recording.selecting(channels: ["Czz"]) }
    #expect(unknown?.isAmbiguous == false)
    #expect(unknown?.message.contains("'Cz'") == true)
  }

  @Test("Annotations of a channel go with it, those of the recording stay")
  func channelAnnotations() throws {
    let recording = try open("oddball.edf")
    let own = try #require(recording.annotations.first { !$0.channels.isEmpty })
    let others = recording.signals.map(\.label).filter { !own.channels.contains($0) }
    #expect(try recording.selecting(channels: others).annotations == recording.annotations.filter { $0 != own })
    #expect(try recording.selecting(channels: own.channels).annotations == recording.annotations)
  }

  @Test("Renaming reaches annotations, and never makes two signals alike")
  func renaming() throws {
    let recording = try open("oddball.edf")
    let own = try #require(recording.annotations.first { !$0.channels.isEmpty })
    let renamed = try recording.renaming([(own.channels[0], "new")])
    #expect(renamed.annotations.contains { $0.channels.contains("new") })
    #expect(renamed.signals.count { $0.label == "new" } == 1)
    #expect(throws: ChannelNameError.self) { try recording.renaming([("Cz", "Pz")]) }
    // An exchange of two names is no clash.
    let exchanged = try recording.renaming([("Cz", "Pz"), ("Pz", "Cz")])
    #expect(Set(exchanged.signals.map(\.label)) == Set(recording.signals.map(\.label)))
  }

  @Test(
    "Standard names are proposed where labels mean an electrode",
    arguments: [
      ("Fc5.", "FC5"), ("EEG Fp1-Ref", "Fp1"), ("T3", "T7"), ("POL C3", "C3"),
    ])
  func standardNames(label: String, name: String) {
    let signal = Signal(
      label: label, kind: .eeg, unit: .microvolts, rate: 1, sampleCount: 0, encoding: .float64, calibration: .identity)
    let recording = Recording(signals: [signal], segments: [], source: InMemorySamples([[]]))
    #expect(recording.standardNames.map(\.new) == [name])
  }

  @Test("A cropped stretch has the samples, annotations and start of that time", arguments: 0..<20)
  func crop(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let recording = try open("oddball.edf")
    let first = Int.random(in: 0..<15_000, using: &random)
    let last = Int.random(in: (first + 1)...16_000, using: &random)
    let (from, to) = (Double(first) / 160, Double(last) / 160)
    let part = try recording.cropped(to: from..<to)
    #expect(part.segments.count == 1)
    #expect(abs(part.duration - (to - from)) < 1e-9)
    #expect(try part.digital(signal: 3) == recording.digital(signal: 3, samples: first..<last))
    let expected = recording.annotations.filter { annotation in
      annotation.onset < to && (annotation.onset >= from || annotation.onset + (annotation.duration ?? 0) > from)
    }
    #expect(part.annotations.map(\.text) == expected.map(\.text))
    for (one, other) in zip(part.annotations, expected) where other.onset >= from {
      #expect(abs(one.onset - (other.onset - from)) < 1e-9)
    }
    #expect(part.start == recording.start?.advanced(byNanoseconds: Int((from * 1e9).rounded())))
  }

  @Test("A cut between samples of a slow signal moves to where every signal has one")
  func mixedRates() throws {
    // 256, 128 and 2 Hz: common instants every half second.
    let recording = try open("mixed_rates.edf")
    let part = try recording.cropped(to: 1.3..<4.1)
    #expect(part.duration == 3.5)
    for index in recording.signals.indices {
      let rate = recording.signals[index].rate
      let samples = Int(rate)..<Int(4.5 * rate)
      #expect(try part.digital(signal: index) == recording.digital(signal: index, samples: samples))
    }
  }

  @Test("Gaps stay gaps")
  func gaps() throws {
    // Segments at 0...6 s, 10.5...15.5 s and 30.25...34.25 s.
    let recording = try open("gaps.edf")
    let part = try recording.cropped(to: 5..<31.25)
    #expect(part.segments.map(\.onset) == [0, 5.5, 25.25])
    #expect(part.segments.map(\.duration) == [1, 5, 1])
    #expect(try part.digital(signal: 0) == recording.digital(signal: 0, samples: 500..<1200))
    #expect(throws: RecordingError.self) { try recording.cropped(to: 7..<9) }
  }

  @Test("Anonymous recordings name nobody, and say which fields were cleared")
  func anonymization() throws {
    var recording = try open("oddball.edf")
    recording.patientIdentification = "4711 F 02-AUG-1951 Erika_Mustermann"
    recording.recordingIdentification = "Startdate 02-MAR-2021 7 Dr_House Headbox"
    let (anonymous, removed) = recording.anonymized()
    #expect(anonymous.patientIdentification == "X X X X")
    #expect(anonymous.recordingIdentification == "Startdate X X X X")
    #expect(anonymous.start == nil)
    #expect(removed == ["patient identification", "recording identification", "start date and time"])
    let shifted = recording.anonymized(date: .shift(days: -30)).recording
    #expect(shifted.start?.iso8601 == "2021-01-31T10:20:30.125")
    #expect(anonymous.anonymized().removed.isEmpty)
  }
}
