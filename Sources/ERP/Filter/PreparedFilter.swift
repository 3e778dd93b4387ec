/// A filter together with the stretches that it is to run over: what a pipeline holds.
struct PreparedFilter: Sendable {
  /// The design.
  let filter: ContinuousFilter
  private let stages: Stages

  private enum Stages: Sendable {
    case fir(SegmentFilter)
    case iir(RecursiveSegmentFilter)
    case both(RecursiveSegmentFilter, SegmentFilter)
  }

  /// Prepares to filter the stretches.
  ///
  /// - Parameters:
  ///   - filter: The design.
  ///   - segments: Stretches without a gap, as ranges of sample numbers.
  /// - Throws: ``ERPError``, code `signalTooShort`, when no stretch is as long as the FIR filter, or one is too short for
  ///   the continuation of the IIR filter.
  init(_ filter: ContinuousFilter, segments: [Range<Int>]) throws {
    self.filter = filter
    let fir = try filter.fir.map { try SegmentFilter($0, segments: segments) }
    // A block of the FIR filter is then made from no more blocks of the IIR filter than there are lanes.
    let blockLength = fir.map { max(1024, $0.blockSize / (SectionLanes.count - 1)) }
    let iir = try filter.iir.map {
      try RecursiveSegmentFilter(
        $0, segments: segments, blockLength: blockLength ?? RecursiveSegmentFilter.usualBlockLength)
    }
    switch (iir, fir) {
    case (let iir?, let fir?): stages = .both(iir, fir)
    case (let iir?, nil): stages = .iir(iir)
    case (nil, let fir?): stages = .fir(fir)
    case (nil, nil): preconditionFailure("a filter has a part")
    }
  }

  /// The stretches where the result is distorted because they are shorter than the filter.
  var shortSegments: [Range<Int>] {
    switch stages {
    case .fir(let fir): fir.shortSegments
    case .iir(let iir): iir.shortSegments
    case .both(let iir, let fir): fir.segments.filter { Set(iir.shortSegments + fir.shortSegments).contains($0) }
    }
  }

  /// Filters many signals, reading and handing on blocks of samples as it goes.
  ///
  /// A signal's result depends neither on the number of threads nor on the signals filtered beside it. An FIR filter reads
  /// what it needs for the wanted blocks. An IIR filter reads stretches that hold a wanted sample as a whole, twice, and
  /// before an FIR filter once more.
  ///
  /// - Parameters:
  ///   - signalCount: Number of signals.
  ///   - wanted: Says whether any sample of a range is needed; blocks that are not are left out.
  ///   - threads: Number of threads.
  ///   - read: Fills the span with samples of a signal from a sample number on. Called from several threads, and only for
  ///     samples inside one stretch.
  ///   - write: Takes filtered samples of a signal from a sample number on. Called from several threads.
  ///   - progress: Told the part of the work that is done.
  /// - Throws: The first error of `read`.
  func run(
    signalCount: Int, wanted: (Range<Int>) -> Bool, threads: Int, read: @escaping SampleReader,
    write: @escaping SampleTaker, progress: ProgressMeter? = nil
  ) throws {
    switch stages {
    case .fir(let fir):
      try fir.run(
        signalCount: signalCount, wanted: wanted, threads: threads, read: read, write: write, progress: progress)
    case .iir(let iir):
      try iir.run(
        signalCount: signalCount, wanted: wanted, threads: threads, read: read, write: write, progress: progress)
    case .both(let iir, let fir):
      let states = try iir.states(signalCount: signalCount, threads: threads, read: read)
      let reader = RecursiveReader(states, segments: iir.segments, read: read)
      try fir.run(
        signalCount: signalCount, wanted: wanted, threads: threads,
        read: { signal, first, destination in try reader.read(signal, first, &destination) }, write: write,
        progress: progress)
    }
  }

  /// Something that filters any samples of the signals, in any order.
  ///
  /// An IIR filter goes twice through all signals for it, which is done here.
  func randomAccess(
    signalCount: Int, threads: Int, read: @escaping SampleReader
  ) throws -> any RandomAccessFilter {
    switch stages {
    case .fir(let fir): return ConvolvingReader(fir, signalCount: signalCount, read: read)
    case .iir(let iir):
      let states = try iir.states(signalCount: signalCount, threads: threads, read: read)
      return RecursiveReader(states, segments: iir.segments, read: read)
    case .both(let iir, let fir):
      let states = try iir.states(signalCount: signalCount, threads: threads, read: read)
      let reader = RecursiveReader(states, segments: iir.segments, read: read)
      return ConvolvingReader(fir, signalCount: signalCount) { signal, first, destination in
        try reader.read(signal, first, &destination)
      }
    }
  }
}

extension ContinuousFilter {
  init(_ fir: FIRFilter) {
    settings = fir.settings
    rate = fir.rate
    iir = nil
    self.fir = fir
  }

  init(_ iir: IIRFilter) {
    settings = iir.settings
    rate = iir.rate
    self.iir = iir
    fir = nil
  }
}
