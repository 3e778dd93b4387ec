import EEGCore
import HDF5

/// A recording as an archive of kind `recording`; docs/archives.md has the layout.
///
/// Samples are stored as the source stores them, with the limits that calibrate them, so that physical values are
/// equal in every bit.
public enum RecordingArchive {
  /// How to write a recording.
  public struct Options: Hashable, Sendable {
    /// Shuffles and deflates the samples.
    public var compress: Bool
    /// Adds `/data` [channel, time] in volts, for programs that want a plain array.
    public var volts: Bool

    /// Plain samples and nothing else unless asked for.
    public init(compress: Bool = false, volts: Bool = false) {
      self.compress = compress
      self.volts = volts
    }
  }

  /// Writes a recording, some 16 MiB at a time, so that it may be larger than memory.
  ///
  /// - Parameters:
  ///   - recording: What to write.
  ///   - path: Replaced when it exists, and only once the archive is whole.
  ///   - settings: JSON of the settings that made it.
  ///   - options: Compression and volts.
  ///   - progress: Called after every block with the part of the work that is done.
  /// - Throws: ``ArchiveError``, code `notStorable`, when volts are asked of a recording without a voltage signal or
  ///   a source gives digital values outside its encoding; `HDF5Error`; `FileOutputError`; the source's own errors.
  public static func write(
    _ recording: Recording, to path: String, settings: String, options: Options = Options(),
    progress: ((Double) -> Void)? = nil
  ) throws {
    let file = try ArchiveKind.recording.create(path, settings: settings)
    if let start = recording.start { try file.setAttribute("start", start.iso8601) }
    let subject = try file.createGroup("subject")
    try subject.setAttribute("patient_identification", recording.patientIdentification.storable)
    try subject.setAttribute("recording_identification", recording.recordingIdentification.storable)
    try writeAnnotations(recording.annotations, to: file.createGroup("annotations"))
    try writeSegments(recording.segments, to: file.createGroup("segments"))
    try SampleWriter(recording, in: file, options: options).write(progress: progress)
    try file.commit()
  }

  private static func writeAnnotations(_ annotations: [Annotation], to group: HDF5Group) throws {
    try group.write(annotations.map(\.onset), to: "onset_s", unit: "s", axes: "annotation")
    try group.write(annotations.map { $0.duration ?? .nan }, to: "duration_s", unit: "s", axes: "annotation")
    try group.write(annotations.map(\.text), to: "text", axes: "annotation")
    // JSON, because a label may hold any separator.
    try group.write(
      annotations.map { try $0.channels.isEmpty ? "[]" : JSONText.encode($0.channels) }, to: "channels",
      axes: "annotation")
  }

  private static func writeSegments(_ segments: [Segment], to group: HDF5Group) throws {
    try group.write(segments.map(\.onset), to: "onset_s", unit: "s", axes: "segment")
    try group.write(segments.map(\.duration), to: "duration_s", unit: "s", axes: "segment")
  }
}
