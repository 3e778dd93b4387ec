import CEDFlib
import EEGCore
import Synchronization

/// EDFlib, the reference library by Teunis van Beelen, as an independent judge of files.
///
/// It is strict, and slow, and reads no EDF+D: its verdict stands beside ours in `evoke check`, and tests compare
/// samples with it.
public enum EDFlibReferee {
  /// What EDFlib says of a file.
  public enum Verdict: Hashable, Sendable {
    /// It opens the file: number of data signals, records and annotations.
    case accepts(signals: Int, records: Int, annotations: Int)
    /// It refuses the file, with its status and what that means.
    case refuses(status: Int, meaning: String)
  }

  /// EDFlib keeps one table of 64 open files without a lock, and refuses a path that is open already: one at a time.
  private static let table = Mutex<Void>(())

  /// Opens the file with EDFlib, annotations included.
  public static func verdict(path: String) -> Verdict {
    withOpenFile(path, readsAnnotations: true) { header in
      .accepts(
        signals: Int(header.pointee.edfsignals), records: Int(header.pointee.datarecords_in_file),
        annotations: Int(header.pointee.annotations_in_file))
    } refused: { status in
      .refuses(status: status, meaning: meaning(status))
    }
  }

  /// Digital samples as EDFlib reads them.
  ///
  /// - Returns: One array a data signal, or nil when EDFlib refuses the file or cannot read it whole.
  public static func digital(path: String) -> [[Int32]]? {
    readAll(path) { handle, signal, count, values in
      values.withUnsafeMutableBufferPointer {
        edfread_digital_samples(handle, signal, count, $0.baseAddress)
      }
    }
  }

  /// Physical samples as EDFlib reads them, in the signals' own units.
  ///
  /// - Returns: One array a data signal, or nil when EDFlib refuses the file or cannot read it whole.
  public static func physical(path: String) -> [[Double]]? {
    readAll(path) { handle, signal, count, values in
      values.withUnsafeMutableBufferPointer {
        edfread_physical_samples(handle, signal, count, $0.baseAddress)
      }
    }
  }

  /// EDFlib's limit, annotation signals included.
  static let largestSignalCount = Int(EDFLIB_MAXSIGNALS)

  /// Opens a file and hands it out; nil when EDFlib refuses it.
  static func withFile<Result>(_ path: String, _ body: (EDFlibFile) throws -> Result) rethrows -> Result? {
    try withOpenFile(path, readsAnnotations: true) {
      try body(EDFlibFile(header: $0))
    } refused: { _ in
      nil
    }
  }

  private static func readAll<Value: Numeric>(
    _ path: String, _ read: (Int32, Int32, Int32, inout [Value]) -> Int32
  ) -> [[Value]]? {
    withOpenFile(path, readsAnnotations: false) { header in
      var signals: [[Value]] = []
      for signal in 0..<header.pointee.edfsignals {
        guard let description = cedflib_signal(header, signal),
          let count = Int32(exactly: description.pointee.smp_in_file)
        else { return nil }
        var values = [Value](repeating: 0, count: Int(count))
        guard read(header.pointee.handle, signal, count, &values) == count else { return nil }
        signals.append(values)
      }
      return signals
    } refused: { _ in
      nil
    }
  }

  private static func withOpenFile<Result>(
    _ path: String, readsAnnotations: Bool, _ body: (UnsafeMutablePointer<edf_hdr_struct>) throws -> Result,
    refused: (Int) -> Result
  ) rethrows -> Result {
    try table.withLock { _ in
      guard let header = cedflib_header_allocate() else { return refused(Int(EDFLIB_MALLOC_ERROR)) }
      defer { free(header) }
      let mode = readsAnnotations ? EDFLIB_READ_ALL_ANNOTATIONS : EDFLIB_DO_NOT_READ_ANNOTATIONS
      guard edfopen_file_readonly(path, header, mode) == 0 else { return refused(Int(header.pointee.filetype)) }
      defer { edfclose_file(header.pointee.handle) }
      return try body(header)
    }
  }

  private static func meaning(_ status: Int) -> String {
    switch Int32(status) {
    case EDFLIB_MALLOC_ERROR: "not enough memory"
    case EDFLIB_NO_SUCH_FILE_OR_DIRECTORY: "no such file"
    case EDFLIB_FILE_CONTAINS_FORMAT_ERRORS: "format errors (EDFlib names no place)"
    case EDFLIB_MAXFILES_REACHED: "too many open files"
    case EDFLIB_FILE_READ_ERROR: "the file cannot be read"
    case EDFLIB_FILE_ALREADY_OPENED: "the file is open already"
    case EDFLIB_FILETYPE_ERROR: "not an EDF or BDF file"
    case EDFLIB_NUMBER_OF_SIGNALS_INVALID: "number of signals"
    case EDFLIB_FILE_IS_DISCONTINUOUS: "EDFlib does not read discontinuous files"
    default: "status \(status)"
    }
  }
}

/// A file that EDFlib has open; valid only inside ``EDFlibReferee/withFile(_:_:)``.
struct EDFlibFile {
  fileprivate let header: UnsafeMutablePointer<edf_hdr_struct>

  /// Reads digital samples from a sample number on, as many as `values` holds.
  ///
  /// - Returns: False when they are not there.
  func read(signal: Int, from first: Int, into values: inout [Int32]) -> Bool {
    guard let signal = Int32(exactly: signal), signal < header.pointee.edfsignals,
      edfseek(header.pointee.handle, signal, Int64(first), EDFSEEK_SET) == Int64(first)
    else { return false }
    let count = Int32(values.count)
    return values.withUnsafeMutableBufferPointer {
      edfread_digital_samples(header.pointee.handle, signal, count, $0.baseAddress) == count
    }
  }

  /// All annotations, the channel suffix still in their texts.
  func annotations() -> [Annotation] {
    (0..<Int32(header.pointee.annotations_in_file)).compactMap { number in
      var found = edf_annotation_struct()
      guard edf_get_annotation(header.pointee.handle, number, &found) == 0 else { return nil }
      let text = withUnsafeBytes(of: found.annotation) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      // Times are in units of 100 ns; a negative duration means none.
      return Annotation(
        onset: Double(found.onset) / 1e7, duration: found.duration_l < 0 ? nil : Double(found.duration_l) / 1e7,
        text: text)
    }
  }
}
