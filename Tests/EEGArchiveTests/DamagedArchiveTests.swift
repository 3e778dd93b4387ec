import EEGArchive
import EEGCore
import Foundation
import HDF5
import TestSupport
import Testing

@Suite("Archives that hold something else")
struct DamagedArchiveTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func code(_ body: () throws -> Void) -> ArchiveError.Code? {
    #expect(throws: ArchiveError.self, performing: body)?.code
  }

  /// Writes an archive by hand.
  private func archive(_ kind: String?, version: Int? = 1, _ body: (HDF5File) throws -> Void = { _ in }) throws
    -> String
  {
    let path = folder.path("\(UUID().uuidString).h5")
    let file = try HDF5File(creating: path)
    if let kind { try file.setAttribute("evoke_kind", kind) }
    if let version { try file.setAttribute("evoke_version", version) }
    try body(file)
    try file.commit()
    return path
  }

  @Test("Other HDF5 files, unknown kinds and newer versions")
  func kinds() throws {
    let none = try archive(nil, version: nil)
    #expect(code { _ = try ArchiveKind.detect(none) } == .notAnArchive)
    let unknown = try archive("cake")
    #expect(code { _ = try ArchiveKind.detect(unknown) } == .notAnArchive)
    let unversioned = try archive("evoked", version: nil)
    #expect(code { _ = try ArchiveKind.detect(unversioned) } == .notAnArchive)
    let newer = try archive("cake", version: 2)
    let error = #expect(throws: ArchiveError.self) { try ArchiveKind.detect(newer) }
    #expect(error?.code == .newerVersion)
    #expect(error?.description.contains("newer program") == true)
    let evoked = try archive("evoked")
    #expect(code { _ = try RecordingArchive.read(evoked) } == .wrongKind)
    #expect(throws: HDF5Error.self) { try ArchiveKind.detect(folder.path("missing.h5")) }
  }

  @Test("Nothing but the root attributes", arguments: ["recording", "epochs", "evoked"])
  func empty(kind: String) throws {
    let path = try archive(kind)
    #expect(code { try read(kind, path) } == .missingObject)
  }

  private func read(_ kind: String, _ path: String) throws {
    switch kind {
    case "recording": _ = try RecordingArchive.read(path)
    case "epochs": _ = try EpochsArchive.read(path)
    default: _ = try EvokedArchive.read(path)
    }
  }

  /// A recording's layout, each part of which can be replaced.
  private func recording(
    samples: (HDF5Group) throws -> HDF5Dataset = { try $0.write([1, 2, 3] as [Int16], to: "samples") },
    rate: Double = 1, encoding: String = "int16", unit: String? = "uV", onsets: [Double] = [0.5],
    durations: [Double] = [.nan], channels: [String] = ["[]"], segmentDuration: Double = 3,
    start: String = "2020-01-01T00:00:00"
  ) throws -> String {
    try archive("recording") { file in
      try file.setAttribute("start", start)
      let dataset = try samples(file.createGroup("signals/0"))
      try dataset.setAttribute("label", "Cz")
      try dataset.setAttribute("kind", "eeg")
      if let unit { try dataset.setAttribute("unit", unit) }
      try dataset.setAttribute("rate_hz", rate)
      try dataset.setAttribute("encoding", encoding)
      try dataset.setAttribute("calibrated", UInt8(1))
      try dataset.setAttribute("transducer", "")
      try dataset.setAttribute("prefilter", "")
      try file.createGroup("subject").setAttribute("patient_identification", "X")
      try file.group("subject").setAttribute("recording_identification", "X")
      try file.write(onsets, to: "annotations/onset_s")
      try file.write(durations, to: "annotations/duration_s")
      try file.write(["text"], to: "annotations/text")
      try file.write(channels, to: "annotations/channels")
      try file.write([0.0], to: "segments/onset_s")
      try file.write([segmentDuration], to: "segments/duration_s")
    }
  }

  @Test("What is missing, mistyped or contradictory in a recording has its own error")
  func recordings() throws {
    func code(_ path: String) -> ArchiveError.Code? { self.code { _ = try RecordingArchive.read(path) } }

    let sound = try RecordingArchive.read(recording())
    #expect(try sound.digital(signal: 0) == [1, 2, 3])
    #expect(sound.annotations == [Annotation(onset: 0.5, text: "text")])

    #expect(try code(recording(unit: nil)) == .missingObject)
    #expect(try code(recording(samples: { try $0.write([1.5], to: "samples") })) == .wrongLayout)
    #expect(try code(recording(samples: { try $0.write(["1"], to: "samples") })) == .wrongLayout)
    #expect(
      try code(recording(samples: { try $0.write([1, 2] as [Int16], to: "samples", shape: [1, 2]) })) == .wrongLayout)
    #expect(try code(recording(samples: { try $0.write([1] as [Int16], to: "other") })) == .missingObject)
    #expect(try code(recording(rate: -1)) == .invalidValue)
    #expect(try code(recording(rate: .infinity)) == .invalidValue)
    #expect(try code(recording(encoding: "int128")) == .invalidValue)
    #expect(try code(recording(encoding: "float32")) == .wrongLayout)
    #expect(try code(recording(onsets: [0.5, 1])) == .wrongLayout)
    #expect(try code(recording(onsets: [.nan])) == .invalidValue)
    #expect(try code(recording(channels: ["Cz"])) == .invalidValue)
    #expect(try code(recording(segmentDuration: -1)) == .invalidValue)
    #expect(try code(recording(segmentDuration: 1e300)) == .invalidValue)
    #expect(try code(recording(start: "yesterday")) == .invalidValue)
  }

  @Test("Errors name the file and the object")
  func description() throws {
    let path = try recording(unit: nil)
    let error = #expect(throws: ArchiveError.self) { try RecordingArchive.read(path) }
    #expect(error?.object == "/signals/0/samples@unit")
    #expect(error?.description.hasPrefix("\(path): /signals/0/samples@unit: ") == true)
  }

  @Test("An archive without one of its objects is an error", arguments: 0..<20)
  func missing(seed: Int) throws {
    var content = RandomContent(seed: 3000 + seed)
    let epochs = content.epochs()
    let whole = folder.path("whole.h5")
    try EvokedArchive.write(content.evoked(of: epochs), epochs: epochs, to: whole, settings: "{}")
    let names = [
      "times_s", "channels/name", "channels/kind", "channels/position_m", "events/sample", "events/onset_s",
      "events/condition", "drop_reasons", "epochs/data", "epochs/sample",
    ]
    let omitted = names[seed % names.count]
    // The same archive, but for one dataset.
    let source = try HDF5File(reading: whole)
    let path = try archive("evoked") { file in
      try file.setAttribute("rate_hz", 256.0)
      try file.createGroup("evoked").setAttribute("order", [String]())
      try file.createGroup("epochs")
      for name in names + ["epochs/onset_s", "epochs/condition"] where name != omitted {
        let dataset = try source.dataset(name)
        if dataset.type.isString {
          try file.write(dataset.readTexts().values, to: name)
        } else if dataset.type == .float(bits: 64) {
          try file.write(dataset.read(Double.self).values, to: name, shape: dataset.shape)
        } else {
          try file.write(dataset.read(Int.self).values, to: name)
        }
      }
    }
    let error = #expect(throws: ArchiveError.self) {
      _ = try EvokedArchive.read(path)
      _ = try EvokedArchive.readEpochs(path)
    }
    #expect(error?.code == .missingObject)
    #expect(error?.object == "/" + omitted)
  }

  @Test("Any few bytes of an archive may change: reading gives a value or an error", arguments: 0..<8, [false, true])
  func mutants(group: Int, compress: Bool) throws {
    var content = RandomContent(seed: 4000 + group)
    let recording = content.recording()
    let epochs = content.epochs()
    let paths = [folder.path("recording.h5"), folder.path("evoked.h5")]
    try RecordingArchive.write(recording, to: paths[0], settings: "{}", options: .init(compress: compress))
    try EvokedArchive.write(content.evoked(of: epochs), epochs: epochs, to: paths[1], settings: "{}")
    var read = 0
    for path in paths {
      let original = try Data(contentsOf: URL(fileURLWithPath: path))
      for _ in 0..<60 {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &content.generator) {
          let position = Int.random(in: 0..<bytes.count, using: &content.generator)
          bytes[position] = UInt8.random(in: 0...255, using: &content.generator)
        }
        try bytes.write(to: URL(fileURLWithPath: path))
        do {
          if path == paths[0] {
            let recording = try RecordingArchive.read(path)
            for signal in recording.signals.indices { _ = try recording.physical(signal: signal) }
          } else {
            _ = try EvokedArchive.read(path)
            _ = try EvokedArchive.readEpochs(path)
          }
          read += 1
        } catch is HDF5Error {
        } catch is ArchiveError {
        }
      }
    }
    // Most changes fall into samples, which are then other samples.
    #expect(read > 0)
  }
}
