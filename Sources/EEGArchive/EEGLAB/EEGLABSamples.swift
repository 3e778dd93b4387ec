import EEGCore
import Glibc
import HDF5
import Synchronization

/// Samples of a `.set` file: rows of all channels at one time, one row after the other.
enum EEGLABStoredSamples: Sendable {
  /// Of shape [time, channel] or [trial, time, channel].
  case dataset(HDF5Dataset)
  /// An `.fdt` file.
  case file(FloatDataFile)

  var encoding: SampleEncoding {
    switch self {
    case .dataset(let dataset): dataset.type == .float(bits: 32) ? .float32 : .float64
    case .file: .float32
    }
  }

  /// Reads some rows of the only trial.
  func read(rows: Range<Int>, columns: Int) throws -> Block {
    switch self {
    case .file(let file): return Block(columns: columns, values: .single(try file.read(rows: rows)))
    case .dataset(let dataset):
      // All axes in front of the last two have one element.
      let leading = dataset.shape.count - 2
      let start = [Int](repeating: 0, count: leading) + [rows.lowerBound, 0]
      let count = [Int](repeating: 1, count: leading) + [rows.count, columns]
      return Block(
        columns: columns,
        values: encoding == .float32
          ? .single(try dataset.read(Float.self, from: start, count: count).values)
          : .double(try dataset.read(Double.self, from: start, count: count).values))
    }
  }

  /// Reads all rows of all trials.
  func readAll(rows: Int, columns: Int) throws -> Block {
    switch self {
    case .file: try read(rows: 0..<rows, columns: columns)
    case .dataset(let dataset):
      Block(
        columns: columns,
        values: encoding == .float32
          ? .single(try dataset.read(Float.self).values) : .double(try dataset.read(Double.self).values))
    }
  }

  /// Rows as they are stored.
  struct Block: Sendable {
    enum Values: Sendable {
      case single([Float])
      case double([Double])
    }

    let columns: Int
    let values: Values

    subscript(row: Int, column: Int) -> Double {
      switch values {
      case .single(let values): Double(values[row * columns + column])
      case .double(let values): values[row * columns + column]
      }
    }

    /// Copies a part of one column.
    func copy(rows: Range<Int>, column: Int, to destination: inout MutableSpan<Double>, at first: Int) {
      switch values {
      case .single(let values):
        for row in rows { destination[first + row - rows.lowerBound] = Double(values[row * columns + column]) }
      case .double(let values):
        for row in rows { destination[first + row - rows.lowerBound] = values[row * columns + column] }
      }
    }
  }
}

/// A file of little-endian float32, all channels of a sample side by side: EEGLAB's `.fdt`.
final class FloatDataFile: Sendable {
  private let path: String
  private let columns: Int
  private let descriptor: Int32

  /// Opens the file that a `.set` file names, in the folder of the `.set` file.
  ///
  /// As in MNE-Python, a file with the name of the `.set` file stands in for one that is missing: people rename both.
  init(named name: String, besideSet setPath: String, rows: Int, columns: Int) throws {
    // The folder is that of another computer; it may be Windows'.
    let base = name.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? ""
    guard base.lowercased().hasSuffix(".fdt"), !base.utf8.contains(0) else {
      throw ArchiveError(
        .unsupported, path: setPath, "its samples lie in '\(name)', which is no .fdt file; save it again in EEGLAB")
    }
    let folder = setPath.lastIndex(of: "/").map { String(setPath[...$0]) } ?? ""
    let stem = setPath.lowercased().hasSuffix(".set") ? String(setPath.dropLast(4)) : setPath
    let candidates: [String] = [folder + base, stem + ".fdt"]
    guard let path = candidates.first(where: { access($0, F_OK) == 0 }) else {
      throw ArchiveError(
        .missingObject, path: setPath, "its samples lie in '\(base)', which is not beside it; copy both files")
    }
    self.path = path
    self.columns = columns
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw ArchiveError(.missingObject, path: path, "cannot be opened: \(String(cString: strerror(errno)))")
    }
    self.descriptor = descriptor
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw ArchiveError(.unsupported, path: path, "is not a regular file")
    }
    // The number of values is below 2^53.
    guard Int(status.st_size) == rows * columns * 4 else {
      throw ArchiveError(
        .invalidValue, path: path,
        "has \(status.st_size) bytes where \(columns) channels of \(rows) samples are \(rows * columns * 4)")
    }
  }

  deinit { close(descriptor) }

  /// Reads some rows.
  func read(rows: Range<Int>) throws -> [Float] {
    let count = rows.count * columns
    return try [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      let bytes = UnsafeMutableRawBufferPointer(buffer)
      var done = 0
      while done < count * 4 {
        let length = pread(
          descriptor, bytes.baseAddress.map { $0 + done }, count * 4 - done, rows.lowerBound * columns * 4 + done)
        guard length > 0 else {
          throw ArchiveError(.invalidValue, path: path, "ended, or failed, while its samples were read")
        }
        done += length
      }
      initialized = count
    }
  }
}

/// The samples of a recording, read a block of all channels at a time.
///
/// Channels are interleaved, so reading one reads all; the blocks that were read last are kept.
final class EEGLABSamples: SampleSource {
  private static let blockBytes = 4 << 20
  private static let mostBlocks = 8

  private let stored: EEGLABStoredSamples
  private let rows: Int
  private let columns: Int
  private let blockRows: Int
  /// Blocks by number, the last used at the end.
  private let recent = Mutex<[(number: Int, block: EEGLABStoredSamples.Block)]>([])

  init(_ stored: EEGLABStoredSamples, rows: Int, columns: Int) {
    self.stored = stored
    self.rows = rows
    self.columns = columns
    let size = stored.encoding == .float32 ? 4 : 8
    blockRows = max(1, Self.blockBytes / (size * columns))
  }

  func readDigital(signal: Int, from first: Int, into destination: inout MutableSpan<Int32>) throws {
    throw RecordingError(code: .noDigitalSamples, message: "EEGLAB files hold physical values, not digital ones")
  }

  func readPhysical(signal: Int, from first: Int, into destination: inout MutableSpan<Double>) throws {
    var row = first
    let end = first + destination.count
    while row < end {
      let number = row / blockRows
      let block = try block(number)
      let part = row..<min(end, (number + 1) * blockRows)
      let offset = number * blockRows
      block.copy(
        rows: (part.lowerBound - offset)..<(part.upperBound - offset), column: signal, to: &destination,
        at: row - first)
      row = part.upperBound
    }
  }

  private func block(_ number: Int) throws -> EEGLABStoredSamples.Block {
    // Read under the lock, so that threads that want the same block read it once.
    try recent.withLock { recent in
      if let place = recent.lastIndex(where: { $0.number == number }) {
        let found = recent.remove(at: place)
        recent.append(found)
        return found.block
      }
      let block = try stored.read(
        rows: (number * blockRows)..<min(rows, (number + 1) * blockRows), columns: columns)
      if recent.count == Self.mostBlocks { recent.removeFirst() }
      recent.append((number, block))
      return block
    }
  }
}
