import EEGCore
import Synchronization

/// One signal at its new rate, made from front to back as it is read.
///
/// A read that goes on where the last one ended costs only its own samples; one further on skips what lies between; one
/// that goes back begins its segment anew. Samples do not depend on how they are asked for: the filter always runs from
/// the start of the segment.
final class SignalStream: Sendable {
  private static let blockLength = 8192
  /// Half the length of the filter, in samples of the lower rate, with room to spare: 175 dB in 0.09 of the Nyquist
  /// frequency are 134 samples by Kaiser's formula.
  private static let reach = 320.0

  private let source: any SampleSource
  private let plan: ResamplingPlan
  /// Samples of the continuation in front of and behind a stretch, at the input's rate.
  private let padding: Int
  /// The same at the output's rate.
  private let skipped: Int
  private let position = Mutex<Position?>(nil)

  /// Where the stream stands.
  private final class Position {
    let stretch: Int
    let resampler: SoxrStream
    /// Next input sample, within the stretch; its continuation has negative numbers and those past the end.
    var nextInput: Int
    /// Next output sample, within the stretch.
    var nextOutput: Int
    var input: [Double] = []
    var consumed = 0

    init(stretch: Int, resampler: consuming SoxrStream, nextInput: Int, nextOutput: Int) {
      self.stretch = stretch
      self.resampler = resampler
      self.nextInput = nextInput
      self.nextOutput = nextOutput
    }
  }

  init(source: any SampleSource, plan: ResamplingPlan) {
    self.source = source
    self.plan = plan
    // The continuation must be a whole number of samples at both rates, or the output would be shifted in time.
    let ratio = plan.outputRate / plan.inputRate
    let needed = Int((Self.reach * max(1, 1 / ratio)).rounded(.up))
    func error(_ length: Int) -> Double {
      let exact = Double(length) * ratio
      return abs(exact - exact.rounded())
    }
    let candidates = needed..<(needed + 20_000)
    padding = candidates.first { error($0) < 1e-9 } ?? candidates.min { error($0) < error($1) } ?? needed
    skipped = Int((Double(padding) * ratio).rounded())
  }

  /// Reads joined output samples, as many as `destination` holds.
  func read(from first: Int, into destination: inout MutableSpan<Double>) throws {
    var values = [Double](repeating: 0, count: destination.count)
    try position.withLock { position in
      for part in plan.parts(of: first..<(first + values.count)) {
        let open = try self.open(part.stretch, at: part.samples.lowerBound, from: position)
        position = open
        try self.make(into: &values, at: part.offset..<(part.offset + part.samples.count), open)
      }
    }
    for index in values.indices { destination[index] = values[index] }
  }

  /// The stream at a sample: the one that is open when it stands there or before it, else a new one.
  private func open(_ stretch: Int, at output: Int, from current: Position?) throws -> Position {
    let position: Position
    if let current, current.stretch == stretch, current.nextOutput <= output {
      position = current
    } else {
      position = Position(
        stretch: stretch, resampler: try SoxrStream(inputRate: plan.inputRate, outputRate: plan.outputRate),
        nextInput: -padding, nextOutput: -skipped)
    }
    guard position.nextOutput < output else { return position }
    var ignored = [Double](repeating: 0, count: min(Self.blockLength, output - position.nextOutput))
    while position.nextOutput < output {
      try make(into: &ignored, at: 0..<min(ignored.count, output - position.nextOutput), position)
    }
    return position
  }

  /// Makes the next output samples.
  private func make(into values: inout [Double], at range: Range<Int>, _ position: Position) throws {
    let end = plan.stretches[position.stretch].input.count + padding
    var done = range.lowerBound
    while done < range.upperBound {
      if position.consumed == position.input.count, position.nextInput < end {
        position.input = try input(
          position.nextInput..<min(end, position.nextInput + Self.blockLength), position.stretch)
        position.consumed = 0
        position.nextInput += position.input.count
      }
      let isAtEnd = position.consumed == position.input.count
      let (taken, made) = try position.resampler.process(
        isAtEnd ? nil : position.input, from: position.consumed, into: &values, at: done..<range.upperBound)
      position.consumed += taken
      done += made
      // The continuation is longer than the filter: all that is asked for comes out.
      guard !isAtEnd || made > 0 else { break }
    }
    position.nextOutput += range.count
  }

  /// Input samples, turned about the first and the last one beyond them.
  private func input(_ range: Range<Int>, _ stretch: Int) throws -> [Double] {
    let samples = plan.stretches[stretch].input
    guard !samples.isEmpty else { return [Double](repeating: 0, count: range.count) }
    let last = samples.count - 1
    // A stretch shorter than its continuation is continued by its far end's image.
    func mirrored(_ index: Int) -> Int {
      min(max(index < 0 ? -index : index > last ? 2 * last - index : index, 0), last)
    }
    var touched = [mirrored(range.lowerBound), mirrored(range.upperBound - 1)]
    if range.lowerBound < 0 { touched.append(0) }
    if range.upperBound - 1 > last { touched.append(last) }
    let (lower, upper) = (touched.min() ?? 0, touched.max() ?? last)
    var stored = [Double](repeating: 0, count: upper - lower + 1)
    var span = stored.mutableSpan
    try source.readPhysical(signal: plan.signal, from: samples.lowerBound + lower, into: &span)
    return range.map { index in
      let value = stored[mirrored(index) - lower]
      if index < 0 { return 2 * stored[-lower] - value }
      if index > last { return 2 * stored[last - lower] - value }
      return value
    }
  }
}
