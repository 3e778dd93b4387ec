import CKernels
import Dispatch
import EEGCore
import Glibc

extension EDFFile: SampleSource {
  /// Reads stored integers; see ``SampleSource``.
  public func readDigital(signal: Int, from first: Int, into destination: inout MutableSpan<Int32>) throws {
    let width = header.variant.bytesPerSample
    try destination.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      try forEachPiece(signal: signal, samples: first..<(first + buffer.count)) { source, count, position in
        SampleDecoding.int32(source, bytesPerSample: width, count: count, into: base + position)
      }
    }
  }

  /// Reads physical values in the signal's own unit; see ``SampleSource``.
  public func readPhysical(signal: Int, from first: Int, into destination: inout MutableSpan<Double>) throws {
    let width = header.variant.bytesPerSample
    let calibration = signals[signal].calibration
    try destination.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      try forEachPiece(signal: signal, samples: first..<(first + buffer.count)) { source, count, position in
        SampleDecoding.float64(
          source, bytesPerSample: width, count: count, gain: calibration.gain,
          digitalOffset: calibration.digitalOffset, into: base + position)
      }
    }
  }

  /// Reads all samples of all data signals as float32 physical values.
  ///
  /// - Parameter threads: How many threads share the work; all processors when nil. The values do not depend on it.
  /// - Throws: ``EDFError``, code `fileChanged`.
  public func readAll(threads: Int? = nil) throws -> PhysicalSamples {
    try read(signals: Array(signals.indices), samples: signals.map { 0..<$0.sampleCount }, threads: threads)
  }

  /// Reads some signals, or a stretch of time of them, as float32 physical values; touches only the records it needs.
  ///
  /// - Parameters:
  ///   - signals: Indices into ``signals``; all when nil.
  ///   - time: Seconds from the start; samples at instants inside are read, those in gaps do not exist.
  ///   - threads: How many threads share the work; all processors when nil. The values do not depend on it.
  /// - Throws: ``EDFError``, codes `fileChanged` and, when strict, `notConformant`.
  public func read(signals chosen: [Int]? = nil, time: Range<Double>, threads: Int? = nil) throws -> PhysicalSamples {
    let chosen = chosen ?? Array(signals.indices)
    let segments = try segments()
    let ranges = chosen.map { index in
      SegmentIndex(segments: segments, rate: signals[index].rate, sampleCount: signals[index].sampleCount)
        .samples(in: time)
    }
    return try read(signals: chosen, samples: ranges, threads: threads)
  }

  /// Converts record by record: each record is read once, from front to back, whatever the number of signals.
  private func read(signals chosen: [Int], samples ranges: [Range<Int>], threads: Int?) throws -> PhysicalSamples {
    let output = PhysicalSamples(signals: chosen, sampleRanges: ranges)
    let pieces = zip(chosen, ranges).enumerated().map { position, pair in
      BulkPiece(
        signal: header.signals[header.dataSignals[pair.0]], calibration: signals[pair.0].calibration,
        range: pair.1, destination: output.row(position))
    }
    let records = pieces.compactMap { $0.records }.reduce(nil as Range<Int>?) { all, range in
      all.map { min($0.lowerBound, range.lowerBound)..<max($0.upperBound, range.upperBound) } ?? range
    }
    guard let records else { return output }
    let start = header.headerLength + records.lowerBound * header.recordLength
    let bytes = start..<(start + records.count * header.recordLength)
    try file.check(bytes)
    let job = BulkRead(
      file: file, pieces: pieces, width: header.variant.bytesPerSample, headerLength: header.headerLength,
      recordLength: header.recordLength)
    // Blocks of a few megabytes: large enough for one call into the kernel each, small enough to share out and to
    // keep the mapped pages that count as ours few.
    let recordsPerBlock = max(1, (4 << 20) / max(1, header.recordLength))
    let blockCount = (records.count + recordsPerBlock - 1) / recordsPerBlock
    let threads = min(blockCount, threads ?? Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    let run: @Sendable (Int) -> Void = { worker in
      var block = worker
      while block < blockCount {
        let first = records.lowerBound + block * recordsPerBlock
        job.convert(records: first..<min(records.upperBound, first + recordsPerBlock))
        block += threads
      }
    }
    if threads <= 1 { run(0) } else { DispatchQueue.concurrentPerform(iterations: threads, execute: run) }
    return output
  }

  /// Calls `body` with where each record's part of a range of samples is, how many there are, and where they go.
  private func forEachPiece(
    signal: Int, samples: Range<Int>, _ body: (UnsafeRawPointer, Int, Int) -> Void
  ) throws {
    guard samples.lowerBound >= 0, samples.upperBound <= signals[signal].sampleCount else {
      throw EDFError(
        .outOfRange, path: path,
        "samples \(samples) asked of '\(signals[signal].label)', which has \(signals[signal].sampleCount)")
    }
    guard !samples.isEmpty else { return }
    let stored = header.signals[header.dataSignals[signal]]
    let width = header.variant.bytesPerSample
    let perRecord = stored.samplesPerRecord
    let lastRecord = (samples.upperBound - 1) / perRecord
    // Steps, so that pages are let go of during a long read as well.
    let recordsPerStep = max(1, (32 << 20) / header.recordLength)
    var record = samples.lowerBound / perRecord
    while record <= lastRecord {
      let end = min(lastRecord + 1, record + recordsPerStep)
      let bytes =
        (header.headerLength + record * header.recordLength)..<(header.headerLength + end * header.recordLength)
      try file.check(bytes)
      while record < end {
        let first = max(samples.lowerBound, record * perRecord)
        let last = min(samples.upperBound, (record + 1) * perRecord)
        let start =
          header.headerLength + record * header.recordLength + stored.offsetInRecord
          + (first - record * perRecord) * width
        if let source = file.bytes(start..<(start + (last - first) * width)).baseAddress {
          body(source, last - first, first - samples.lowerBound)
        }
        record += 1
      }
      file.noteRead(bytes)
    }
  }
}

/// One signal's share of a bulk read.
private struct BulkPiece: @unchecked Sendable {  // the pointer goes to rows that no two threads write at one place
  let offsetInRecord: Int
  let samplesPerRecord: Int
  let gain: Float
  let offset: Float
  let range: Range<Int>
  let destination: UnsafeMutablePointer<Float>

  init(signal: EDFSignalHeader, calibration: Calibration, range: Range<Int>, destination: UnsafeMutablePointer<Float>) {
    offsetInRecord = signal.offsetInRecord
    samplesPerRecord = signal.samplesPerRecord
    gain = Float(calibration.gain)
    offset = Float(calibration.offset)
    self.range = range
    self.destination = destination
  }

  /// The records that hold the range, or nil when it is empty.
  var records: Range<Int>? {
    range.isEmpty ? nil : (range.lowerBound / samplesPerRecord)..<((range.upperBound - 1) / samplesPerRecord + 1)
  }
}

/// A bulk read: which bytes become which float32 values.
private struct BulkRead: Sendable {
  let file: MappedFile
  let pieces: [BulkPiece]
  let width: Int
  let headerLength: Int
  let recordLength: Int

  func convert(records: Range<Int>) {
    let bytes = (headerLength + records.lowerBound * recordLength)..<(headerLength + records.upperBound * recordLength)
    let wanted = pieces.reduce(0) { $0 + $1.samplesPerRecord * width }
    // Loading whole blocks pays when most of them is wanted.
    if wanted * 4 > recordLength { file.prefault(bytes) }
    for record in records {
      let recordStart = headerLength + record * recordLength
      for piece in pieces {
        let first = max(piece.range.lowerBound, record * piece.samplesPerRecord)
        let last = min(piece.range.upperBound, (record + 1) * piece.samplesPerRecord)
        guard first < last else { continue }
        let start = recordStart + piece.offsetInRecord + (first - record * piece.samplesPerRecord) * width
        guard let source = file.bytes(start..<(start + (last - first) * width)).baseAddress else { continue }
        SampleDecoding.float32(
          source, bytesPerSample: width, count: last - first, gain: piece.gain, offset: piece.offset,
          into: piece.destination + (first - piece.range.lowerBound))
      }
    }
    ck_finish_decoding()
    file.release(bytes)
  }
}
