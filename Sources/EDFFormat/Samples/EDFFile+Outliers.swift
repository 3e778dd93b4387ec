import EEGCore

extension EDFFile {
  /// Looks at every sample for values outside the digital limits of its signal.
  ///
  /// - Parameter progress: Told the part of the signals that is done.
  /// - Returns: One deviation for each signal that has some, with their number as `count`.
  /// - Throws: ``EDFError``, code `fileChanged`.
  public func outliers(progress: ((Double) -> Void)? = nil) throws -> [EDFDeviation] {
    try signals.indices.compactMap { index in
      progress?(Double(index) / Double(signals.count))
      let signal = signals[index]
      let stored = header.signals[header.dataSignals[index]]
      guard let lower = signal.calibration.digitalMinimum, let upper = signal.calibration.digitalMaximum else {
        return nil
      }
      let limits = Int32(clamping: min(lower, upper))...Int32(clamping: max(lower, upper))
      var count = 0
      var first = 0
      // Blocks keep memory small for any file.
      for start in stride(from: 0, to: signal.sampleCount, by: 1 << 20) {
        var block = [Int32](repeating: 0, count: min(1 << 20, signal.sampleCount - start))
        var span = block.mutableSpan
        try readDigital(signal: index, from: start, into: &span)
        if count == 0, let place = block.firstIndex(where: { !limits.contains($0) }) { first = start + place }
        count += block.count { !limits.contains($0) }
      }
      guard count > 0 else { return nil }
      let record = first / stored.samplesPerRecord
      let offset =
        header.headerLength + record * header.recordLength + stored.offsetInRecord
        + first % stored.samplesPerRecord * header.variant.bytesPerSample
      return EDFDeviation(
        rule: .samplesWithinLimits, field: "samples of '\(signal.label)'", byteOffset: offset,
        message: "lie outside the digital limits \(limits.lowerBound) to \(limits.upperBound); kept as they are",
        count: count)
    }
  }
}
