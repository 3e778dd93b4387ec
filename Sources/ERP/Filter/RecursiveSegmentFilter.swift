import ParallelLoops

/// Filters many signals by an IIR filter forwards and backwards, stretch by stretch, in blocks.
///
/// The forward pass needs all of the past and the backward pass all of the future. What they need of them is in the
/// delays of the sections. So a first sweep runs forwards and notes the delays at the start of every block, and a second
/// one goes through the blocks from the last to the first: it filters each forwards once more, from the noted delays, and
/// then backwards, going on from the block behind it. Every sample goes through the same operations as in one pass over
/// the whole stretch, so results are the same bit for bit whatever the blocks, the threads or the other signals.
///
/// Eight signals share the lanes of a vector, see ``SectionLanes``.
struct RecursiveSegmentFilter: Sendable {
  /// Stretches without a gap, as ranges of sample numbers; nothing is filtered across their ends.
  let segments: [Range<Int>]
  let filter: IIRFilter
  private let paddings: [Int]
  private let blockLength: Int

  /// A part of a stretch.
  struct Block {
    /// Index into `segments`.
    let segment: Int
    /// Places in the stretch with its continuation: place 0 is the first sample of the continuation in front.
    let places: Range<Int>
    let isFirst: Bool
    let isLast: Bool
  }

  /// Samples of a block: eight signals' fit the second-level cache.
  static let usualBlockLength = 8192
  /// Most bytes that the delays of one pass may take.
  private static let delayBytes = 1 << 26

  /// Prepares to filter the stretches.
  ///
  /// - Parameter blockLength: Samples of a block; they become longer when there are so many of them that their delays
  ///   would take much memory.
  /// - Throws: ``ERPError``, code `signalTooShort`, when a stretch has not enough samples for the continuation.
  init(_ filter: IIRFilter, segments: [Range<Int>], blockLength: Int = usualBlockLength) throws {
    self.filter = filter
    self.segments = segments.filter { !$0.isEmpty }
    self.blockLength = blockLength
    paddings = try self.segments.map(filter.padding)
  }

  /// The stretches in which the filter still rings when they end.
  var shortSegments: [Range<Int>] { segments.filter { $0.count <= filter.paddingLength } }

  /// Filters; the parameters are those of ``SegmentFilter/run(signalCount:wanted:threads:read:write:progress:)``.
  ///
  /// Every sample of a stretch that holds wanted ones is read twice. Only blocks with wanted samples are handed on.
  ///
  /// - Throws: The first error of `read`.
  func run(
    signalCount: Int, wanted: (Range<Int>) -> Bool, threads: Int, read: @escaping SampleReader, write: SampleTaker,
    progress: ProgressMeter? = nil
  ) throws {
    let plan = BlockPlan(self, signalCount: signalCount)
    let isWanted = plan.blocks.map { block in
      let samples = samples(of: block)
      return !samples.isEmpty && wanted(samples)
    }
    // Of a stretch without a wanted block there is nothing to do; of one with some, nothing in front of the first.
    var firstWanted = [Int?](repeating: nil, count: segments.count)
    for number in plan.blocks.indices.reversed() where isWanted[number] {
      firstWanted[plan.blocks[number].segment] = number
    }
    let needed = plan.blocks.indices.filter { firstWanted[plan.blocks[$0].segment] != nil }
    let filtered = needed.filter { number in firstWanted[plan.blocks[number].segment].map { number >= $0 } ?? false }
    let sweeps = Sweeps(self, plan: plan, threads: threads, read: read)
    let part = 1 / Double(max(1, needed.count + 2 * filtered.count))
    try sweeps.forward(needed) { progress?.advance(by: part) }
    try sweeps.backward(filtered, noting: nil) { number, group, lanes in
      guard isWanted[number] else { return }
      let block = plan.blocks[number]
      let samples = samples(of: block)
      let first = samples.lowerBound - self.sample(block.places.lowerBound, of: block.segment)
      for signal in plan.signals(of: group) {
        let values = lanes.row(signal % SectionLanes.count, first..<(first + samples.count))
        write(signal, samples.lowerBound, UnsafeBufferPointer(values).span)
      }
    } afterEach: {
      progress?.advance(by: 2 * part)
    }
  }

  /// Sweeps over everything once and notes the delays of both passes at the borders of all blocks.
  func states(signalCount: Int, threads: Int, read: @escaping SampleReader) throws -> RecursiveStates {
    let plan = BlockPlan(self, signalCount: signalCount)
    let backward = plan.makeTable()
    let sweeps = Sweeps(self, plan: plan, threads: threads, read: read)
    try sweeps.forward(Array(plan.blocks.indices)) {}
    try sweeps.backward(Array(plan.blocks.indices), noting: backward) { _, _, _ in
    } afterEach: {
    }
    return RecursiveStates(filter: self, plan: plan, forward: sweeps.forwardDelays, backward: backward)
  }

  /// The sample number of a place, which may lie beyond the ends of the stretch.
  func sample(_ place: Int, of segment: Int) -> Int { segments[segment].lowerBound + place - paddings[segment] }

  /// The samples of a block that lie in its stretch.
  func samples(of block: Block) -> Range<Int> {
    (sample(block.places.lowerBound, of: block.segment)..<sample(block.places.upperBound, of: block.segment))
      .clamped(to: segments[block.segment])
  }

  /// All blocks in order, for so many signals.
  fileprivate func blocks(signalCount: Int) -> [Block] {
    let groups = (signalCount + SectionLanes.count - 1) / SectionLanes.count
    let entryBytes = groups * SectionLanes.delayCount(filter.sections.count) * MemoryLayout<Double>.stride
    let total = segments.indices.reduce(0) { $0 + segments[$1].count + 2 * paddings[$1] }
    let length = max(blockLength, total / max(1, Self.delayBytes / max(1, entryBytes)))
    return segments.indices.flatMap { segment in
      let end = segments[segment].count + 2 * paddings[segment]
      return stride(from: 0, to: end, by: length).map { first in
        Block(
          segment: segment, places: first..<min(first + length, end), isFirst: first == 0, isLast: first + length >= end
        )
      }
    }
  }

  /// Fills a row with the samples of some places; beyond the ends the stretch is turned about its end sample.
  func load(
    _ row: UnsafeMutableBufferPointer<Double>, signal: Int, segment: Int, places: Range<Int>, read: SampleReader
  ) throws {
    let stretch = segments[segment]
    let (first, last) = (stretch.lowerBound, stretch.upperBound - 1)
    let wanted = sample(places.lowerBound, of: segment)..<sample(places.upperBound, of: segment)
    let inside = wanted.clamped(to: stretch)
    if !inside.isEmpty {
      var span = row.extracting((inside.lowerBound - wanted.lowerBound)..<(inside.upperBound - wanted.lowerBound))
        .mutableSpan
      try read(signal, inside.lowerBound, &span)
    }
    if wanted.lowerBound < first {
      let count = min(wanted.upperBound, first) - wanted.lowerBound
      try turn(
        row.extracting(0..<count), signal: signal, about: first, from: 2 * first - wanted.lowerBound - count + 1, read)
    }
    if wanted.upperBound - 1 > last {
      let start = max(wanted.lowerBound, last + 1)
      let places = row.extracting((start - wanted.lowerBound)..<wanted.count)
      try turn(places, signal: signal, about: last, from: 2 * last - wanted.upperBound + 1, read)
    }
  }

  /// Fills places with the mirror image of samples about one of them, both in time and in value.
  private func turn(
    _ places: UnsafeMutableBufferPointer<Double>, signal: Int, about centre: Int, from first: Int, _ read: SampleReader
  ) throws {
    var samples = places.mutableSpan
    try read(signal, first, &samples)
    var edge = 0.0
    try withUnsafeMutablePointer(to: &edge) { pointer in
      var span = UnsafeMutableBufferPointer(start: pointer, count: 1).mutableSpan
      try read(signal, centre, &span)
    }
    var reversed = places
    reversed.reverse()
    for place in places.indices { places[place] = 2 * edge - places[place] }
  }
}

/// The blocks of all stretches and the groups of signals that share vectors.
struct BlockPlan: Sendable {
  let blocks: [RecursiveSegmentFilter.Block]
  let signalCount: Int
  let sections: [SecondOrderSection]
  let longestBlock: Int

  init(_ filter: RecursiveSegmentFilter, signalCount: Int) {
    blocks = filter.blocks(signalCount: signalCount)
    longestBlock = blocks.map(\.places.count).max() ?? 0
    self.signalCount = signalCount
    sections = filter.filter.sections
  }

  var groupCount: Int { (signalCount + SectionLanes.count - 1) / SectionLanes.count }

  /// The signals of a group.
  func signals(of group: Int) -> Range<Int> {
    (group * SectionLanes.count)..<min((group + 1) * SectionLanes.count, signalCount)
  }

  /// Room for the delays of a pass at every block.
  func makeTable() -> DelayTable {
    DelayTable(
      blockCount: blocks.count, groupCount: groupCount, entrySize: SectionLanes.delayCount(sections.count))
  }
}

/// The sweeps over the blocks of all signals, forwards and then backwards.
private struct Sweeps: Sendable {
  /// The delays of the forward pass at the start of every block.
  let forwardDelays: DelayTable
  private let filter: RecursiveSegmentFilter
  private let plan: BlockPlan
  private let threads: Int
  private let read: SampleReader
  /// One a group of signals, so that all of them go through the recording together.
  private let lanes: [SectionLanes]

  init(_ filter: RecursiveSegmentFilter, plan: BlockPlan, threads: Int, read: @escaping SampleReader) {
    self.filter = filter
    self.plan = plan
    self.threads = threads
    self.read = read
    forwardDelays = plan.makeTable()
    lanes = (0..<plan.groupCount).map { _ in SectionLanes(plan.sections, length: plan.longestBlock) }
  }

  /// Notes the delays at the starts of blocks, given in order.
  func forward(_ numbers: [Int], afterEach: () -> Void) throws {
    for number in numbers {
      let block = plan.blocks[number]
      try forEachGroup { group, lanes in
        // Of a stretch that is a single block nothing is needed that the other sweep would not find again.
        if block.isLast && block.isFirst { return }
        if !block.isFirst { copy(lanes.delays(.forward), to: forwardDelays.entry(block: number, group: group)) }
        if block.isLast { return }
        try load(block, group, lanes)
        if block.isFirst {
          lanes.settle(.forward, at: 0)
          copy(lanes.delays(.forward), to: forwardDelays.entry(block: number, group: group))
        }
        lanes.filter(.forward, 0..<block.places.count)
      }
      afterEach()
    }
  }

  /// Filters blocks, given in order, from the last to the first.
  ///
  /// - Parameters:
  ///   - table: Where the delays behind every block are noted.
  ///   - take: Takes what is filtered of a block and a group of signals.
  func backward(
    _ numbers: [Int], noting table: DelayTable?,
    take: @Sendable (_ number: Int, _ group: Int, _ lanes: SectionLanes) -> Void, afterEach: () -> Void
  ) throws {
    for number in numbers.reversed() {
      let block = plan.blocks[number]
      try forEachGroup { group, lanes in
        try load(block, group, lanes)
        if block.isFirst && block.isLast {
          lanes.settle(.forward, at: 0)
          if table != nil { copy(lanes.delays(.forward), to: forwardDelays.entry(block: number, group: group)) }
        } else {
          copy(forwardDelays.entry(block: number, group: group), to: lanes.delays(.forward))
        }
        lanes.filter(.forward, 0..<block.places.count)
        if block.isLast { lanes.settle(.backward, at: block.places.count - 1) }
        if let table { copy(lanes.delays(.backward), to: table.entry(block: number, group: group)) }
        lanes.filter(.backward, 0..<block.places.count)
        take(number, group, lanes)
      }
      afterEach()
    }
  }

  private func forEachGroup(_ body: @Sendable (_ group: Int, _ lanes: SectionLanes) throws -> Void) throws {
    try parallelFor(plan.groupCount, threads: threads) {
    } body: { group, _ in
      try body(group, lanes[group])
    }
  }

  private func load(_ block: RecursiveSegmentFilter.Block, _ group: Int, _ lanes: SectionLanes) throws {
    for signal in plan.signals(of: group) {
      try filter.load(
        lanes.row(signal % SectionLanes.count, 0..<block.places.count), signal: signal, segment: block.segment,
        places: block.places, read: read)
    }
  }
}

private func copy(_ source: UnsafeMutableBufferPointer<Double>, to target: UnsafeMutableBufferPointer<Double>) {
  for place in target.indices { target[place] = source[place] }
}
