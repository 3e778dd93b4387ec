import EEGCore

extension EEGLABDataset {
  /// What the trials are: with a count each, averages.
  func contentKind() throws -> EEGLABFile.Kind {
    guard kind == .epochs else { return kind }
    return try describingLayout { try eventsAtZero() }.allSatisfy { $0?.count != nil } ? .evoked : .epochs
  }

  /// The averages that the trials are, in volts.
  func evoked() throws -> EvokedSet {
    let trials = try epochs()
    let counts = try eventsAtZero().map { $0?.count ?? 1 }
    let conditions = trials.events.indices.map { index in
      Evoked(
        name: trials.events[index].condition, average: trials.epoch(index), standardError: nil, count: counts[index])
    }
    return EvokedSet(channels: trials.channels, times: trials.times, rate: trials.rate, conditions: conditions)
  }

  /// All epochs, in volts.
  func epochs() throws -> Epochs {
    let scales = try channels.map { channel in
      guard let scale = channel.unit.voltsPerUnit else {
        throw reader.error(
          .unsupported, "chanlocs",
          "channel '\(channel.channel.name)' has unit '\(channel.unit)'; epochs are read in volts")
      }
      return scale
    }
    // Before anything of the size that the file claims: reading checks it.
    let block = try storedSamples().readAll(rows: trialCount * pointCount, columns: channels.count)
    let events = try epochEvents()
    var values: [Double] = []
    values.reserveCapacity(trialCount * pointCount * channels.count)
    for trial in 0..<trialCount {
      let rows = (trial * pointCount)..<((trial + 1) * pointCount)
      for channel in channels.indices {
        for row in rows { values.append(block[row, channel] * scales[channel]) }
      }
    }
    return Epochs(
      channels: channels.map(\.channel), times: times, rate: rate, events: events, values: values,
      dropLog: events.map { DropLogEntry(event: $0, reasons: []) })
  }

  /// Times of a trial's samples [s], on the grid of the rate when `xmin` is as good as on it.
  private var times: [Double] {
    let first = firstTime * rate
    let isOnGrid = abs(first - first.rounded()) < 1e-6
    return (0..<pointCount).map { index in
      isOnGrid ? (first.rounded() + Double(index)) / rate : firstTime + Double(index) / rate
    }
  }

  /// The event at time zero of each trial; where there is none, the nearest of the trial.
  private func eventsAtZero() throws -> [EEGLABEvent?] {
    var nearest = [(distance: Double, event: EEGLABEvent)?](repeating: nil, count: trialCount)
    let zero = (-firstTime * rate).rounded()
    for event in try EEGLABEvent.read(reader) {
      // Events between two trials count as the later one's.
      let trial = event.epoch.map { Double($0 - 1) } ?? ((event.latency - 1) / Double(pointCount)).rounded(.down)
      guard trial >= 0, trial < Double(trialCount) else { continue }
      let distance = abs(event.latency - 1 - (trial * Double(pointCount) + zero))
      if let other = nearest[Int(trial)], other.distance <= distance { continue }
      nearest[Int(trial)] = (distance, event)
    }
    return nearest.map { $0?.event }
  }

  private func epochEvents() throws -> [Event] {
    let zero = (-firstTime * rate).rounded()
    return try eventsAtZero().enumerated().map { trial, found in
      guard let event = found else {
        // MNE-Python's name for it.
        let sample = Double(trial * pointCount) + zero
        return Event(sample: Int(exactly: max(0, sample)), onset: sample / rate, condition: "unknown")
      }
      let position = event.latency - 1
      let isOriginal = event.onset != nil
      return Event(
        sample: isOriginal ? event.sample : Int(exactly: max(0, position.rounded())),
        onset: event.onset ?? position / rate, condition: event.type)
    }
  }
}
