import CKernels

/// Eight rows of samples and the delays of a cascade of second-order sections for each of them.
///
/// `@unchecked Sendable`: it is memory that one thread at a time works on, which those who share it see to.
final class SectionLanes: @unchecked Sendable {
  /// Rows of samples that are filtered at once.
  static let count = Int(CK_SECTION_LANES)

  /// Row r begins at `rows + r * stride`.
  private let rows: UnsafeMutablePointer<Double>
  private let stride: Int
  /// Delays of the forward and of the backward pass: two of every section, a lane each.
  private let delays: UnsafeMutablePointer<Double>
  private let coefficients: [Double]
  private let steadyState: [Double]
  private let sectionCount: Int

  /// Which of the two passes.
  enum Pass: Int {
    case forward, backward
  }

  /// Room for rows of a length.
  init(_ sections: [SecondOrderSection], length: Int) {
    // Not a power of two, which would crowd a few cache sets.
    stride = length + 8
    sectionCount = sections.count
    coefficients = sections.flatMap { [$0.b0, $0.b1, $0.b2, $0.a1, $0.a2] }
    steadyState = sections.steadyState
    rows = .allocate(capacity: stride * Self.count)
    rows.initialize(repeating: 0, count: stride * Self.count)
    delays = .allocate(capacity: 2 * Self.delayCount(sections.count))
    delays.initialize(repeating: 0, count: 2 * Self.delayCount(sections.count))
  }

  deinit {
    rows.deallocate()
    delays.deallocate()
  }

  /// Delays of a cascade in all lanes.
  static func delayCount(_ sectionCount: Int) -> Int { 2 * sectionCount * count }

  /// The places of a row.
  func row(_ lane: Int, _ places: Range<Int>) -> UnsafeMutableBufferPointer<Double> {
    precondition(places.lowerBound >= 0 && places.upperBound <= stride, "places outside the row")
    return UnsafeMutableBufferPointer(start: rows + lane * stride + places.lowerBound, count: places.count)
  }

  /// The delays of a pass, `[section, first or second, lane]`.
  func delays(_ pass: Pass) -> UnsafeMutableBufferPointer<Double> {
    let count = Self.delayCount(sectionCount)
    return UnsafeMutableBufferPointer(start: delays + pass.rawValue * count, count: count)
  }

  /// Sets the delays to what they are when each lane's sample at a place has been there for ever.
  func settle(_ pass: Pass, at place: Int) {
    let delays = delays(pass)
    for index in steadyState.indices {
      for lane in 0..<Self.count {
        delays[index * Self.count + lane] = steadyState[index] * rows[lane * stride + place]
      }
    }
  }

  /// Filters some places of all rows in place, the backward pass from the last to the first.
  func filter(_ pass: Pass, _ places: Range<Int>) {
    precondition(places.lowerBound >= 0 && places.upperBound <= stride, "places outside the row")
    let run = pass == .forward ? ck_sections_forward : ck_sections_backward
    coefficients.withUnsafeBufferPointer {
      run(rows, stride, places.lowerBound, places.count, $0.baseAddress, sectionCount, delays(pass).baseAddress)
    }
  }
}

/// The delays of a pass at the borders of all blocks, for all signals.
///
/// `@unchecked Sendable`: entries are written without a lock, each by one thread, and read when all are there.
final class DelayTable: @unchecked Sendable {
  private let values: UnsafeMutableBufferPointer<Double>
  private let entrySize: Int
  private let groupCount: Int

  /// Room for blocks times groups of signals.
  init(blockCount: Int, groupCount: Int, entrySize: Int) {
    self.entrySize = entrySize
    self.groupCount = groupCount
    values = .allocate(capacity: blockCount * groupCount * entrySize)
    values.initialize(repeating: 0)
  }

  deinit { values.deallocate() }

  /// The entry of a block and a group of signals.
  func entry(block: Int, group: Int) -> UnsafeMutableBufferPointer<Double> {
    let first = (block * groupCount + group) * entrySize
    return values.extracting(first..<(first + entrySize))
  }
}
