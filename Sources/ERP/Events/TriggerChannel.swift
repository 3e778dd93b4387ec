import EEGCore

/// A signal whose digital values are trigger codes, such as BioSemi's `Status`.
struct TriggerChannel {
  /// Index into the recording's signals.
  let signal: Int
  /// Bits that count.
  let mask: Int

  /// Samples read at a time.
  private static let blockLength = 1 << 16

  /// Finds the channel: the named one, else the first of kind ``SignalKind/status``.
  ///
  /// - Throws: ``ERPError``, codes `noTriggerChannel`, `unknownChannel`, `ambiguousChannel`, and `invalidSettings` for a
  ///   mask that keeps no bit or more than 24.
  init(in recording: Recording, label: String?, mask: Int) throws {
    guard (1...0xFF_FFFF).contains(mask) else {
      throw ERPError(
        code: .invalidSettings, message: "the trigger mask \(mask) must lie between 1 and 16777215 (0xFFFFFF)")
    }
    self.mask = mask
    if let label {
      signal = try ChannelNames(recording.signals.map(\.label)).signal(named: label)
    } else if let status = recording.signals.firstIndex(where: { $0.kind == .status }) {
      signal = status
    } else {
      throw ERPError(
        code: .noTriggerChannel,
        message: "the recording has no trigger channel (a signal called Status or Trigger); name the channel")
    }
  }

  /// Every rise of the masked code, as an annotation whose text is the new code in decimal.
  ///
  /// The rule is MNE-Python's `find_events` with its defaults: a code counts where it is larger than the sample before,
  /// so that a step from one code to a larger one counts and a return to a smaller one does not. The first sample of a
  /// stretch is no event, whatever its code.
  ///
  /// - Throws: ``RecordingError`` when the signal has no digital samples; the source's own errors.
  func annotations(in recording: Recording) throws -> [Annotation] {
    let index = recording.segmentIndex(ofSignal: signal)
    var found: [Annotation] = []
    for (segment, range) in zip(index.segments, index.sampleRanges) {
      var previous: Int?
      for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.blockLength) {
        let block = start..<min(start + Self.blockLength, range.upperBound)
        for (offset, value) in try recording.digital(signal: signal, samples: block).enumerated() {
          // 24-bit samples arrive sign-extended; the mask takes the extension away.
          let code = Int(value) & mask
          if let previous, code > previous {
            let onset = segment.onset + Double(start + offset - range.lowerBound) / index.rate
            found.append(Annotation(onset: onset, text: String(code)))
          }
          previous = code
        }
      }
    }
    return found
  }
}
