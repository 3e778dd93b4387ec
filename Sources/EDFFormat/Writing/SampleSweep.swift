import CKernels
import Dispatch
import EEGCore
import Synchronization

/// One pass over samples of a recording, in which all signals advance together.
///
/// A source that interleaves its signals is read once from front to back, whatever the number of signals.
struct SampleSweep {
  private static let blockLength = 1 << 13

  let recording: Recording
  /// The signals to visit.
  let signals: [Int]

  /// The samples of each signal in each block, in order of time.
  var blocks: some Sequence<[Range<Int>]> {
    let counts = signals.map { recording.signals[$0].sampleCount }
    let number = ((counts.max() ?? 0) + Self.blockLength - 1) / Self.blockLength
    // The share of a block is exact for every signal, so that no sample is visited twice.
    func boundary(_ count: Int, _ block: Int) -> Int {
      let product = count.multipliedFullWidth(by: block)
      return number.dividingFullWidth(product).quotient
    }
    return (0..<number).lazy.map { block in counts.map { boundary($0, block)..<boundary($0, block + 1) } }
  }

  /// Visits block after block, and the signals of a block on all processors.
  ///
  /// - Parameters:
  ///   - progress: Told the part of the work that is done.
  ///   - body: Called for each signal, by its place among `signals`, and the numbers of its samples.
  /// - Throws: The first error by position of the signal.
  private func run(
    progress: (Double) -> Void, _ body: @Sendable (_ place: Int, _ samples: Range<Int>) throws -> Void
  ) throws {
    let total = Double(signals.reduce(0) { $0 + recording.signals[$1].sampleCount })
    var done = 0
    for block in blocks {
      let failure = Mutex<(place: Int, error: any Error)?>(nil)
      DispatchQueue.concurrentPerform(iterations: signals.count) { place in
        guard !block[place].isEmpty else { return }
        do {
          try body(place, block[place])
        } catch {
          failure.withLock { if place < ($0?.place ?? .max) { $0 = (place, error) } }
        }
      }
      if let failure = failure.withLock({ $0 }) { throw failure.error }
      done += block.reduce(0) { $0 + $1.count }
      progress(Double(done) / total)
    }
  }

  /// Smallest and largest stored value of each signal; nil where there is no sample.
  func digitalRanges(progress: (Double) -> Void) throws -> [ClosedRange<Int32>?] {
    let ranges = Mutex([ClosedRange<Int32>?](repeating: nil, count: signals.count))
    let scratch = SignalScratch<Int32>(signals: signals.count, length: Self.blockLength, filledWith: 0)
    try run(progress: progress) { place, samples in
      let values = scratch.part(of: place, count: samples.count)
      var span = values.mutableSpan
      try recording.source.readDigital(signal: signals[place], from: samples.lowerBound, into: &span)
      var (lowest, highest) = (values[0], values[0])
      for value in values {
        lowest = min(lowest, value)
        highest = max(highest, value)
      }
      ranges.withLock { ranges in
        let known = ranges[place]
        ranges[place] = min(lowest, known?.lowerBound ?? lowest)...max(highest, known?.upperBound ?? highest)
      }
    }
    return ranges.withLock { $0 }
  }

  /// Smallest and largest physical value of each signal; nil where there is no sample.
  ///
  /// - Parameters:
  ///   - progress: Told the part of the work that is done.
  ///   - notFinite: Makes the error for a sample that is no finite number.
  func physicalRanges(
    progress: (Double) -> Void, notFinite: @Sendable (_ signal: Int, _ sample: Int) -> any Error
  ) throws -> [ClosedRange<Double>?] {
    let ranges = Mutex([ClosedRange<Double>?](repeating: nil, count: signals.count))
    let scratch = SignalScratch<Double>(signals: signals.count, length: Self.blockLength, filledWith: 0)
    try run(progress: progress) { place, samples in
      let values = scratch.part(of: place, count: samples.count)
      var span = values.mutableSpan
      try recording.source.readPhysical(signal: signals[place], from: samples.lowerBound, into: &span)
      var (lowest, highest) = (0.0, 0.0)
      guard ck_range(values.baseAddress, values.count, &lowest, &highest) != 0 else {
        let sample = samples.lowerBound + (values.firstIndex { !$0.isFinite } ?? 0)
        throw notFinite(signals[place], sample)
      }
      ranges.withLock { ranges in
        let known = ranges[place]
        ranges[place] = min(lowest, known?.lowerBound ?? lowest)...max(highest, known?.upperBound ?? highest)
      }
    }
    return ranges.withLock { $0 }
  }
}
