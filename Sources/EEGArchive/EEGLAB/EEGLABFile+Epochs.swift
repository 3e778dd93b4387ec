import EEGCore

extension EEGLABFile {
  /// Writes epochs in microvolts.
  ///
  /// One epoch is written like a recording of one trial, because MNE-Python reads epochs from two on.
  ///
  /// - Parameters:
  ///   - epochs: What to write; the drop log is not kept.
  ///   - path: Replaced when it exists, and only once the file is whole.
  ///   - precision: How samples are stored.
  /// - Throws: ``ArchiveError``, code `notStorable`, when there is no value; `HDF5Error`; `FileOutputError`.
  public static func write(epochs: Epochs, to path: String, precision: Precision = .double) throws {
    let events = epochs.events.map { event in
      EEGLABEvent(type: event.condition, latency: 0, sample: event.sample, onset: event.onset)
    }
    try write(
      trials: events, channels: epochs.channels, times: epochs.times, rate: epochs.rate, to: path,
      precision: precision
    ) { epochs.epoch($0) }
  }

  /// Writes evoked potentials in microvolts, one trial a condition, whose event is of the condition's name.
  ///
  /// One condition is written like a recording of one trial, because MNE-Python reads epochs from two on.
  ///
  /// - Parameters:
  ///   - evoked: What to write; standard errors, the method and the drop log are not kept.
  ///   - path: Replaced when it exists, and only once the file is whole.
  ///   - precision: How samples are stored.
  /// - Throws: ``ArchiveError``, code `notStorable`, when there is no value; `HDF5Error`; `FileOutputError`.
  public static func write(evoked: EvokedSet, to path: String, precision: Precision = .double) throws {
    let events = evoked.conditions.map { EEGLABEvent(type: $0.name, latency: 0, count: $0.count) }
    try write(
      trials: events, channels: evoked.channels, times: evoked.times, rate: evoked.rate, to: path,
      precision: precision
    ) { evoked.conditions[$0].average }
  }

  /// - Parameter values: One trial, shape [channel, time], volts.
  private static func write(
    trials: [EEGLABEvent], channels: [Channel], times: [Double], rate: Double, to path: String, precision: Precision,
    values: (Int) -> Matrix
  ) throws {
    guard let firstTime = times.first, !trials.isEmpty, !channels.isEmpty else {
      throw ArchiveError(.notStorable, path: path, "a .set file needs samples, and there are none")
    }
    guard rate.isFinite, rate > 0, firstTime.isFinite else {
      throw ArchiveError(.notStorable, path: path, "a sampling rate of \(rate) Hz from \(firstTime) s is none")
    }
    let writer = try EEGLABWriter(
      creating: path, rate: rate, pointCount: times.count, trialCount: trials.count, times: times,
      channels: channels.map { EEGLABChannel(channel: $0, unit: .microvolts) }, precision: precision)

    // Within the trial even when time zero is not: EEGLAB removes events outside the data.
    let zero = min(max(0, (-firstTime * rate).rounded()), Double(times.count - 1))
    var events = trials
    for trial in trials.indices {
      events[trial].latency = Double(trial * times.count) + zero + 1
      events[trial].epoch = trial + 1
    }
    try EEGLABEvent.write(events, to: writer.eeg, with: writer.matlab)
    try writer.matlab.writeStructArray(
      [
        ("event", trials.indices.map { .number(Double($0 + 1)) }),
        ("eventtype", trials.map { .text($0.type) }),
        // Milliseconds from time zero.
        ("eventlatency", trials.map { _ in .number((firstTime + zero / rate) * 1000) }),
      ], to: "epoch", in: writer.eeg)
    try EEGLABExtras.write(start: nil, annotations: [], to: writer.eeg, with: writer.matlab)

    let scales = channels.map { _ in 1e6 }
    for trial in trials.indices {
      let matrix = values(trial)
      let rows = channels.indices.map { matrix[row: $0] }
      let isOnly = trials.count == 1
      try writer.write(
        interleaved(rows, scales: scales), at: (isOnly ? [] : [trial]) + [0, 0],
        count: (isOnly ? [] : [1]) + [times.count, channels.count])
    }
    try writer.matlab.file.commit()
  }
}
