import EEGCore
import ParallelLoops
import Synchronization

/// Reads a recording in pieces that fit the memory, filters them, and gathers what channels are judged by.
struct BadChannelScan: Sendable {
  private let recording: Recording
  private let signals: [Int]
  private let settings: BadChannelSettings
  private let threads: Int
  /// Takes out drifts.
  private let highPass: SegmentFilter
  /// Takes out drifts and noise; nil at rates at which there is no noise above.
  private let bandPass: SegmentFilter?
  private let windowSamples: Int
  /// Stretches without gaps and marks of bad data, in pieces of at most so many windows that fit the memory.
  private let pieces: [Range<Int>]

  /// Doubles of a piece, of all channels, drift-free and filtered apart: 32 MiB each.
  private static let pieceSize = 1 << 22

  /// Prepares.
  ///
  /// - Throws: ``ERPError``, codes `signalTooShort` and `tooFewData`.
  init(
    _ recording: Recording, _ selection: ChannelSelection, _ settings: BadChannelSettings, threads: Int
  ) throws {
    self.recording = recording
    signals = selection.signals
    self.settings = settings
    self.threads = threads
    let (index, rate) = (selection.index, selection.index.rate)
    let badSpans = recording.annotations.filter(\.isBad)
    let stretches = index.stretches(without: badSpans, splitBy: recording.annotations)
    highPass = try SegmentFilter(FIRFilter(FilterSettings(low: settings.low), rate: rate), segments: stretches)
    bandPass =
      rate > 2 * settings.high
      ? try SegmentFilter(
        FIRFilter(FilterSettings(low: settings.low, high: settings.high), rate: rate), segments: stretches)
      : nil
    let windowSamples = Int(max(2, min(settings.window * rate, 1e9)))
    self.windowSamples = windowSamples
    let length = max(1, Self.pieceSize / signals.count / windowSamples) * windowSamples
    pieces = Self.usable(stretches, without: badSpans, index).flatMap { stretch in
      stride(from: stretch.lowerBound, to: stretch.upperBound, by: length).map {
        $0..<min($0 + length, stretch.upperBound)
      }
    }
    guard pieces.contains(where: { $0.count >= windowSamples }) else {
      throw ERPError(
        code: .tooFewData,
        message: "no usable stretch of the recording is \(settings.window) s long; shorten the window")
    }
  }

  /// Stretches without the samples that annotations mark as bad.
  private static func usable(_ stretches: [Range<Int>], without badSpans: [Annotation], _ index: SegmentIndex)
    -> [Range<Int>]
  {
    var usable = stretches
    for span in badSpans {
      let bad = index.samples(in: span.onset..<(span.onset + max(0, span.duration ?? 0)))
      guard !bad.isEmpty else { continue }
      usable = usable.flatMap { stretch in
        [
          stretch.clamped(to: 0..<bad.lowerBound),
          stretch.clamped(to: bad.upperBound..<max(bad.upperBound, stretch.upperBound)),
        ]
      }
    }
    return usable.filter { !$0.isEmpty }
  }

  /// What is gathered of one channel; several threads take turns.
  final class Gatherer: Sendable {
    struct State {
      /// Of the drift-free signal.
      var amplitudes = AmplitudeHistogram()
      /// Of what lies below and above the upper frequency; nil when noise is not looked at.
      var signal: AmplitudeHistogram?
      var noise: AmplitudeHistogram?
      /// Which windows of the piece at hand are flat, and how many were so far.
      var isFlat: [Bool] = []
      var flatWindows = 0
    }
    let state: Mutex<State>

    init(measuresNoise: Bool) {
      var state = State()
      if measuresNoise { (state.signal, state.noise) = (AmplitudeHistogram(), AmplitudeHistogram()) }
      self.state = Mutex(state)
    }
  }

  /// What was gathered of a recording.
  struct Result {
    /// One a signal.
    let gatherers: [Gatherer]
    /// Correlation with the best neighbour, shape `[window, signal]`.
    var correlations: [Double] = []
    /// Places of signals that hold values that are not numbers.
    var nonFinite: Set<Int> = []

    /// Number of windows.
    var windowCount: Int { correlations.count / gatherers.count }
  }

  /// Reads everything once.
  ///
  /// - Throws: The errors of the recording's source.
  func run(progress: ProgressMeter?) throws -> Result {
    let measuresNoise = settings.noiseLimit != nil && bandPass != nil
    var result = Result(gatherers: signals.map { _ in Gatherer(measuresNoise: measuresNoise) })
    let longest = pieces.map(\.count).max() ?? 0
    var driftFree = [Double](repeating: 0, count: signals.count * longest)
    var filtered = bandPass == nil ? [] : driftFree
    let all = Double(pieces.reduce(0) { $0 + $1.count })
    for piece in pieces {
      try fill(&driftFree, piece, with: highPass, &result.nonFinite)
      if let bandPass { try fill(&filtered, piece, with: bandPass, &result.nonFinite) }
      let (raw, narrow) = (driftFree, bandPass == nil ? driftFree : filtered)
      try gather(raw, narrow, piece, result.gatherers, measuresNoise)
      try correlate(narrow, piece.count, &result)
      progress?.advance(by: Double(piece.count) / all)
    }
    return result
  }

  /// Fills a buffer of shape `[signal, sample]` with filtered volts.
  private func fill(
    _ buffer: inout [Double], _ piece: Range<Int>, with filter: SegmentFilter, _ nonFinite: inout Set<Int>
  ) throws {
    let spoiled = Mutex<Set<Int>>([])
    try buffer.withUnsafeMutableBufferPointer { memory in
      let writer = DisjointWriter(memory)
      try filter.run(
        signalCount: signals.count, wanted: { $0.overlaps(piece) }, threads: threads,
        read: { row, first, destination in
          if try readVolts(row, from: first, into: &destination) { spoiled.withLock { _ = $0.insert(row) } }
        },
        write: { row, first, values in
          let range = first..<(first + values.count)
          let shared = range.clamped(to: piece)
          guard !shared.isEmpty else { return }
          writer.write(
            values.extracting((shared.lowerBound - first)..<(shared.upperBound - first)),
            at: row * piece.count + shared.lowerBound - piece.lowerBound)
        })
    }
    nonFinite.formUnion(spoiled.withLock { $0 })
  }

  /// Reads volts, with zeros in place of values that are not numbers; true when there are such.
  private func readVolts(_ row: Int, from first: Int, into destination: inout MutableSpan<Double>) throws -> Bool {
    let signal = recording.signals[signals[row]]
    guard let scale = signal.voltsPerUnit else { preconditionFailure("only voltages are selected") }
    try recording.source.readPhysical(signal: signals[row], from: first, into: &destination)
    for place in 0..<destination.count { destination[place] *= scale }
    guard !signal.encoding.isDigital else { return false }
    var isSpoiled = false
    for place in 0..<destination.count where !destination[place].isFinite {
      destination[place] = 0
      isSpoiled = true
    }
    return isSpoiled
  }

  private func gather(
    _ driftFree: [Double], _ filtered: [Double], _ piece: Range<Int>, _ gatherers: [Gatherer], _ measuresNoise: Bool
  ) throws {
    let count = piece.count
    try parallelFor(signals.count, threads: threads) {
      WindowBuffer(count: windowSamples)
    } body: { row, buffer in
      let isFlat = try flatWindows(row, piece, buffer)
      gatherers[row].state.withLock { state in
        state.isFlat = isFlat
        state.flatWindows += isFlat.count { $0 }
        for place in (row * count)..<((row + 1) * count) {
          state.amplitudes.add(driftFree[place])
          guard measuresNoise else { continue }
          state.signal?.add(filtered[place])
          state.noise?.add(driftFree[place] - filtered[place])
        }
      }
    }
  }

  /// Samples of one channel and window; one object a thread.
  private final class WindowBuffer {
    var values: [Double]

    init(count: Int) { values = [Double](repeating: 0, count: count) }
  }

  /// Which windows of a piece are flat, before any filter: its ringing would hide short dropouts.
  private func flatWindows(_ row: Int, _ piece: Range<Int>, _ buffer: WindowBuffer) throws -> [Bool] {
    var values: [Double] = []
    swap(&values, &buffer.values)
    defer { swap(&values, &buffer.values) }
    return try (0..<(piece.count / windowSamples)).map { window in
      try values.withUnsafeMutableBufferPointer { memory in
        var span = memory.mutableSpan
        _ = try readVolts(row, from: piece.lowerBound + window * windowSamples, into: &span)
        var sum = 0.0
        for place in 0..<span.count { sum += span[place] }
        let mean = sum / Double(span.count)
        var squares = 0.0
        for place in 0..<span.count { squares += (span[place] - mean) * (span[place] - mean) }
        return (squares / Double(span.count)).squareRoot() < settings.flatLimit
      }
    }
  }

  private func correlate(_ filtered: [Double], _ count: Int, _ result: inout Result) throws {
    let windows = count / windowSamples
    let (signalCount, nonFinite) = (signals.count, result.nonFinite)
    let isFlat = result.gatherers.map { $0.state.withLock { $0.isFlat } }
    let measure = WindowCorrelation(samples: windowSamples)
    let first = result.correlations.count
    result.correlations.append(contentsOf: repeatElement(0, count: windows * signalCount))
    try result.correlations.withUnsafeMutableBufferPointer { memory in
      let writer = DisjointWriter(memory)
      try parallelFor(windows, threads: threads) {
        WindowCorrelation.Scratch()
      } body: { window, scratch in
        let place = first + window * signalCount
        writer.update(place..<(place + signalCount)) { correlations in
          measure.measure(
            filtered.span, first: window * windowSamples, stride: count,
            isUsed: { !nonFinite.contains($0) && !isFlat[$0][window] }, scratch, into: &correlations)
        }
      }
    }
  }
}
