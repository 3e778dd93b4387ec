import ParallelLoops

/// Fills the span with samples of a signal, from a sample number on.
typealias SampleReader =
  @Sendable (_ signal: Int, _ first: Int, _ destination: inout MutableSpan<Double>) throws ->
  Void
/// Takes filtered samples of a signal, from a sample number on.
typealias SampleTaker = @Sendable (_ signal: Int, _ first: Int, _ values: Span<Double>) -> Void

/// Filters many signals by an FIR filter, stretch by stretch, reading and handing on blocks of samples as it goes.
///
/// The work is cut into blocks whose places depend on the filter and the stretches alone, and a lane of the transform
/// holds samples of one signal only. So a signal's result depends neither on the number of threads nor on the signals
/// filtered beside it.
struct SegmentFilter: Sendable {
  /// Stretches without a gap, as ranges of sample numbers; nothing is filtered across their ends.
  let segments: [Range<Int>]
  private let filter: FIRFilter
  private let convolver: BlockConvolver

  /// Prepares to filter the stretches.
  ///
  /// - Throws: ``ERPError``, code `signalTooShort`, when no stretch is as long as the filter.
  init(_ filter: FIRFilter, segments: [Range<Int>]) throws {
    let longest = segments.map(\.count).max() ?? 0
    let length = filter.coefficients.count
    guard longest >= length else {
      throw ERPError(
        code: .signalTooShort,
        message:
          "the filter is \(length) samples long (\(seconds(length, filter.rate)) s) but the longest stretch without "
          + "a gap is \(longest) (\(seconds(longest, filter.rate)) s); raise the lower cut-off, widen the transition "
          + "bands, or leave the filter out")
    }
    let size = BlockConvolver.bestSize(
      filterLength: length, longest: longest, smallest: Self.smallestBlock(filter))
    self.init(filter, segments: segments, blockSize: size)
  }

  private init(_ filter: FIRFilter, segments: [Range<Int>], blockSize: Int) {
    self.segments = segments
    self.filter = filter
    convolver = BlockConvolver(
      coefficients: filter.coefficients, lookahead: filter.lookahead, isSymmetric: filter.settings.phase == .zero,
      size: blockSize)
  }

  /// The first block of a stretch is continued to the front from its own samples, by as many as the filter looks back.
  private static func smallestBlock(_ filter: FIRFilter) -> Int {
    2 * filter.coefficients.count - 1 - 2 * filter.lookahead
  }

  /// The same filter with blocks that suit reading each of many signals by itself.
  ///
  /// There a signal fills all lanes with successive blocks and keeps what comes out, so large blocks take much memory,
  /// and with less memory there are lanes without work. Results differ by rounding alone.
  ///
  /// - Parameter values: Most values that a signal may keep.
  /// - Returns: The filter and how many pairs of blocks it should filter at once.
  func forReading(keeping values: Int) -> (filter: SegmentFilter, pairCount: Int) {
    let length = filter.coefficients.count
    func pairCount(_ size: Int) -> Int { min(Self.lanes, max(1, values / (2 * (size - length + 1)))) }
    func work(_ size: Int) -> Double {
      Double(size * (size.trailingZeroBitCount + 4)) / Double((size - length + 1) * pairCount(size))
    }
    let sizes = sequence(first: convolver.size) { $0 / 2 }.prefix { $0 > length && $0 >= Self.smallestBlock(filter) }
    let best = sizes.min { work($0) < work($1) } ?? convolver.size
    let reader = best == convolver.size ? self : SegmentFilter(filter, segments: segments, blockSize: best)
    return (reader, pairCount(best))
  }

  /// The stretches shorter than the filter, where its result is distorted.
  var shortSegments: [Range<Int>] { segments.filter { !$0.isEmpty && $0.count < filter.coefficients.count } }

  /// Two successive blocks of one stretch, which share a complex transform.
  struct BlockPair {
    let segment: Range<Int>
    /// First sample of the first block.
    let first: Int
  }

  /// A pair of blocks of one signal: what a lane of the transform filters.
  private struct Item {
    let signal: Int
    let pair: BlockPair
  }

  /// Items that are filtered at once.
  static let lanes = BlockConvolver.blockCount / 2

  /// Filters.
  ///
  /// - Parameters:
  ///   - signalCount: Number of signals.
  ///   - wanted: Says whether any sample of a range is needed; blocks that are not are left out.
  ///   - threads: Number of threads.
  ///   - read: Fills the span with samples of a signal from a sample number on. Called from several threads.
  ///   - write: Takes filtered samples of a signal from a sample number on. Called from several threads.
  ///   - progress: Told the part of the work that is done.
  /// - Throws: The first error of `read`; ``ERPError``, code `nonFiniteSamples`.
  func run(
    signalCount: Int, wanted: (Range<Int>) -> Bool, threads: Int, read: SampleReader, write: SampleTaker,
    progress: ProgressMeter? = nil
  ) throws {
    let pairs = segments.flatMap(blockPairs).filter { wanted(range(of: $0)) }
    let itemCount = pairs.count * signalCount
    let groupCount = (itemCount + Self.lanes - 1) / Self.lanes

    try parallelFor(groupCount, threads: threads) {
      makeWorkspace()
    } body: { group, workspace in
      let items = (group * Self.lanes)..<min((group + 1) * Self.lanes, itemCount)
      try filter(
        items.count,
        item: {
          Item(signal: (items.lowerBound + $0) % signalCount, pair: pairs[(items.lowerBound + $0) / signalCount])
        },
        workspace, read: read
      ) { signal, first, values in
        write(signal, first, values)
      }
      progress?.advance(by: 1 / Double(groupCount))
    }
  }

  /// A thread's buffers.
  func makeWorkspace() -> BlockConvolver.Workspace { BlockConvolver.Workspace(size: convolver.size) }

  /// Samples of a block with what the filter needs around it.
  var blockSize: Int { convolver.size }

  /// Samples of a stretch that one pair of blocks yields.
  var pairLength: Int { 2 * convolver.yield }

  /// Filters some samples of one signal.
  ///
  /// - Parameters:
  ///   - signal: Which signal.
  ///   - samples: Inside one stretch.
  ///   - write: Takes filtered samples, pieces of which may lie outside `samples`.
  func filter(
    signal: Int, samples: Range<Int>, of segment: Range<Int>, _ workspace: BlockConvolver.Workspace,
    read: SampleReader, write: (_ first: Int, _ values: Span<Double>) -> Void
  ) throws {
    let start = samples.lowerBound - (samples.lowerBound - segment.lowerBound) % pairLength
    for first in stride(from: start, to: samples.upperBound, by: Self.lanes * pairLength) {
      let pairs = stride(
        from: first, to: min(samples.upperBound, first + Self.lanes * pairLength), by: pairLength
      ).map { BlockPair(segment: segment, first: $0) }
      // Blocks overlap by the length of the filter, but each sample is read once.
      let needed = ((first - convolver.lead)..<(first + pairs.count * pairLength + filter.lookahead))
        .clamped(to: segment)
      try withUnsafeTemporaryAllocation(of: Double.self, capacity: needed.count) { input in
        input.initialize(repeating: 0)
        var span = input.mutableSpan
        try read(signal, needed.lowerBound, &span)
        try filter(
          pairs.count, item: { Item(signal: signal, pair: pairs[$0]) }, workspace,
          read: { _, first, destination in
            for place in 0..<destination.count {
              destination[unchecked: place] = input[first - needed.lowerBound + place]
            }
          },
          write: { _, first, values in write(first, values) })
      }
    }
  }

  /// Filters up to eight items at once.
  private func filter(
    _ count: Int, item: (Int) -> Item, _ workspace: BlockConvolver.Workspace,
    read: (_ signal: Int, _ first: Int, _ destination: inout MutableSpan<Double>) throws -> Void,
    write: (_ signal: Int, _ first: Int, _ values: Span<Double>) -> Void
  ) throws {
    for row in 0..<BlockConvolver.blockCount {
      let rowSpan = UnsafeMutableBufferPointer(start: workspace.rows + row * workspace.stride, count: convolver.size)
      guard row % Self.lanes < count else {
        rowSpan.update(repeating: 0)
        continue
      }
      let item = item(row % Self.lanes)
      try load(
        rowSpan, signal: item.signal, first: item.pair.first + (row / Self.lanes) * convolver.yield,
        segment: item.pair.segment, read: read)
    }
    convolver.filter(workspace)
    for row in 0..<BlockConvolver.blockCount where row % Self.lanes < count {
      let item = item(row % Self.lanes)
      let first = item.pair.first + (row / Self.lanes) * convolver.yield
      let count = min(convolver.yield, item.pair.segment.upperBound - first)
      guard count > 0 else { continue }
      let values = UnsafeBufferPointer(start: workspace.rows + row * workspace.stride, count: count)
      write(item.signal, first, values.span)
    }
  }

  private func blockPairs(of segment: Range<Int>) -> [BlockPair] {
    stride(from: segment.lowerBound, to: segment.upperBound, by: pairLength).map {
      BlockPair(segment: segment, first: $0)
    }
  }

  private func range(of pair: BlockPair) -> Range<Int> {
    pair.first..<min(pair.first + pairLength, pair.segment.upperBound)
  }

  /// Fills a row with the samples `first - lead ..< first - lead + size`, continued beyond the ends of the stretch by
  /// MNE's "reflect_limited" rule: turned about the end sample for at most the length of the filter, then zero.
  private func load(
    _ row: UnsafeMutableBufferPointer<Double>, signal: Int, first: Int, segment: Range<Int>,
    read: (Int, Int, inout MutableSpan<Double>) throws -> Void
  ) throws {
    guard first < segment.upperBound else {
      row.update(repeating: 0)
      return
    }
    let start = first - convolver.lead
    let there = max(start, segment.lowerBound)..<min(start + convolver.size, segment.upperBound)
    let places = (there.lowerBound - start)..<(there.upperBound - start)
    var span = row.extracting(places).mutableSpan
    try read(signal, there.lowerBound, &span)

    let last = places.upperBound - 1
    // What a block cannot reflect, because it holds too little of the stretch, lies beyond the reach of its results.
    for place in places.upperBound..<max(places.upperBound, row.count) {
      let mirror = 2 * last - place
      row[place] = mirror >= places.lowerBound ? 2 * row[last] - row[mirror] : 0
    }
    for place in 0..<places.lowerBound {
      let mirror = 2 * places.lowerBound - place
      row[place] = mirror <= last ? 2 * row[places.lowerBound] - row[mirror] : 0
    }
  }
}

func seconds(_ samples: Int, _ rate: Double) -> String {
  let hundredths = (Double(samples) / rate * 100).rounded() / 100
  return String(hundredths)
}
