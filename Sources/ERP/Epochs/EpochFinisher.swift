import EEGCore

/// What is done to an epoch after it was cut: reference, trend, baseline, decimation, and the check for artefacts.
///
/// The order is that of MNE-Python: reference of the continuous recording (equal to that of the epoch, since both are
/// linear), then per epoch trend, baseline, decimation; limits are checked on what is left.
struct EpochFinisher: Sendable {
  private let window: EpochWindow
  private let channels: [Channel]
  private let rowCount: Int
  private let reference: [Int]
  private let detrend: Detrend?
  private let peakToPeakLimit: Double?
  private let flatLimit: Double?

  /// Prepares.
  ///
  /// - Throws: ``ERPError``, code `invalidSettings`, for a limit that is not a positive number.
  init(_ settings: EpochSettings, window: EpochWindow, selection: ChannelSelection) throws {
    for limit in [settings.peakToPeakLimit, settings.flatLimit].compactMap({ $0 }) {
      guard limit.isFinite, limit > 0 else {
        throw ERPError(
          code: .invalidSettings, message: "a limit of \(limit) V is not possible; limits are positive numbers in volts"
        )
      }
    }
    self.window = window
    channels = selection.channels
    rowCount = selection.signals.count
    reference = selection.reference
    detrend = settings.detrend
    peakToPeakLimit = settings.peakToPeakLimit
    flatLimit = settings.flatLimit
  }

  /// Values of a finished epoch: reported channels times kept samples.
  var finishedCount: Int { channels.count * window.kept.count }

  /// The reference at every sample of an epoch; one object a thread.
  final class Scratch {
    fileprivate var means: [Double] = []
  }

  /// Finishes an epoch in place.
  ///
  /// - Parameters:
  ///   - values: Shape `[read signal, sample]` in volts; afterwards the first `finishedCount` values have the shape
  ///     `[channel, kept sample]`.
  ///   - scratch: Of this thread.
  /// - Returns: Why the epoch is to be dropped; empty when it is to be kept.
  func finish(_ values: inout MutableSpan<Double>, _ scratch: Scratch) -> [DropReason] {
    subtractReference(&values, scratch)
    for (row, channel) in channels.enumerated() {
      let places = (row * window.count)..<((row + 1) * window.count)
      if detrend == .linear, channel.kind == .eeg { Self.subtractLine(&values, places) }
      if let baseline = window.baseline { subtractMean(&values, places, over: baseline) }
    }
    keepGrid(&values)
    return reasons(values)
  }

  private func subtractReference(_ values: inout MutableSpan<Double>, _ scratch: Scratch) {
    guard !reference.isEmpty else { return }
    // Taken out of its object, so that the loops need not ask every time whether it is shared.
    var means: [Double] = []
    swap(&means, &scratch.means)
    defer { swap(&means, &scratch.means) }
    means.removeAll(keepingCapacity: true)
    means.append(contentsOf: repeatElement(0, count: window.count))
    var meanSpan = means.mutableSpan
    // The one check that the unchecked places below rest on: all rows, of the reference too, lie inside.
    precondition(values.count == rowCount * window.count, "an epoch holds one row a signal that is read")
    for row in reference {
      let first = row * window.count
      for time in 0..<window.count { meanSpan[unchecked: time] += values[unchecked: first + time] }
    }
    for time in 0..<window.count { meanSpan[unchecked: time] /= Double(reference.count) }
    for (row, channel) in channels.enumerated() where channel.kind == .eeg {
      let first = row * window.count
      for time in 0..<window.count { values[unchecked: first + time] -= meanSpan[unchecked: time] }
    }
  }

  /// Subtracts the straight line of least squares.
  private static func subtractLine(_ values: inout MutableSpan<Double>, _ places: Range<Int>) {
    let middle = Double(places.count - 1) / 2
    var (sum, moment, spread) = (0.0, 0.0, 0.0)
    for (offset, place) in places.enumerated() {
      let distance = Double(offset) - middle
      sum += values[place]
      moment += distance * values[place]
      spread += distance * distance
    }
    let mean = sum / Double(places.count)
    let slope = spread > 0 ? moment / spread : 0
    for (offset, place) in places.enumerated() { values[place] -= mean + slope * (Double(offset) - middle) }
  }

  private func subtractMean(_ values: inout MutableSpan<Double>, _ places: Range<Int>, over baseline: Range<Int>) {
    var sum = 0.0
    for offset in baseline { sum += values[places.lowerBound + offset] }
    let mean = sum / Double(baseline.count)
    for place in places { values[place] -= mean }
  }

  /// Moves the kept samples of the reported channels to the front.
  private func keepGrid(_ values: inout MutableSpan<Double>) {
    guard window.kept.count < window.count else { return }
    var target = 0
    for row in channels.indices {
      for offset in window.kept {
        values[target] = values[row * window.count + offset]
        target += 1
      }
    }
  }

  private func reasons(_ values: borrowing MutableSpan<Double>) -> [DropReason] {
    guard peakToPeakLimit != nil || flatLimit != nil else { return [] }
    var (loud, flat): ([ArtifactFinding.ChannelValue], [ArtifactFinding.ChannelValue]) = ([], [])
    for (row, channel) in channels.enumerated() where channel.kind == .eeg {
      let first = row * window.kept.count
      var (smallest, largest) = (values[first], values[first])
      for place in first..<(first + window.kept.count) {
        smallest = min(smallest, values[place])
        largest = max(largest, values[place])
      }
      let range = largest - smallest
      if let peakToPeakLimit, range > peakToPeakLimit { loud.append(.init(channel: channel.name, value: range)) }
      if let flatLimit, range < flatLimit { flat.append(.init(channel: channel.name, value: range)) }
    }
    let findings = [(ArtifactDetector.peakToPeak, peakToPeakLimit, loud), (.flat, flatLimit, flat)]
    return findings.filter { !$0.2.isEmpty }
      .map { .artifact(ArtifactFinding(detector: $0.0, limit: $0.1 ?? .nan, channels: $0.2)) }
  }
}
