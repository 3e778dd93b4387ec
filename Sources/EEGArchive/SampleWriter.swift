import Dispatch
import EEGCore
import HDF5
import Synchronization

/// Streams the samples of a recording into an archive.
///
/// All signals advance together, by the same fraction of the recording a block: a source that interleaves its signals,
/// as EDF does, is then read once from front to back. A block holds about 16 MiB of all signals together; its chunks
/// are converted and compressed on all processors, and written in order of the signals, so that equal recordings make
/// equal files.
struct SampleWriter {
  private static let blockBytes = 16 << 20
  private static let chunkBytes = 1 << 20
  /// Smaller chunks cost more in bookkeeping than they hold.
  private static let smallestChunk = 4096

  private let recording: Recording
  private let compress: Bool
  private let datasets: [HDF5Dataset]
  private let volts: VoltsWriter?
  /// Number of samples of a chunk, for each signal.
  private let chunkLengths: [Int]

  init(_ recording: Recording, in file: HDF5File, options: RecordingArchive.Options) throws {
    self.recording = recording
    compress = options.compress
    let parent = try file.createGroup("signals")
    let total = recording.signals.reduce(0) { $0 + $1.sampleCount * $1.encoding.storedSize }
    let blocks = max(1, (total + Self.blockBytes - 1) / Self.blockBytes)
    chunkLengths = recording.signals.map { signal in
      let even = (signal.sampleCount + blocks - 1) / blocks
      return max(Self.smallestChunk, min(even, Self.chunkBytes / signal.encoding.storedSize))
    }
    datasets = try recording.signals.indices.map { [chunkLengths] index in
      let signal = recording.signals[index]
      let chunk = chunkLengths[index]
      let plain: HDF5Storage = signal.sampleCount > chunk ? .chunked([chunk]) : .contiguous
      let storage: HDF5Storage = options.compress ? .compressed(chunk: [chunk]) : plain
      let dataset = try parent.createSamples("\(index)/samples", of: signal, storage: storage)
      try SignalAttributes.write(signal, to: dataset)
      return dataset
    }
    volts = options.volts ? try VoltsWriter(recording, in: file, compress: options.compress) : nil
  }

  /// Writes all samples.
  func write(progress: ((Double) -> Void)?) throws {
    // The rows in volts are four times as many bytes as 16-bit samples, or as good as.
    let total = Double(recording.signals.reduce(0) { $0 + $1.sampleCount }) * (volts == nil ? 1 : 5)
    var done = 0.0
    var next = [Int](repeating: 0, count: recording.signals.count)
    while true {
      let pieces = recording.signals.indices.compactMap { signal in
        let end = min(next[signal] + chunkLengths[signal], recording.signals[signal].sampleCount)
        return next[signal] < end ? Piece(signal: signal, samples: next[signal]..<end) : nil
      }
      if pieces.isEmpty { break }
      try write(pieces)
      for piece in pieces {
        next[piece.signal] = piece.samples.upperBound
        done += Double(piece.samples.count)
      }
      progress?(done / max(total, 1))
    }
    try volts?.write { progress?(0.2 + 0.8 * $0) }
  }

  /// Samples of one signal that are written at once.
  private struct Piece {
    let signal: Int
    let samples: Range<Int>
  }

  private func write(_ pieces: [Piece]) throws {
    let prepared = try concurrentMap(pieces) { piece in try prepare(piece) }
    for (piece, prepared) in zip(pieces, prepared) { try prepared.write(to: datasets[piece.signal], at: piece.samples) }
  }

  /// Samples in their stored type, compressed already when they shall be.
  private enum Prepared: Sendable {
    case int16([Int16])
    case int32([Int32])
    case float32([Float])
    case float64([Double])
    case chunk(HDF5EncodedChunk)

    func write(to dataset: HDF5Dataset, at samples: Range<Int>) throws {
      let (start, count) = ([samples.lowerBound], [samples.count])
      switch self {
      case .int16(let values): try dataset.write(values.span, at: start, count: count)
      case .int32(let values): try dataset.write(values.span, at: start, count: count)
      case .float32(let values): try dataset.write(values.span, at: start, count: count)
      case .float64(let values): try dataset.write(values.span, at: start, count: count)
      case .chunk(let chunk): try dataset.write(chunk)
      }
    }

    /// The same samples compressed.
    func compressed(for dataset: HDF5Dataset, at origin: Int) throws -> Prepared {
      switch self {
      case .int16(let values): .chunk(try dataset.encodeChunk(values.span, at: [origin]))
      case .int32(let values): .chunk(try dataset.encodeChunk(values.span, at: [origin]))
      case .float32(let values): .chunk(try dataset.encodeChunk(values.span, at: [origin]))
      case .float64(let values): .chunk(try dataset.encodeChunk(values.span, at: [origin]))
      case .chunk: self
      }
    }
  }

  private func prepare(_ piece: Piece) throws -> Prepared {
    let values = try stored(piece)
    return compress ? try values.compressed(for: datasets[piece.signal], at: piece.samples.lowerBound) : values
  }

  private func stored(_ piece: Piece) throws -> Prepared {
    switch recording.signals[piece.signal].encoding {
    case .int16:
      let digital = try recording.digital(signal: piece.signal, samples: piece.samples)
      // One pass without branches, so that the loop stays SIMD code; the check follows.
      var lost: Int32 = 0
      let narrow = digital.map { value in
        let short = Int16(truncatingIfNeeded: value)
        lost |= value ^ Int32(short)
        return short
      }
      guard lost == 0 else {
        throw ArchiveError(
          .notStorable, datasets[piece.signal],
          "signal '\(recording.signals[piece.signal].label)' has samples outside 16 bits in \(piece.samples)")
      }
      return .int16(narrow)
    case .int24, .int32:
      return .int32(try recording.digital(signal: piece.signal, samples: piece.samples))
    case .float32:
      return .float32(try recording.physical(signal: piece.signal, samples: piece.samples).map { Float($0) })
    case .float64:
      return .float64(try recording.physical(signal: piece.signal, samples: piece.samples))
    }
  }
}

/// Writes `/data` [channel, time] in volts.
///
/// float64, because a 24-bit sample times its calibration has no exact float32. Signals of another rate or length than
/// the most frequent among the voltages cannot be rows of one array; the attribute `signals` says which are.
private struct VoltsWriter {
  private static let rowsBytes = 16 << 20

  private let recording: Recording
  private let signals: [Int]
  private let sampleCount: Int
  private let chunkLength: Int
  private let dataset: HDF5Dataset

  private struct Row: Hashable {
    let rate: Double
    let sampleCount: Int
  }

  init(_ recording: Recording, in file: HDF5File, compress: Bool) throws {
    self.recording = recording
    let voltages = recording.signals.indices.filter { recording.signals[$0].voltsPerUnit != nil }
    func row(_ signal: Int) -> Row {
      Row(rate: recording.signals[signal].rate, sampleCount: recording.signals[signal].sampleCount)
    }
    let groups = Dictionary(grouping: voltages, by: row)
    // The most frequent rate; of equally frequent ones, that of the first signal.
    guard
      let common = groups.max(by: { ($0.value.count, -$0.value[0]) < ($1.value.count, -$1.value[0]) })
    else {
      throw ArchiveError(
        .notStorable, path: file.location.path, object: "/data",
        "no signal has a unit of volts; write the archive without volts")
    }
    signals = common.value
    sampleCount = common.key.sampleCount
    chunkLength = max(1, min(sampleCount, (1 << 20) / MemoryLayout<Double>.stride))
    dataset = try file.createDataset(
      "data", of: Double.self, shape: [signals.count, sampleCount],
      storage: compress
        ? .compressed(chunk: [1, chunkLength]) : sampleCount > 0 ? .chunked([1, chunkLength]) : .contiguous)
    try dataset.setAttribute("unit", "V")
    try dataset.setAttribute("axes", "channel,time")
    try dataset.setAttribute("rate_hz", common.key.rate)
    try dataset.setAttribute("channels", signals.map { recording.signals[$0].label.storable })
    try dataset.setAttribute("signals", signals)
  }

  /// Writes all rows, several channels of one stretch of time at once.
  func write(progress: (Double) -> Void) throws {
    let rowsAtOnce = max(1, Self.rowsBytes / (chunkLength * MemoryLayout<Double>.stride))
    for first in stride(from: 0, to: sampleCount, by: chunkLength) {
      let samples = first..<min(first + chunkLength, sampleCount)
      for firstRow in stride(from: 0, to: signals.count, by: rowsAtOnce) {
        let rows = Array(firstRow..<min(firstRow + rowsAtOnce, signals.count))
        let values = try concurrentMap(rows) { row in
          try recording.volts(signal: signals[row], samples: samples)
        }
        for (row, values) in zip(rows, values) {
          try dataset.write(values.span, at: [row, first], count: [1, samples.count])
        }
      }
      progress(Double(samples.upperBound) / Double(sampleCount))
    }
  }
}

extension HDF5Container {
  /// Creates the dataset of a signal's samples in the type that holds its encoding.
  fileprivate func createSamples(_ name: String, of signal: Signal, storage: HDF5Storage) throws -> HDF5Dataset {
    let shape = [signal.sampleCount]
    return switch signal.encoding {
    case .int16: try createDataset(name, of: Int16.self, shape: shape, storage: storage)
    case .int24, .int32: try createDataset(name, of: Int32.self, shape: shape, storage: storage)
    case .float32: try createDataset(name, of: Float.self, shape: shape, storage: storage)
    case .float64: try createDataset(name, of: Double.self, shape: shape, storage: storage)
    }
  }
}

/// Maps on all processors; throws the first error by position, whatever the threads did.
func concurrentMap<Element, Result: Sendable>(
  _ elements: [Element], _ transform: @Sendable (Element) throws -> Result
) throws -> [Result] where Element: Sendable {
  let results = Mutex([Swift.Result<Result, any Error>?](repeating: nil, count: elements.count))
  DispatchQueue.concurrentPerform(iterations: elements.count) { index in
    let result = Swift.Result { try transform(elements[index]) }
    results.withLock { $0[index] = result }
  }
  return try results.withLock { $0 }.compactMap { try $0?.get() }
}
