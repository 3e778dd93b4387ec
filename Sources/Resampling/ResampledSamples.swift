import EEGCore

/// Samples of another source at another rate.
struct ResampledSamples: SampleSource {
  private let source: any SampleSource
  private let plans: [ResamplingPlan]
  /// One a signal; nil for those that are not filtered.
  private let streams: [SignalStream?]

  init(source: any SampleSource, plans: [ResamplingPlan]) {
    self.source = source
    self.plans = plans
    streams = plans.map { $0.method == .filter ? SignalStream(source: source, plan: $0) : nil }
  }

  func readDigital(signal: Int, from first: Int, into destination: inout MutableSpan<Int32>) throws {
    let plan = plans[signal]
    guard plan.method != .filter, plan.calibration != nil else {
      throw RecordingError(
        code: .noDigitalSamples, message: "signal \(signal) was resampled and has no digital samples")
    }
    for part in plan.parts(of: first..<(first + destination.count)) {
      try fill(part, of: plan, &destination) { range, values in
        try source.readDigital(signal: plan.signal, from: range, into: &values)
      } isCode: { value in
        // The trigger lines of a BioSemi status; the bits above them tell of the recorder.
        value & 0xFFFF != 0
      }
    }
  }

  func readPhysical(signal: Int, from first: Int, into destination: inout MutableSpan<Double>) throws {
    let plan = plans[signal]
    if let stream = streams[signal] { return try stream.read(from: first, into: &destination) }
    if plan.method == .codes, let calibration = plan.calibration {
      var digital = [Int32](repeating: 0, count: destination.count)
      var span = digital.mutableSpan
      try readDigital(signal: signal, from: first, into: &span)
      for index in digital.indices { destination[index] = calibration.physical(digital[index]) }
      return
    }
    for part in plan.parts(of: first..<(first + destination.count)) {
      try fill(part, of: plan, &destination) { range, values in
        try source.readPhysical(signal: plan.signal, from: range, into: &values)
      } isCode: { value in
        value != 0
      }
    }
  }

  /// Passes stored samples on, or picks one for each new sample.
  private func fill<Value: AdditiveArithmetic & Sendable>(
    _ part: (stretch: Int, samples: Range<Int>, offset: Int), of plan: ResamplingPlan,
    _ destination: inout MutableSpan<Value>, _ read: (Int, inout MutableSpan<Value>) throws -> Void,
    isCode: (Value) -> Bool
  ) throws {
    let input = plan.stretches[part.stretch].input
    guard !input.isEmpty else { return }
    let ratio = plan.method == .none ? 1 : plan.inputRate / plan.outputRate
    /// The first input sample that is nearer to an output sample than to the one before it.
    func boundary(_ output: Int) -> Int {
      let exact = plan.method == .none ? Double(output) : ((Double(output) - 0.5) * ratio - 1e-9).rounded(.up)
      return min(max(0, Int(exact)), input.count)
    }
    // One sample earlier, to see whether the first of the part is a change.
    let first = max(0, min(boundary(part.samples.lowerBound), input.count - 1) - 1)
    let end = max(boundary(part.samples.upperBound), first + 1)
    var values = [Value](repeating: .zero, count: min(end + 1, input.count) - first)
    var span = values.mutableSpan
    try read(input.lowerBound + first, &span)
    for (place, output) in part.samples.enumerated() {
      let bin = boundary(output)..<boundary(output + 1)
      let onset = bin.first { index in
        index > first && isCode(values[index - first]) && values[index - first] != values[index - first - 1]
      }
      // At a higher rate many samples have no input sample of their own: the last one goes on.
      let held = bin.isEmpty ? bin.lowerBound - 1 : Int((Double(output) * ratio).rounded())
      destination[part.offset + place] = values[min(max(0, (onset ?? held) - first), values.count - 1)]
    }
  }
}
