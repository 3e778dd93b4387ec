import EEGCore
import Foundation
import ParallelLoops
import Synchronization

/// Reads the samples of all epochs, filtered or not, and finishes them.
struct EpochCutter: Sendable {
  private let recording: Recording
  private let signals: [Int]
  /// Rows of an epoch, of which the first are read.
  private let rowCount: Int
  private let placement: EpochPlacement
  private let threads: Int
  private let progress: ProgressMeter?

  init(
    recording: Recording, selection: ChannelSelection, placement: EpochPlacement, threads: Int, progress: ProgressMeter?
  ) {
    self.recording = recording
    signals = selection.signals
    rowCount = selection.rowCount
    self.placement = placement
    self.threads = threads
    self.progress = progress
  }

  /// Values of an epoch as it is cut: rows times samples.
  var epochSize: Int { rowCount * placement.count }

  /// Zeros for all epochs, shape `[epoch, row, sample]`.
  ///
  /// - Throws: ``ERPError``, code `invalidSettings`, when they would not fit into the memory of the machine.
  func emptyEpochs() throws -> [Double] {
    let bytes = Double(placement.starts.count) * Double(epochSize) * Double(MemoryLayout<Double>.stride)
    guard bytes < Double(ProcessInfo.processInfo.physicalMemory) else {
      throw ERPError(
        code: .invalidSettings,
        message:
          "\(placement.starts.count) epochs of \(signals.count) channels and \(placement.count) samples would take "
          + "\(Int(bytes / 1e9)) GB; shorten the epochs or select fewer events")
    }
    return [Double](repeating: 0, count: placement.starts.count * epochSize)
  }

  /// Fills the epochs with volts.
  func cut(into memory: DisjointWriter, filter: PreparedFilter?) throws {
    if let filter {
      try filter.run(
        signalCount: signals.count, wanted: { !placement.epochs(overlapping: $0).isEmpty }, threads: threads,
        read: { row, first, destination in try readVolts(row: row, from: first, into: &destination) },
        write: { row, first, values in write(values, row: row, from: first, into: memory) }, progress: progress)
      return
    }
    let epochCount = placement.starts.count
    try parallelFor(epochCount, threads: threads) {
    } body: { epoch, _ in
      for row in signals.indices {
        let first = epoch * epochSize + row * placement.count
        try memory.update(first..<(first + placement.count)) { destination in
          try readVolts(row: row, from: placement.starts[epoch], into: &destination)
        }
      }
      progress?.advance(by: 1 / Double(epochCount))
    }
  }

  /// Does something to every epoch on all threads.
  ///
  /// - Parameters:
  ///   - memory: All epochs, one after the other.
  ///   - size: Values from the start of one epoch to the next.
  ///   - makeScratch: Makes the buffers of a thread.
  /// - Returns: What `body` returns for each epoch, in order.
  func forEachEpoch<Scratch, Value: Sendable>(
    in memory: DisjointWriter, size: Int, makeScratch: @Sendable () -> Scratch,
    _ body: @Sendable (inout MutableSpan<Double>, Scratch) -> Value
  ) throws -> [Value] {
    try parallelMap(placement.starts.count, threads: threads, makeScratch: makeScratch) { epoch, scratch in
      memory.update((epoch * size)..<((epoch + 1) * size)) { values in body(&values, scratch) }
    }
  }

  private func readVolts(row: Int, from first: Int, into destination: inout MutableSpan<Double>) throws {
    let signal = recording.signals[signals[row]]
    guard let scale = signal.voltsPerUnit else { preconditionFailure("only voltages are selected") }
    try recording.source.readPhysical(signal: signals[row], from: first, into: &destination)
    for place in 0..<destination.count { destination[place] *= scale }
    guard !signal.encoding.isDigital else { return }
    for place in 0..<destination.count where !destination[place].isFinite {
      throw ERPError(
        code: .nonFiniteSamples,
        message: "signal '\(signal.label)' holds a value that is not a number at sample \(first + place); "
          + "exclude the channel")
    }
  }

  /// Copies the part of a filtered stretch that lies in epochs.
  private func write(_ values: Span<Double>, row: Int, from first: Int, into memory: DisjointWriter) {
    let range = first..<(first + values.count)
    for epoch in placement.epochs(overlapping: range) {
      let start = placement.starts[epoch]
      let shared = range.clamped(to: start..<(start + placement.count))
      let target = epoch * epochSize + row * placement.count + shared.lowerBound - start
      memory.write(values.extracting((shared.lowerBound - first)..<(shared.upperBound - first)), at: target)
    }
  }
}
