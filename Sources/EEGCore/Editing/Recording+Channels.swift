extension Recording {
  /// A recording of some of the signals, in the order asked for.
  ///
  /// Annotations that belong to certain channels lose those that are left out, and go when none is left.
  ///
  /// - Parameter channels: Labels, or names that mean one: see ``ChannelNames``.
  /// - Throws: ``ChannelNameError``.
  public func selecting(channels: [String]) throws(ChannelNameError) -> Recording {
    let names = ChannelNames(signals.map(\.label))
    var chosen: [Int] = []
    for channel in channels {
      let index = try names.index(of: channel)
      if !chosen.contains(index) { chosen.append(index) }
    }
    return selecting(chosen)
  }

  /// A recording of the signals at some indices, in that order.
  public func selecting(_ chosen: [Int]) -> Recording {
    let kept = chosen.map { signals[$0] }
    let labels = Set(kept.map(\.label))
    var recording = Recording(
      signals: kept, segments: segments, start: start, patientIdentification: patientIdentification,
      recordingIdentification: recordingIdentification,
      source: MappedSamples(source: source, signals: chosen, offsets: chosen.map { _ in 0 }))
    recording.annotations = annotations.compactMap { annotation in
      guard !annotation.channels.isEmpty else { return annotation }
      var copy = annotation
      copy.channels.removeAll { !labels.contains($0) }
      return copy.channels.isEmpty ? nil : copy
    }
    return recording
  }

  /// The same recording with other labels, in its annotations too.
  ///
  /// - Parameter names: New labels by old ones, which are found as ``ChannelNames`` does.
  /// - Throws: ``ChannelNameError``, for an unknown or ambiguous old label, and when two signals would share a new one.
  public func renaming(_ names: [(old: String, new: String)]) throws(ChannelNameError) -> Recording {
    let places = ChannelNames(signals.map(\.label))
    var renamed = self
    var newLabels: [String: String] = [:]
    for (old, new) in names {
      let index = try places.index(of: old)
      newLabels[signals[index].label] = new
      renamed.signals[index].label = new
    }
    let changed = Set(newLabels.values)
    for label in changed where renamed.signals.count(where: { $0.label == label }) > 1 {
      throw ChannelNameError(isAmbiguous: true, message: "two signals would be called '\(label)'; rename one otherwise")
    }
    for place in renamed.annotations.indices {
      renamed.annotations[place].channels = renamed.annotations[place].channels.map { newLabels[$0] ?? $0 }
    }
    return renamed
  }

  /// Labels that mean a standard electrode and are spelled otherwise, with the standard spelling: `Fc5.`, `FC5`.
  public var standardNames: [(old: String, new: String)] {
    zip(signals, StandardElectrodes.positions(for: signals.map(\.label))).compactMap { signal, electrode in
      guard signal.kind == .eeg, let electrode, electrode.name != signal.label else { return nil }
      return (signal.label, electrode.name)
    }
  }
}

/// Samples of some signals of another source, each from a sample number on.
struct MappedSamples: SampleSource {
  let source: any SampleSource
  /// Indices into the other source's signals.
  let signals: [Int]
  /// Number of the first sample of each, in the other source.
  let offsets: [Int]

  func readDigital(signal: Int, from first: Int, into destination: inout MutableSpan<Int32>) throws {
    try source.readDigital(signal: signals[signal], from: offsets[signal] + first, into: &destination)
  }

  func readPhysical(signal: Int, from first: Int, into destination: inout MutableSpan<Double>) throws {
    try source.readPhysical(signal: signals[signal], from: offsets[signal] + first, into: &destination)
  }
}
