import EEGCore
import Synchronization

/// Samples of another source, filtered as they are read.
struct FilteredSamples: SampleSource {
  private let source: any SampleSource
  /// One a signal; nil for those that are passed on as they are.
  private let streams: [FilteredSignal?]

  /// A group of signals of one rate and length, and their filter.
  struct Group: Sendable {
    /// Indices into the source's signals.
    let signals: [Int]
    let filter: PreparedFilter
    let stretches: [Range<Int>]
  }

  /// - Parameters:
  ///   - source: Where the samples come from.
  ///   - signals: Their descriptions.
  ///   - groups: Which are filtered, and how.
  ///   - threads: For the sweeps that an IIR filter needs before the first sample.
  init(source: any SampleSource, signals: [Signal], groups: [Group], threads: Int) {
    self.source = source
    var streams = [FilteredSignal?](repeating: nil, count: signals.count)
    for group in groups {
      let filter = FilterOfGroup(group, source: source, signals: signals, threads: threads)
      for (place, signal) in group.signals.enumerated() { streams[signal] = FilteredSignal(filter, place: place) }
    }
    self.streams = streams
  }

  func readDigital(signal: Int, from first: Int, into destination: inout MutableSpan<Int32>) throws {
    guard streams[signal] == nil else {
      throw RecordingError(
        code: .noDigitalSamples, message: "signal \(signal) was filtered and has no digital samples")
    }
    try source.readDigital(signal: signal, from: first, into: &destination)
  }

  func readPhysical(signal: Int, from first: Int, into destination: inout MutableSpan<Double>) throws {
    guard let stream = streams[signal] else {
      return try source.readPhysical(signal: signal, from: first, into: &destination)
    }
    try stream.read(from: first, into: &destination)
  }
}

/// The filter of some signals, which is started when the first sample is asked for.
private final class FilterOfGroup: Sendable {
  let stretches: [Range<Int>]
  private let group: FilteredSamples.Group
  private let source: any SampleSource
  private let labels: [String]
  private let mayHoldNaN: [Bool]
  private let threads: Int
  private let started = Mutex<(any RandomAccessFilter)?>(nil)

  init(_ group: FilteredSamples.Group, source: any SampleSource, signals: [Signal], threads: Int) {
    self.group = group
    self.source = source
    self.threads = threads
    stretches = group.stretches
    labels = group.signals.map { signals[$0].label }
    mayHoldNaN = group.signals.map { !signals[$0].encoding.isDigital }
  }

  func filter() throws -> any RandomAccessFilter {
    try started.withLock { started in
      if let started { return started }
      let filter = try group.filter.randomAccess(signalCount: group.signals.count, threads: threads) {
        [self] place, first, destination in
        try readSource(place, first, &destination)
      }
      started = filter
      return filter
    }
  }

  /// Samples as they are, in the signal's unit.
  func readSource(_ place: Int, _ first: Int, _ destination: inout MutableSpan<Double>) throws {
    try source.readPhysical(signal: group.signals[place], from: first, into: &destination)
    guard mayHoldNaN[place] else { return }
    for index in 0..<destination.count where !destination[index].isFinite {
      throw ERPError(
        code: .nonFiniteSamples,
        message: "signal '\(labels[place])' holds a value that is not a number at sample \(first + index); "
          + "leave the signal out")
    }
  }
}

/// One filtered signal; keeps the batch of samples that was filtered last, so that reading on costs little.
private final class FilteredSignal: Sendable {
  private let group: FilterOfGroup
  private let place: Int
  private let batch = Mutex<(samples: Range<Int>, values: [Double])>((0..<0, []))

  init(_ group: FilterOfGroup, place: Int) {
    self.group = group
    self.place = place
  }

  func read(from first: Int, into destination: inout MutableSpan<Double>) throws {
    let filter = try group.filter()
    let wanted = first..<(first + destination.count)
    try destination.withUnsafeMutableBufferPointer { destination in
      var done = wanted.lowerBound
      for stretch in group.stretches where stretch.overlaps(wanted) {
        let part = stretch.clamped(to: wanted)
        try readSource(done..<part.lowerBound, into: destination, from: wanted.lowerBound)
        try batch.withLock { batch in
          var next = part.lowerBound
          while next < part.upperBound {
            if !batch.samples.contains(next) { try fill(&batch, around: next, in: stretch, filter) }
            let end = min(part.upperBound, batch.samples.upperBound)
            let target = destination.extracting((next - wanted.lowerBound)..<(end - wanted.lowerBound))
            let places = (next - batch.samples.lowerBound)..<(end - batch.samples.lowerBound)
            batch.values.withUnsafeBufferPointer { _ = target.update(fromContentsOf: $0.extracting(places)) }
            next = end
          }
        }
        done = part.upperBound
      }
      try readSource(done..<wanted.upperBound, into: destination, from: wanted.lowerBound)
    }
  }

  /// What lies between the stretches is passed on as it is.
  private func readSource(
    _ samples: Range<Int>, into destination: UnsafeMutableBufferPointer<Double>, from first: Int
  ) throws {
    guard !samples.isEmpty else { return }
    let places = (samples.lowerBound - first)..<(samples.upperBound - first)
    var span = destination.extracting(places).mutableSpan
    try group.readSource(place, samples.lowerBound, &span)
  }

  /// Filters the batch that holds a sample.
  private func fill(
    _ batch: inout (samples: Range<Int>, values: [Double]), around sample: Int, in stretch: Range<Int>,
    _ filter: any RandomAccessFilter
  ) throws {
    let first = sample - (sample - stretch.lowerBound) % filter.batchLength
    let samples = first..<min(first + filter.batchLength, stretch.upperBound)
    batch.samples = 0..<0
    if batch.values.count != samples.count { batch.values = [Double](repeating: 0, count: samples.count) }
    var span = batch.values.mutableSpan
    try filter.read(place, samples.lowerBound, &span)
    batch.samples = samples
  }
}
