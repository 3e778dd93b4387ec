import Synchronization

/// Filters any samples of some signals, in any order, always to the same values.
///
/// Used from several threads at once.
protocol RandomAccessFilter: Sendable {
  /// How many successive samples it filters at once; asking for fewer costs as much.
  var batchLength: Int { get }

  /// Filters samples of a signal that lie inside one stretch, as many as `destination` holds.
  func read(_ signal: Int, _ first: Int, _ destination: inout MutableSpan<Double>) throws
}

/// Filters samples by an IIR filter whose delays at the borders of blocks are known.
struct RecursiveReader: RandomAccessFilter {
  private let states: RecursiveStates
  private let segments: [Range<Int>]
  private let source: SampleReader
  private let workspaces = Pool<SectionLanes>()

  init(_ states: RecursiveStates, segments: [Range<Int>], read: @escaping SampleReader) {
    self.states = states
    self.segments = segments
    source = read
  }

  var batchLength: Int { states.batchLength }

  func read(_ signal: Int, _ first: Int, _ destination: inout MutableSpan<Double>) throws {
    guard let segment = segments.first(where: { $0.contains(first) }) else { return }
    let samples = first..<(first + destination.count)
    let workspace = workspaces.take() ?? states.makeWorkspace()
    defer { workspaces.give(workspace) }
    try destination.withUnsafeMutableBufferPointer { destination in
      try states.filter(signal: signal, samples: samples, of: segment, workspace, read: source) { place, values in
        copy(values, from: place, to: destination, at: samples)
      }
    }
  }
}

/// Filters samples by an FIR filter.
struct ConvolvingReader: RandomAccessFilter {
  private let filter: SegmentFilter
  private let source: SampleReader
  private let workspaces = Pool<BlockConvolver.Workspace>()
  let batchLength: Int

  /// - Parameter signalCount: The more signals, the smaller are their batches.
  init(_ filter: SegmentFilter, signalCount: Int, read: @escaping SampleReader) {
    let mostValues = Self.batchBytes / MemoryLayout<Double>.stride / max(1, signalCount)
    let (reader, pairCount) = filter.forReading(keeping: mostValues)
    self.filter = reader
    source = read
    batchLength = reader.pairLength * pairCount
  }

  /// Most bytes that the batches of all signals may take, unless a single pair of blocks takes more.
  private static let batchBytes = 1 << 27

  func read(_ signal: Int, _ first: Int, _ destination: inout MutableSpan<Double>) throws {
    guard let segment = filter.segments.first(where: { $0.contains(first) }) else { return }
    let samples = first..<(first + destination.count)
    let workspace = workspaces.take() ?? filter.makeWorkspace()
    defer { workspaces.give(workspace) }
    try destination.withUnsafeMutableBufferPointer { destination in
      try filter.filter(signal: signal, samples: samples, of: segment, workspace, read: source) { place, values in
        copy(values, from: place, to: destination, at: samples)
      }
    }
  }
}

/// Copies what lies in a range of samples to its place there.
private func copy(
  _ values: Span<Double>, from first: Int, to destination: UnsafeMutableBufferPointer<Double>, at samples: Range<Int>
) {
  let shared = (first..<(first + values.count)).clamped(to: samples)
  guard let target = destination.baseAddress, !shared.isEmpty else { return }
  values.withUnsafeBufferPointer { values in
    guard let source = values.baseAddress else { return }
    (target + shared.lowerBound - samples.lowerBound).update(
      from: source + shared.lowerBound - first, count: shared.count)
  }
}

/// Buffers that threads borrow from each other, so that they are not made anew for every read.
private final class Pool<Buffer: AnyObject & Sendable>: Sendable {
  private let buffers = Mutex<[Buffer]>([])

  func take() -> Buffer? { buffers.withLock { $0.popLast() } }
  func give(_ buffer: Buffer) { buffers.withLock { $0.append(buffer) } }
}
