import EEGCore
import HDF5

extension RecordingArchive {
  /// Opens a recording; its samples are read when they are asked for, by several threads if need be.
  ///
  /// - Throws: ``ArchiveError``; `HDF5Error`.
  public static func read(_ path: String) throws -> Recording {
    let file = try ArchiveKind.recording.open(path)
    return try describingLayout {
      let signals = try readSignals(file)
      let recording = Recording(
        signals: signals.map(\.signal), annotations: try readAnnotations(file.group("annotations")),
        segments: try readSegments(file.group("segments"), signals: signals.map(\.signal)),
        start: try readStart(file),
        patientIdentification: try file.group("subject").attributeText("patient_identification"),
        recordingIdentification: try file.group("subject").attributeText("recording_identification"),
        source: ArchiveSamples(signals: signals))
      return recording
    }
  }

  private static func readSignals(_ file: HDF5File) throws -> [ArchiveSamples.StoredSignal] {
    let parent = try file.group("signals")
    let count = try parent.links().count
    return try (0..<count).map { index in
      let dataset = try parent.dataset("\(index)/samples")
      return ArchiveSamples.StoredSignal(signal: try SignalAttributes.read(dataset), dataset: dataset)
    }
  }

  private static func readStart(_ file: HDF5File) throws -> StartTime? {
    guard file.hasAttribute("start") else { return nil }
    let text = try file.attributeText("start")
    guard let start = StartTime(iso8601: text) else {
      throw ArchiveError(.invalidValue, file, attribute: "start", "'\(text)' is no ISO 8601 time")
    }
    return start
  }

  private static func readAnnotations(_ group: HDF5Group) throws -> [Annotation] {
    let onsets: [Double] = try group.readNumbers("onset_s")
    let durations: [Double] = try group.readNumbers("duration_s", count: onsets.count)
    let texts = try group.readTexts("text", count: onsets.count)
    let channels = try group.readTexts("channels", count: onsets.count)
    return try onsets.indices.map { index in
      guard onsets[index].isFinite else {
        throw ArchiveError(.invalidValue, group, "annotation \(index) has no onset")
      }
      guard let labels = channels[index] == "[]" ? [] : JSONText.decode(channels[index], as: [String].self) else {
        throw ArchiveError(.invalidValue, group, "'\(channels[index])' is no JSON array of channel labels")
      }
      return Annotation(
        onset: onsets[index], duration: durations[index].isNaN ? nil : durations[index], text: texts[index],
        channels: labels)
    }
  }

  private static func readSegments(_ group: HDF5Group, signals: [Signal]) throws -> [Segment] {
    let onsets: [Double] = try group.readNumbers("onset_s")
    let durations: [Double] = try group.readNumbers("duration_s", count: onsets.count)
    let highestRate = signals.map(\.rate).max() ?? 0
    return try zip(onsets, durations).map { onset, duration in
      // Sample numbers are integers: times that no integer reaches cannot be a recording's.
      guard onset.isFinite, duration >= 0, duration * max(1, highestRate) < 0x1p53 else {
        throw ArchiveError(.invalidValue, group, "a segment of \(duration) s at \(onset) s is not possible")
      }
      return Segment(onset: onset, duration: duration)
    }
  }
}

/// Samples of a recording archive, read from the file when they are asked for.
struct ArchiveSamples: SampleSource {
  /// A signal and its samples in the file.
  struct StoredSignal: Sendable {
    let signal: Signal
    let dataset: HDF5Dataset
  }

  let signals: [StoredSignal]

  func readDigital(signal: Int, from first: Int, into destination: inout MutableSpan<Int32>) throws {
    let stored = signals[signal]
    let count = destination.count
    switch stored.signal.encoding {
    case .int16:
      let values = try stored.dataset.read(Int16.self, from: [first], count: [count]).values
      for index in 0..<count { destination[index] = Int32(values[index]) }
    case .int24, .int32:
      try stored.dataset.read(into: &destination, from: [first], count: [count])
    case .float32, .float64:
      throw RecordingError(
        code: .noDigitalSamples,
        message: "signal '\(stored.signal.label)' holds physical values, not digital ones")
    }
  }

  func readPhysical(signal: Int, from first: Int, into destination: inout MutableSpan<Double>) throws {
    let stored = signals[signal]
    let calibration = stored.signal.calibration
    let count = destination.count
    switch stored.signal.encoding {
    case .int16:
      let values = try stored.dataset.read(Int16.self, from: [first], count: [count]).values
      for index in 0..<count { destination[index] = calibration.physical(Int32(values[index])) }
    case .int24, .int32:
      let values = try stored.dataset.read(Int32.self, from: [first], count: [count]).values
      for index in 0..<count { destination[index] = calibration.physical(values[index]) }
    case .float32:
      let values = try stored.dataset.read(Float.self, from: [first], count: [count]).values
      for index in 0..<count { destination[index] = Double(values[index]) }
    case .float64:
      try stored.dataset.read(into: &destination, from: [first], count: [count])
    }
  }
}
