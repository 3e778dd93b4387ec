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
  private let convolver: BlockConvolver
  private let filterLength: Int

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
    self.segments = segments
    filterLength = length
    switch filter.settings.phase {
    case .zero: convolver = BlockConvolver(coefficients: filter.coefficients, longest: longest)
    case .minimum:
      // The first block of a stretch is continued to the front by the whole length of the filter, from its own samples.
      let size = BlockConvolver.bestSize(filterLength: length, longest: longest, smallest: 2 * length - 1)
      convolver = BlockConvolver(
        coefficients: filter.coefficients, lookahead: filter.lookahead, isSymmetric: false, size: size)
    }
  }

  /// The stretches shorter than the filter, where its result is distorted.
  var shortSegments: [Range<Int>] { segments.filter { !$0.isEmpty && $0.count < filterLength } }

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
    let pairs = stride(from: start, to: samples.upperBound, by: pairLength).map {
      BlockPair(segment: segment, first: $0)
    }
    for first in stride(from: 0, to: pairs.count, by: Self.lanes) {
      try filter(
        min(Self.lanes, pairs.count - first), item: { Item(signal: signal, pair: pairs[first + $0]) }, workspace,
        read: read
      ) { _, first, values in
        write(first, values)
      }
    }
  }

  /// Filters up to eight items at once.
  private func filter(
    _ count: Int, item: (Int) -> Item, _ workspace: BlockConvolver.Workspace, read: SampleReader,
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
    _ row: UnsafeMutableBufferPointer<Double>, signal: Int, first: Int, segment: Range<Int>, read: SampleReader
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
