import CKernels
import Dispatch
import EEGCore
import Synchronization

/// Turns the samples of a recording into data records, block after block.
struct RecordEncoder: Sendable {
  private static let blockBytes = 1 << 20

  let recording: Recording
  let index: [SegmentIndex]
  let layout: RecordLayout
  let quantizers: [SampleQuantizer]
  let annotations: AnnotationEncoder?
  let bytesPerSample: Int

  private struct Placement: Sendable {
    let offsets: [Int]
    let recordLength: Int
    let dataLength: Int
  }

  /// Where a block is converted.
  private struct Scratch: Sendable {
    let digital: SignalScratch<Int32>
    /// Of signals whose samples do not pass through.
    let physical: SignalScratch<Double>
  }

  /// Some records of one segment.
  private struct Block: Sendable {
    let segment: Int
    /// Within the segment.
    let records: Range<Int>
    /// Number of the first record in the file.
    let firstRecord: Int
  }

  /// Writes all records; one block is written while the next is converted.
  ///
  /// - Throws: ``EDFWritingError``, code `cannotWrite`; the source's own errors.
  func encode(into stream: OutputStream, progress: (Double) -> Void) throws {
    let placement = placement()
    let perBlock = max(1, Self.blockBytes / max(1, placement.recordLength))
    let length = min(perBlock, max(1, layout.recordCount)) * placement.recordLength
    let buffers = [0, 1].map { _ in UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 64) }
    defer { for buffer in buffers { buffer.deallocate() } }
    let longest = (layout.samplesPerRecord.max() ?? 0) * min(perBlock, max(1, layout.recordCount))
    let rounds = quantizers.contains { !$0.passesThrough }
    let scratch = Scratch(
      digital: SignalScratch(signals: quantizers.count, length: longest, filledWith: 0),
      physical: SignalScratch(signals: quantizers.count, length: rounds ? longest : 0, filledWith: 0))
    var finished = SharedBytes(UnsafeMutableRawBufferPointer(rebasing: buffers[1][..<0]))
    for (number, block) in blocks(of: perBlock).enumerated() {
      let used = UnsafeMutableRawBufferPointer(
        rebasing: buffers[number % 2][..<(block.records.count * placement.recordLength)])
      try fill(used, block, placement, scratch, whileWriting: finished, into: stream)
      finished = SharedBytes(used)
      progress(Double(block.firstRecord + block.records.count) / Double(max(1, layout.recordCount)))
    }
    try finished.write(to: stream)
  }

  private func blocks(of recordsPerBlock: Int) -> [Block] {
    var blocks: [Block] = []
    var firstRecord = 0
    for (segment, count) in layout.recordsPerSegment.enumerated() {
      for first in stride(from: 0, to: count, by: recordsPerBlock) {
        let records = first..<min(count, first + recordsPerBlock)
        blocks.append(Block(segment: segment, records: records, firstRecord: firstRecord))
        firstRecord += records.count
      }
    }
    return blocks
  }

  private func placement() -> Placement {
    var offsets: [Int] = []
    var length = 0
    for samples in layout.samplesPerRecord {
      offsets.append(length)
      length += samples * bytesPerSample
    }
    return Placement(
      offsets: offsets, recordLength: length + (annotations?.bytesPerRecord ?? 0), dataLength: length)
  }

  private func fill(
    _ bytes: UnsafeMutableRawBufferPointer, _ block: Block, _ placement: Placement, _ scratch: Scratch,
    whileWriting finished: SharedBytes, into stream: OutputStream
  ) throws {
    let target = SharedBytes(bytes)
    let failure = Mutex<(item: Int, error: any Error)?>(nil)
    // Item 0 hands the block before this one to the kernel; the others convert a signal each.
    DispatchQueue.concurrentPerform(iterations: recording.signals.count + 1) { item in
      guard failure.withLock({ $0 == nil }) else { return }
      do {
        if item == 0 {
          try finished.write(to: stream)
        } else {
          try fill(signal: item - 1, target, block, placement, scratch)
        }
      } catch {
        failure.withLock { if item < ($0?.item ?? .max) { $0 = (item, error) } }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure.error }
    guard let annotations else { return }
    for record in 0..<block.records.count {
      let start = record * placement.recordLength + placement.dataLength
      annotations.write(
        record: block.firstRecord + record,
        into: UnsafeMutableRawBufferPointer(rebasing: bytes[start..<(start + annotations.bytesPerRecord)]))
    }
  }

  /// One signal's samples of a block, each at its place in its record.
  private func fill(
    signal: Int, _ target: SharedBytes, _ block: Block, _ placement: Placement, _ scratch: Scratch
  ) throws {
    let perRecord = layout.samplesPerRecord[signal]
    guard perRecord > 0 else { return }
    let all = index[signal].sampleRanges.isEmpty ? 0..<0 : index[signal].sampleRanges[block.segment]
    let first = all.lowerBound + block.records.lowerBound * perRecord
    let wanted = block.records.count * perRecord
    let available = first..<max(first, min(all.upperBound, first + wanted))
    let digital = scratch.digital.part(of: signal, count: wanted)
    try quantizers[signal].read(
      signal, of: recording, samples: available, into: digital,
      physical: scratch.physical.part(of: signal, count: quantizers[signal].passesThrough ? 0 : wanted))
    // Only where the record duration does not divide the segment.
    let last = available.isEmpty ? 0 : digital[available.count - 1]
    for index in available.count..<wanted { digital[index] = last }
    for record in 0..<block.records.count {
      let start = record * placement.recordLength + placement.offsets[signal]
      target.store(
        UnsafeBufferPointer(rebasing: digital[(record * perRecord)..<((record + 1) * perRecord)]), at: start,
        bytesPerSample: bytesPerSample)
    }
  }
}

/// Bytes that several threads fill at places that do not overlap.
///
/// `@unchecked Sendable`: no two signals share a byte of a record, and the owner waits for all threads.
private struct SharedBytes: @unchecked Sendable {
  private let bytes: UnsafeMutableRawBufferPointer

  init(_ bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

  /// Appends all bytes to a file.
  func write(to stream: OutputStream) throws { try stream.write(UnsafeRawBufferPointer(bytes)) }

  /// Stores samples, little-endian, in two or three bytes each.
  func store(_ values: UnsafeBufferPointer<Int32>, at start: Int, bytesPerSample: Int) {
    precondition(start >= 0 && start + values.count * bytesPerSample <= bytes.count, "samples outside their record")
    guard let base = bytes.baseAddress?.advanced(by: start).assumingMemoryBound(to: UInt8.self) else { return }
    if bytesPerSample == 2 {
      ck_encode_int16(values.baseAddress, base, values.count)
    } else {
      ck_encode_int24(values.baseAddress, base, values.count)
    }
  }
}
