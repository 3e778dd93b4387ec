/// An IIR filter that can filter any samples of a recording, forwards and backwards, because it has seen all of it.
///
/// Keeps the delays of both passes at the borders of blocks: a thousandth of the samples' memory.
struct RecursiveStates: Sendable {
  private let filter: RecursiveSegmentFilter
  private let plan: BlockPlan
  private let forward: DelayTable
  private let backward: DelayTable
  /// Number of the first block of every stretch.
  private let firstBlocks: [Int]

  init(filter: RecursiveSegmentFilter, plan: BlockPlan, forward: DelayTable, backward: DelayTable) {
    self.filter = filter
    self.plan = plan
    self.forward = forward
    self.backward = backward
    firstBlocks = plan.blocks.indices.filter { plan.blocks[$0].isFirst }
  }

  /// Samples that are filtered at once at most.
  var batchLength: Int { SectionLanes.count * plan.longestBlock }

  /// A thread's buffers.
  func makeWorkspace() -> SectionLanes { SectionLanes(plan.sections, length: plan.longestBlock) }

  /// Filters some samples of one signal; the same bits come out as if all were filtered at once.
  ///
  /// - Parameters:
  ///   - samples: Inside one stretch.
  ///   - write: Takes filtered samples, pieces of which may lie outside `samples`.
  func filter(
    signal: Int, samples: Range<Int>, of segment: Range<Int>, _ lanes: SectionLanes, read: SampleReader,
    write: (_ first: Int, _ values: Span<Double>) -> Void
  ) throws {
    guard let stretch = filter.segments.firstIndex(of: segment), let last = samples.last else { return }
    let origin = filter.sample(0, of: stretch)
    // All blocks of a stretch but the last have the same length.
    let length = plan.blocks[firstBlocks[stretch]].places.count
    let numbers =
      firstBlocks[stretch] + (samples.lowerBound - origin) / length...firstBlocks[stretch] + (last - origin) / length
    for first in stride(from: numbers.lowerBound, through: numbers.upperBound, by: SectionLanes.count) {
      let batch = first...min(first + SectionLanes.count - 1, numbers.upperBound)
      try filter(batch, signal: signal, lanes, read: read)
      for number in batch {
        let block = plan.blocks[number]
        let there = filter.samples(of: block)
        guard !there.isEmpty else { continue }
        let offset = there.lowerBound - filter.sample(block.places.lowerBound, of: stretch)
        let values = lanes.row(number - first, offset..<(offset + there.count))
        write(there.lowerBound, UnsafeBufferPointer(values).span)
      }
    }
  }

  /// Filters up to eight successive blocks of one stretch and signal, one in each lane.
  private func filter(_ batch: ClosedRange<Int>, signal: Int, _ lanes: SectionLanes, read: SampleReader) throws {
    let (group, source) = signal.quotientAndRemainder(dividingBy: SectionLanes.count)
    let length = plan.blocks[batch.lowerBound].places.count
    for number in batch {
      let block = plan.blocks[number]
      let lane = number - batch.lowerBound
      try filter.load(
        lanes.row(lane, 0..<block.places.count), signal: signal, segment: block.segment, places: block.places,
        read: read)
      copy(source, of: forward.entry(block: number, group: group), to: lane, of: lanes.delays(.forward))
      copy(source, of: backward.entry(block: number, group: group), to: lane, of: lanes.delays(.backward))
    }
    lanes.filter(.forward, 0..<length)
    // The last block of a stretch is shorter: its lane joins the backward pass at its own end.
    let final = plan.blocks[batch.upperBound].places.count
    if final < length {
      lanes.filter(.backward, final..<length)
      let lane = batch.upperBound - batch.lowerBound
      copy(source, of: backward.entry(block: batch.upperBound, group: group), to: lane, of: lanes.delays(.backward))
    }
    lanes.filter(.backward, 0..<final)
  }

  /// Copies the delays of one lane.
  private func copy(
    _ source: Int, of delays: UnsafeMutableBufferPointer<Double>, to target: Int,
    of others: UnsafeMutableBufferPointer<Double>
  ) {
    for index in Swift.stride(from: 0, to: delays.count, by: SectionLanes.count) {
      others[index + target] = delays[index + source]
    }
  }
}
