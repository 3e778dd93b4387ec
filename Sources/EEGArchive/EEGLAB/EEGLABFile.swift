import EEGCore
import Glibc
import HDF5

/// EEGLAB's `.set` files of MATLAB version 7.3, which are HDF5; docs/eeglab.md has what they can hold.
public enum EEGLABFile {
  /// What a file holds.
  public enum Kind: Hashable, Sendable {
    /// One stretch of time, EEGLAB's continuous data.
    case recording
    /// Equally long pieces around events.
    case epochs
    /// Averages as trials, each with the number of epochs behind it, as this program writes evoked potentials.
    case evoked
  }

  /// How samples are stored.
  public enum Precision: Hashable, Sendable {
    /// 32 bits, EEGLAB's own default; rounds by up to 6e-8 of the value.
    case single
    /// 64 bits.
    case double
  }

  /// Tells recordings from epochs: epochs are two trials or more, or one with the struct `epoch`, and evoked potentials
  /// when each of them has a `count`.
  ///
  /// - Throws: As ``recording(path:)``.
  public static func kind(path: String) throws -> Kind { try EEGLABDataset(reading: path).contentKind() }

  /// The channels of a file with their positions, which a `Recording` has no place for.
  ///
  /// - Throws: As ``recording(path:)``.
  public static func channels(path: String) throws -> [Channel] {
    try EEGLABDataset(reading: path).channels.map(\.channel)
  }

  /// Opens a recording; its samples are read when they are asked for.
  ///
  /// Samples are in the file or in an `.fdt` file beside it. Events become annotations, and `boundary` events gaps
  /// between segments.
  ///
  /// - Throws: ``ArchiveError``: `unsupported` for files of other MATLAB versions, `wrongKind` for epochs, and
  ///   `missingObject`, `wrongLayout` or `invalidValue` for files that are not as EEGLAB writes them; `HDF5Error`.
  public static func recording(path: String) throws -> Recording {
    let dataset = try EEGLABDataset(reading: path)
    guard dataset.kind == .recording else {
      throw ArchiveError(.wrongKind, path: path, "holds epochs where a recording is wanted")
    }
    return try describingLayout { try dataset.recording() }
  }

  /// Reads epochs, in volts.
  ///
  /// Each epoch has the condition and time of the event at its time zero; MNE-Python joins the names of all events of
  /// an epoch instead.
  ///
  /// - Throws: As ``recording(path:)``, with `wrongKind` for a recording.
  public static func epochs(path: String) throws -> Epochs {
    let dataset = try EEGLABDataset(reading: path)
    guard dataset.kind == .epochs else {
      throw ArchiveError(.wrongKind, path: path, "holds a recording where epochs are wanted")
    }
    return try describingLayout { try dataset.epochs() }
  }

  /// Reads evoked potentials that ``write(evoked:to:precision:)`` wrote, in volts; they have no standard errors.
  ///
  /// - Throws: As ``recording(path:)``, with `wrongKind` for anything else.
  public static func evoked(path: String) throws -> EvokedSet {
    let dataset = try EEGLABDataset(reading: path)
    guard try dataset.contentKind() == .evoked else {
      throw ArchiveError(.wrongKind, path: path, "holds no evoked potentials: its trials tell no number of epochs")
    }
    return try describingLayout { try dataset.evoked() }
  }

  /// Opens a file for reading, once it is sure that it is not of an older MATLAB version.
  static func open(_ path: String) throws -> HDF5File {
    if firstBytes(path, count: 10).elementsEqual("MATLAB 5.0".utf8) {
      throw ArchiveError(
        .unsupported, path: path,
        "is a MATLAB 5.0 file, and this program reads version 7.3; open it in EEGLAB and save it with "
          + "pop_saveset(EEG, 'filename', 'name.set', 'savemode', 'onefile', 'version', '7.3')")
    }
    return try HDF5File(reading: path)
  }

  private static func firstBytes(_ path: String, count: Int) -> [UInt8] {
    // Not to wait for a writer when the path is a pipe; what is no readable file is HDF5's to report.
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    let length = read(descriptor, &bytes, count)
    return Array(bytes.prefix(max(0, length)))
  }
}
