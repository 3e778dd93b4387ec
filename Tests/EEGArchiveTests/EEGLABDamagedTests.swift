import EEGArchive
import EEGCore
import Foundation
import HDF5
import TestSupport
import Testing

@Suite("EEGLAB files that hold something else")
struct EEGLABDamagedTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A flat file of 2 channels and 5 samples, each part of which can be replaced or left out.
  private func file(
    numbers: [String: Double] = [:], without: Set<String> = [], type: String = "float64", shape: [Int] = [5, 2],
    dataName: String? = nil, _ add: (HDF5File) throws -> Void = { _ in }
  ) throws -> String {
    let path = folder.path("\(UUID().uuidString).set")
    let file = try HDF5File(creating: path, userBlock: [UInt8](repeating: 32, count: 512))
    let defaults = ["nbchan": 2.0, "pnts": 5, "trials": 1, "srate": 100, "xmin": 0]
    for (name, value) in defaults.merging(numbers, uniquingKeysWith: { $1 }) where !without.contains(name) {
      try file.write([value], to: name, shape: [1, 1]).setASCIIAttribute("MATLAB_class", "double")
    }
    if let dataName {
      try text(dataName, "data", in: file)
    } else if !without.contains("data") {
      let values = (0..<shape.reduce(1, *)).map { Double($0) }
      switch type {
      case "float64": try file.write(values, to: "data", shape: shape)
      case "int16": try file.write(values.map { Int16($0) }, to: "data", shape: shape)
      default: try file.write(values.map { "\($0)" }, to: "data", shape: shape)
      }
    }
    try add(file)
    try file.commit()
    return path
  }

  private func text(_ text: String, _ name: String, in container: some HDF5Container) throws {
    let units = Array(text.utf16)
    try container.write(units, to: name, shape: [units.count, 1]).setASCIIAttribute("MATLAB_class", "char")
  }

  private func code(_ path: String) -> ArchiveError.Code? {
    #expect(throws: ArchiveError.self) { try EEGLABFile.recording(path: path) }?.code
  }

  @Test("A flat file without channel locations or events is a recording")
  func minimal() throws {
    for path in [
      try file(), try file(without: ["trials", "xmin"]), try file(type: "int16"), try file(shape: [1, 5, 2]),
    ] {
      let recording = try EEGLABFile.recording(path: path)
      #expect(recording.signals.map(\.label) == ["EEG 000", "EEG 001"])
      #expect(try recording.physical(signal: 1) == [1, 3, 5, 7, 9])
      #expect(recording.annotations.isEmpty)
    }
  }

  @Test("What is missing, mistyped or contradictory has its own error")
  func errors() throws {
    for name in ["nbchan", "pnts", "srate", "data"] {
      #expect(try code(file(without: [name])) == .missingObject)
    }
    for value in [0, -1, 0.5, .nan, .infinity, 1e15, 1e300] {
      for name in ["nbchan", "pnts"] {
        let found = try code(file(numbers: [name: value]))
        #expect(found == .invalidValue || found == .wrongLayout)
      }
    }
    for value in [0, -1, .nan, .infinity] { #expect(try code(file(numbers: ["srate": value])) == .invalidValue) }
    #expect(try code(file(numbers: ["xmin": .nan])) == .invalidValue)
    #expect(try code(file(numbers: ["pnts": 6])) == .wrongLayout)
    #expect(try code(file(shape: [2, 5])) == .wrongLayout)
    #expect(try code(file(shape: [10])) == .wrongLayout)
    #expect(try code(file(numbers: ["trials": 5, "pnts": 1])) == .wrongKind)
    #expect(try code(file { try $0.createGroup("ALLEEG") }) == .unsupported)
    #expect(try code(file { try $0.createGroup("EEG") }) == .missingObject)
    #expect(try code(file { try $0.write([1.0, 2], to: "event") }) == .wrongLayout)
    #expect(try code(file { try text("one", "chanlocs/labels", in: $0) }) == .invalidValue)
    #expect(throws: HDF5Error.self) { try EEGLABFile.recording(path: folder.path("missing.set")) }
    let error = #expect(throws: ArchiveError.self) { try EEGLABFile.epochs(path: file()) }
    #expect(error?.code == .wrongKind)
  }

  @Test("Samples that are text are an error, not values")
  func mistypedSamples() throws {
    #expect(try code(file(type: "text")) == .wrongLayout)
  }

  @Test("Struct arrays with references to nowhere, and of unequal fields, are errors")
  func references() throws {
    let dangling = try file { file in
      let latency = try file.write([1.0], to: "#refs#/a", shape: [1, 1])
      try file.write(references: [latency, latency], to: "event/latency", shape: [2, 1])
      try file.write(references: [latency], to: "event/type", shape: [1, 1])
    }
    #expect(code(dangling) == .wrongLayout)
  }

  @Test("Numeric types, missing latencies and cells of one text are read; gaps cut the data")
  func events() throws {
    let path = try file { file in
      func number(_ value: Double, _ name: String) throws -> HDF5Dataset {
        let dataset = try file.write([value], to: "#refs#/\(name)", shape: [1, 1])
        try dataset.setASCIIAttribute("MATLAB_class", "double")
        return dataset
      }
      try text("rt", "#refs#/text", in: file)
      try text("boundary", "#refs#/boundary", in: file)
      let (rt, boundary) = (try file.dataset("#refs#/text"), try file.dataset("#refs#/boundary"))
      let types: [any HDF5Object] = [try number(5, "five"), rt, boundary, try number(2.5, "half"), rt]
      let latencies: [any HDF5Object] = [
        try number(1, "l1"), try number(2, "l2"), try number(3.5, "l3"), try number(4, "l4"), try number(.nan, "l5"),
      ]
      let zero = try number(0, "zero")
      let durations: [any HDF5Object] = [zero, zero, try number(50, "gap"), zero, zero]
      try file.write(references: types, to: "event/type", shape: [5, 1])
      try file.write(references: latencies, to: "event/latency", shape: [5, 1])
      try file.write(references: durations, to: "event/duration", shape: [5, 1])
    }
    let recording = try EEGLABFile.recording(path: path)
    #expect(recording.annotations.map(\.text) == ["5", "rt", "2.5"])
    #expect(recording.annotations.map(\.onset) == [0, 0.01, 0.53])
    #expect(recording.segments.map(\.onset) == [0, 0.53])
    #expect(recording.segmentIndex(ofSignal: 0).sampleRanges == [0..<3, 3..<5])
  }

  @Test("An .fdt file is found beside the .set file, under either name, and must have the right size")
  func externalSamples() throws {
    let path = try file(dataName: "C:\\data\\samples.fdt")
    #expect(code(path) == .missingObject)
    let values = (0..<10).map { Float($0) }
    let bytes = values.withUnsafeBytes { Data($0) }
    let named = folder.path("samples.fdt")
    let renamed = String(path.dropLast(4)) + ".fdt"
    for place in [named, renamed] {
      try bytes.write(to: URL(fileURLWithPath: place))
      let recording = try EEGLABFile.recording(path: path)
      #expect(recording.signals.allSatisfy { $0.encoding == .float32 })
      #expect(try recording.physical(signal: 1, samples: 1..<4) == [3, 5, 7])
      for length in [0, 39, 41, 80] {
        try Data(count: length).write(to: URL(fileURLWithPath: place))
        #expect(code(path) == .invalidValue)
      }
      try FileManager.default.removeItem(atPath: place)
    }
    for name in ["samples.dat", "..", "/", "samples.set"] {
      #expect(try code(file(dataName: name)) == .unsupported)
    }
  }

  @Test("Any few bytes may change: reading gives a value or an error", arguments: 0..<20)
  func mutants(group: Int) throws {
    var content = RandomContent(seed: 9000 + group)
    var epochs = content.epochs()
    while epochs.values.isEmpty { epochs = content.epochs() }
    let recording = Recording(
      signals: ["Fz", "Cz"].map {
        Signal(label: $0, unit: .microvolts, rate: 10, sampleCount: 20, encoding: .float64, calibration: .identity)
      },
      annotations: (0..<4).map { Annotation(onset: 0.3 * Double($0) - 0.1, duration: 0.1, text: "\($0)") },
      segments: [Segment(onset: 0, duration: 1), Segment(onset: 3, duration: 1)],
      source: InMemorySamples([[Double](repeating: 1, count: 20), [Double](repeating: 2, count: 20)]))
    let paths = [folder.path("recording.set"), folder.path("epochs.set")]
    try EEGLABFile.write(recording: recording, to: paths[0])
    try EEGLABFile.write(epochs: epochs, to: paths[1])
    func read(_ path: String) throws {
      if path == paths[0] {
        let recording = try EEGLABFile.recording(path: path)
        for signal in recording.signals.indices { _ = try recording.physical(signal: signal) }
      } else {
        _ = try EEGLABFile.epochs(path: path)
      }
    }
    var errors = 0
    for path in paths {
      try read(path)
      let original = try Data(contentsOf: URL(fileURLWithPath: path))
      for _ in 0..<50 {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &content.generator) {
          let position = Int.random(in: 0..<bytes.count, using: &content.generator)
          bytes[position] = UInt8.random(in: 0...255, using: &content.generator)
        }
        try bytes.write(to: URL(fileURLWithPath: path))
        do {
          try read(path)
        } catch is HDF5Error {
          errors += 1
        } catch is ArchiveError {
          errors += 1
        }
      }
    }
    // Most bytes are metadata under a checksum.
    #expect(errors > 0)
  }
}
