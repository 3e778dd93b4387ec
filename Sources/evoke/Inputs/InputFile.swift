import EEGArchive
import EEGCore

/// Any file the program reads: a recording, or what was made of one.
enum InputFile {
  case recording(RecordingFile)
  case epochs(Epochs)
  /// Averages, and the epochs behind them where the archive keeps them.
  case evoked(EvokedSet, Epochs?)
  /// An archive of simulations, of this program or another, of weights, or of results.
  case otherArchive(ArchiveKind)

  /// Opens a file; what it is is read from its content, not from its name.
  ///
  /// - Throws: The reader's error.
  init(path: String, strict: Bool = false) throws {
    switch FileContent(path: path) {
    case .hdf5:
      if SimulationsArchive.isOfAnotherProgram(path) {
        self = .otherArchive(.simulations)
        return
      }
      if PosteriorArchive.isOfAnotherProgram(path) {
        self = .otherArchive(.posterior)
        return
      }
      switch try ArchiveKind.detect(path) {
      case .epochs: self = .epochs(try EpochsArchive.read(path))
      case .evoked: self = .evoked(try EvokedArchive.read(path), try EvokedArchive.readEpochs(path))
      case .recording: self = .recording(try RecordingFile(path: path, strict: strict))
      case let kind: self = .otherArchive(kind)
      }
    case .matlab:
      switch try EEGLABFile.kind(path: path) {
      case .epochs: self = .epochs(try EEGLABFile.epochs(path: path))
      case .evoked: self = .evoked(try EEGLABFile.evoked(path: path), nil)
      case .recording: self = .recording(try RecordingFile(path: path, strict: strict))
      }
    case .other: self = .recording(try RecordingFile(path: path, strict: strict))
    }
  }
}
