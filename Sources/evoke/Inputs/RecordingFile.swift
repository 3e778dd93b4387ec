import EDFFormat
import EEGArchive
import EEGCore
import Foundation

/// A recording on disk, whatever its format.
struct RecordingFile {
  /// As `info --json` names it.
  let format: String
  let recording: Recording
  let warnings: [String]

  /// Opens an EDF, BDF, EEGLAB .set or archive file; the format is read from the content, not from the name.
  ///
  /// - Throws: The reader's error.
  init(path: String, strict: Bool = false) throws {
    switch FileContent(path: path) {
    case .hdf5:
      format = "EVOKE"
      recording = try RecordingArchive.read(path)
      warnings = []
    case .matlab:
      format = "SET"
      recording = try EEGLABFile.recording(path: path)
      warnings = []
    case .other:
      let file = try EDFFile(path: path, strict: strict)
      format = file.header.variant.rawValue
      recording = try file.recording()
      warnings = try file.deviations().map(\.description)
    }
  }
}

/// What kind of file it is, from its first bytes.
enum FileContent {
  case hdf5
  /// EEGLAB's `.set`: MATLAB 7.3, which is HDF5 behind a block of text, or an older one that its reader will refuse.
  case matlab
  /// EDF, BDF, or something that their reader will refuse with a reason.
  case other

  private static let hdf5Signature = Data([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A])

  init(path: String) {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      self = .other
      return
    }
    defer { try? handle.close() }
    let start = (try? handle.read(upToCount: 8)) ?? Data()
    self = start == Self.hdf5Signature ? .hdf5 : start.starts(with: Data("MATLAB ".utf8)) ? .matlab : .other
  }
}
