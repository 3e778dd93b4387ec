/// Filters many signals, stretch by stretch, reading and handing on blocks of samples as it goes.
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
        message: "the filter is \(length) samples long (\(seconds(length, filter.rate)) s) but the longest stretch without "
          + "a gap is \(longest) (\(seconds(longest, filter.rate)) s); raise the lower cut-off, widen the transition "
          + "bands, or leave the filter out")
    }
    self.segments = segments
    filterLength = length
    convolver = BlockConvolver(coefficients: filter.coefficients, longest: longest)
  }

  /// The stretches shorter than the filter, where its result is distorted.
  var shortSegments: [Range<Int>] { segments.filter { !$0.isEmpty && $0.count < filterLength } }

  /// Two successive blocks of one stretch, which share a complex transform.
  private struct BlockPair {
    let segment: Range<Int>
    /// First sample of the first block.
    let first: Int
  }

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
    signalCount: Int, wanted: (Range<Int>) -> Bool, threads: Int,
    read: @Sendable (_ signal: Int, _ first: Int, _ destination: inout MutableSpan<Double>) throws -> Void,
    write: @Sendable (_ signal: Int, _ first: Int, _ values: Span<Double>) -> Void,
    progress: ProgressMeter? = nil
  ) throws {
    let pairs = blockPairs().filter { wanted($0.first..<min($0.first + 2 * convolver.yield, $0.segment.upperBound)) }
    let lanes = BlockConvolver.blockCount / 2
    let itemCount = pairs.count * signalCount
    let groupCount = (itemCount + lanes - 1) / lanes

    try parallelFor(groupCount, threads: threads) {
      BlockConvolver.Workspace(size: convolver.size)
    } body: { group, workspace in
      let items = (group * lanes)..<min((group + 1) * lanes, itemCount)
      for row in 0..<BlockConvolver.blockCount {
        let rowSpan = UnsafeMutableBufferPointer(start: workspace.rows + row * workspace.stride, count: convolver.size)
        let item = items.lowerBound + row % lanes
        guard item < items.upperBound else {
          rowSpan.update(repeating: 0)
          continue
        }
        let pair = pairs[item / signalCount]
        try load(
          rowSpan, signal: item % signalCount, first: pair.first + (row / lanes) * convolver.yield,
          segment: pair.segment, read: read)
      }
      convolver.filter(workspace)
      for row in 0..<BlockConvolver.blockCount {
        let item = items.lowerBound + row % lanes
        guard item < items.upperBound else { continue }
        let pair = pairs[item / signalCount]
        let first = pair.first + (row / lanes) * convolver.yield
        let count = min(convolver.yield, pair.segment.upperBound - first)
        guard count > 0 else { continue }
        let values = UnsafeBufferPointer(start: workspace.rows + row * workspace.stride, count: count)
        write(item % signalCount, first, values.span)
      }
      progress?.advance(by: 1 / Double(groupCount))
    }
  }

  private func blockPairs() -> [BlockPair] {
    segments.flatMap { segment in
      stride(from: segment.lowerBound, to: segment.upperBound, by: 2 * convolver.yield).map {
        BlockPair(segment: segment, first: $0)
      }
    }
  }

  /// Fills a row with the samples `first - reach ..< first - reach + size`, continued beyond the ends of the stretch by
  /// MNE's "reflect_limited" rule: turned about the end sample for at most the length of the filter, then zero.
  private func load(
    _ row: UnsafeMutableBufferPointer<Double>, signal: Int, first: Int, segment: Range<Int>,
    read: (Int, Int, inout MutableSpan<Double>) throws -> Void
  ) throws {
    let start = first - convolver.reach
    let there = max(start, segment.lowerBound)..<min(start + convolver.size, segment.upperBound)
    guard first < segment.upperBound, !there.isEmpty else {
      row.update(repeating: 0)
      return
    }
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

private func seconds(_ samples: Int, _ rate: Double) -> String {
  let hundredths = (Double(samples) / rate * 100).rounded() / 100
  return String(hundredths)
}
