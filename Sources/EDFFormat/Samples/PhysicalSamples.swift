import EEGCore
import Glibc

/// Float32 physical values of several signals, each in its own unit, one signal after the other.
///
/// A reference to one block of memory in huge pages: gigabytes are filled without a copy.
///
/// `@unchecked Sendable`: the memory is written only before the object is handed out.
public final class PhysicalSamples: @unchecked Sendable {
  /// Indices into ``Recording/signals`` of the signals held, in the order they were asked for.
  public let signals: [Int]
  /// Joined sample numbers held, one range for each of `signals`.
  public let sampleRanges: [Range<Int>]
  private let starts: [Int]
  private let mapping: UnsafeMutableRawPointer
  private let mappingLength: Int
  let base: UnsafeMutablePointer<Float>

  /// Reserves memory; the pages come as they are written.
  init(signals: [Int], sampleRanges: [Range<Int>]) {
    self.signals = signals
    self.sampleRanges = sampleRanges
    var starts: [Int] = []
    var total = 0
    for range in sampleRanges {
      starts.append(total)
      // Rows begin on cache lines.
      total += (range.count + 15) / 16 * 16
    }
    self.starts = starts
    let hugePage = 2 << 20
    mappingLength = max(1, total) * MemoryLayout<Float>.stride + hugePage
    guard
      let memory = mmap(nil, mappingLength, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
      memory != MAP_FAILED
    else { preconditionFailure("no address space for \(mappingLength) bytes") }
    mapping = memory
    let misalignment = Int(bitPattern: memory) % hugePage
    let aligned = memory + (misalignment == 0 ? 0 : hugePage - misalignment)
    madvise(aligned, mappingLength - hugePage, Int32(MADV_HUGEPAGE))
    base = aligned.bindMemory(to: Float.self, capacity: max(1, total))
  }

  deinit { munmap(mapping, mappingLength) }

  /// Where the values of the n-th signal held begin.
  func row(_ position: Int) -> UnsafeMutablePointer<Float> { base + starts[position] }

  /// Number of values held of the n-th signal.
  public func count(_ position: Int) -> Int { sampleRanges[position].count }

  /// One value: the n-th signal held, counted from its first sample held.
  public subscript(position: Int, sample: Int) -> Float {
    precondition(sample >= 0 && sample < sampleRanges[position].count, "sample outside the values held")
    return row(position)[sample]
  }

  /// Calls `body` with all values of the n-th signal held; the pointer is valid only there.
  public func withValues<Result>(
    _ position: Int, _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    try body(UnsafeBufferPointer(start: row(position), count: sampleRanges[position].count))
  }
}
