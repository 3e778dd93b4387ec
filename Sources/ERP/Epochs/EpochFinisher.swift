import EEGCore

/// What is done to an epoch after it was cut: interpolation, reference, derivations, trend, baseline, decimation, and the
/// search for artifacts.
///
/// The order is that of MNE-Python: interpolation and reference of the continuous recording (equal to those of the epoch,
/// since all are linear), then per epoch trend, baseline, decimation; artifacts are looked for in what is left.
struct EpochFinisher: Sendable {
  private let window: EpochWindow
  private let selection: ChannelSelection
  private let detrend: Detrend?
  private let detection: ArtifactDetection

  /// Prepares.
  ///
  /// - Throws: ``ERPError``, code `invalidSettings`, for a limit that is not possible; `unknownChannel`.
  init(_ settings: EpochSettings, window: EpochWindow, selection: ChannelSelection) throws {
    self.window = window
    self.selection = selection
    detrend = settings.detrend
    detection = try ArtifactDetection(
      settings.artifacts, channels: selection.outputs, examined: selection.channels.count, times: window.times,
      rate: selection.index.rate / Double(settings.decimation))
  }

  /// Values of a derived epoch: rows in the end times samples.
  var derivedCount: Int { selection.outputs.count * window.count }

  /// Values of a finished epoch: reported channels times kept samples.
  var finishedCount: Int { selection.channels.count * window.kept.count }

  /// Buffers of one thread.
  final class Scratch {
    /// The reference at every sample of an epoch.
    fileprivate var means: [Double] = []
    fileprivate let interpolation: SpatialTransform.Scratch?
    fileprivate let derivation: SpatialTransform.Scratch?
    fileprivate let detection: ArtifactDetection.Scratch

    fileprivate init(_ finisher: EpochFinisher) {
      interpolation = finisher.selection.interpolation.map { SpatialTransform.Scratch(for: $0) }
      derivation = finisher.selection.derivation.map { SpatialTransform.Scratch(for: $0) }
      detection = finisher.detection.makeScratch()
    }
  }

  /// Buffers for a thread.
  func makeScratch() -> Scratch { Scratch(self) }

  /// Interpolates, references, derives and takes out a trend, in place.
  ///
  /// - Parameters:
  ///   - values: Shape `[row, sample]` in volts, of which the first rows were read; afterwards the first `derivedCount`
  ///     values have the shape `[output, sample]`.
  ///   - scratch: Of this thread.
  func derive(_ values: inout MutableSpan<Double>, _ scratch: Scratch) {
    precondition(values.count == selection.rowCount * window.count, "an epoch holds all of its rows")
    if let interpolation = selection.interpolation, let buffer = scratch.interpolation {
      let size = selection.signals.count * window.count
      values.withUnsafeMutableBufferPointer { all in
        var read = all.extracting(0..<size).mutableSpan
        interpolation.apply(inPlace: &read, times: window.count, buffer)
      }
    }
    subtractReference(&values, scratch)
    if let derivation = selection.derivation, let buffer = scratch.derivation {
      derivation.apply(inPlace: &values, times: window.count, buffer)
    }
    guard detrend == .linear else { return }
    for (row, channel) in selection.outputs.enumerated() where channel.kind == .eeg {
      Self.subtractLine(&values, (row * window.count)..<((row + 1) * window.count))
    }
  }

  /// Corrects the baseline, keeps every Nth sample and looks for artifacts, in place.
  ///
  /// - Parameters:
  ///   - values: Its first `derivedCount` values as ``derive(_:_:)`` leaves them; afterwards the first `finishedCount`
  ///     values have the shape `[channel, kept sample]`.
  ///   - scratch: Of this thread.
  func finish(_ values: inout MutableSpan<Double>, _ scratch: Scratch) -> ArtifactVerdict {
    precondition(values.count >= derivedCount, "an epoch holds all of its rows")
    if let baseline = window.baseline {
      for row in selection.outputs.indices {
        Self.subtractMean(&values, (row * window.count)..<((row + 1) * window.count), over: baseline)
      }
    }
    keepGrid(&values)
    return detection.judge(&values, scratch.detection)
  }

  private func subtractReference(_ values: inout MutableSpan<Double>, _ scratch: Scratch) {
    guard !selection.reference.isEmpty else { return }
    // Taken out of its object, so that the loops need not ask every time whether it is shared.
    var means: [Double] = []
    swap(&means, &scratch.means)
    defer { swap(&means, &scratch.means) }
    means.removeAll(keepingCapacity: true)
    means.append(contentsOf: repeatElement(0, count: window.count))
    // All rows, of the reference too, lie inside: that was checked for the epoch as a whole.
    var meanSpan = means.mutableSpan
    for row in selection.reference {
      let first = row * window.count
      for time in 0..<window.count { meanSpan[unchecked: time] += values[unchecked: first + time] }
    }
    for time in 0..<window.count { meanSpan[unchecked: time] /= selection.referenceDivisor }
    for (row, channel) in selection.inputs.enumerated() where channel.kind == .eeg {
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

  private static func subtractMean(_ values: inout MutableSpan<Double>, _ places: Range<Int>, over baseline: Range<Int>)
  {
    var sum = 0.0
    for offset in baseline { sum += values[places.lowerBound + offset] }
    let mean = sum / Double(baseline.count)
    for place in places { values[place] -= mean }
  }

  /// Moves the kept samples of all rows to the front.
  private func keepGrid(_ values: inout MutableSpan<Double>) {
    guard window.kept.count < window.count else { return }
    var target = 0
    for row in selection.outputs.indices {
      for offset in window.kept {
        values[target] = values[row * window.count + offset]
        target += 1
      }
    }
  }
}
