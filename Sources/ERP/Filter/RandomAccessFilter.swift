import Synchronization

/// Filters any samples of some signals, in any order, always to the same values. Used from several threads at once.
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

  /// - Parameter signalCount: Batches are made smaller when there are so many signals that theirs would fill the memory.
  init(_ filter: SegmentFilter, signalCount: Int, read: @escaping SampleReader) {
    self.filter = filter
    source = read
    let perPair = signalCount * filter.pairLength * MemoryLayout<Double>.stride
    batchLength = filter.pairLength * min(SegmentFilter.lanes, max(1, Self.batchBytes / max(1, perPair)))
  }

  /// Most bytes that a batch of every signal may take.
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
  for sample in shared { destination[sample - samples.lowerBound] = values[sample - first] }
}

/// Buffers that threads borrow from each other, so that they are not made anew for every read.
private final class Pool<Buffer: AnyObject & Sendable>: Sendable {
  private let buffers = Mutex<[Buffer]>([])

  func take() -> Buffer? { buffers.withLock { $0.popLast() } }
  func give(_ buffer: Buffer) { buffers.withLock { $0.append(buffer) } }
}
