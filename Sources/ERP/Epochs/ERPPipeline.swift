import EEGCore
import Foundation

/// From a recording to epochs: bad channels, filter, reference, cut, eye movements, baseline, rejection, in one call.
///
/// Results are equal to MNE-Python's for the same steps (docs/erp.md has the conventions), and do not depend on the
/// number of threads. Memory holds the epochs and a few blocks of the recording, never the whole of it.
public struct ERPPipeline: Sendable {
  /// What to do.
  public var settings: EpochSettings

  /// A pipeline with the given settings.
  public init(_ settings: EpochSettings) { self.settings = settings }

  /// Cuts the epochs of a recording.
  ///
  /// - Parameters:
  ///   - recording: Its samples are read from several threads.
  ///   - keepsDropped: Also returns the epochs that were dropped for artifacts, for a look at them.
  ///   - threads: Number of threads.
  ///   - progress: Called now and then, from any thread but never twice at once, with the part of the work that is done.
  /// - Returns: The kept epochs, shape `[epoch, channel, time]` in volts, and what became of every event.
  /// - Throws: ``ERPError``, see its codes; ``RecordingError`` and the errors of the recording's source.
  public func epochs(
    of recording: Recording, keepsDropped: Bool = false, threads: Int = ProcessInfo.processInfo.activeProcessorCount,
    progress: (@Sendable (Double) -> Void)? = nil
  ) throws -> EpochsResult {
    var recording = recording
    for signal in try ChannelNames(recording.signals.map(\.label)).signals(named: settings.eogChannels) {
      recording.signals[signal].kind = .eog
    }
    // What has not been looked at cannot tell how long the rest takes: the search for bad channels is half of the work.
    let searchShare = settings.badChannelDetection == nil ? 0 : 0.4
    let badChannels = try findBadChannels(recording, threads: threads) { progress?(searchShare * $0) }
    let selection = try ChannelSelection(settings, in: recording, detected: badChannels?.badChannels ?? [])
    let rate = selection.index.rate
    let window = try EpochWindow(settings, rate: rate)
    let finisher = try EpochFinisher(settings, window: window, selection: selection)
    let filter = try settings.filter.map { try ContinuousFilter($0, rate: rate) }
    let list = try EventList(
      in: recording, from: settings.eventSource, selecting: settings.events, at: selection.index)
    let stretches = selection.index.stretches(without: list.badSpans, splitBy: recording.annotations)
    let prepared = try filter.map { try PreparedFilter($0, segments: stretches) }
    let placement = EpochPlacement(list, window: window, index: selection.index)
    let cutter = EpochCutter(
      recording: recording, selection: selection, placement: placement, threads: threads,
      progress: progress.map { report in ProgressMeter { report(searchShare + (1 - searchShare) * $0) } })

    var values = try cutter.emptyEpochs()
    try values.withUnsafeMutableBufferPointer { buffer in
      let memory = DisjointWriter(buffer)
      try cutter.cut(into: memory, filter: prepared)
      _ = try cutter.forEachEpoch(in: memory, size: cutter.epochSize, makeScratch: finisher.makeScratch) {
        finisher.derive(&$0, $1)
      }
    }
    var size = cutter.epochSize
    let regression = try settings.eogRegression.map { regression in
      Self.keep(Array(placement.events.indices), of: &values, size: size, first: finisher.derivedCount)
      size = finisher.derivedCount
      let events = placement.events.map { list.events[$0] }
      return try Self.correct(&values, regression, selection, window, events: events, rate: rate)
    }
    let verdicts = try values.withUnsafeMutableBufferPointer { buffer in
      try cutter.forEachEpoch(in: DisjointWriter(buffer), size: size, makeScratch: finisher.makeScratch) {
        finisher.finish(&$0, $1)
      }
    }
    let kept = verdicts.indices.filter { verdicts[$0].dropped.isEmpty }
    let dropped = verdicts.indices.filter { keepsDropped && !verdicts[$0].dropped.isEmpty }
    let droppedValues = dropped.flatMap { values[($0 * size)..<($0 * size + finisher.finishedCount)] }
    Self.keep(kept, of: &values, size: size, first: finisher.finishedCount)

    var dropLog = list.events.indices.map { number in
      DropLogEntry(event: list.events[number], reasons: placement.reasons[number].map { [$0] } ?? [])
    }
    for (epoch, verdict) in verdicts.enumerated() {
      dropLog[placement.events[epoch]].reasons = verdict.dropped.map { .artifact($0) }
      dropLog[placement.events[epoch]].rejectedChannels = verdict.rejectedChannels
    }
    var epochs = Epochs(
      channels: selection.channels, times: window.times, rate: rate / Double(settings.decimation),
      events: dropLog.filter(\.isKept).map(\.event), values: values, dropLog: dropLog)
    var artifacts = epochs
    artifacts.events = dropped.map { list.events[placement.events[$0]] }
    artifacts.dropLog = dropped.map { dropLog[placement.events[$0]] }
    artifacts.values = droppedValues
    if let equalization = settings.equalization { epochs = try epochs.equalized(equalization) }
    let overlap = EpochOverlap(epochs.events, samplesPerEpoch: window.count)
    return EpochsResult(
      epochs: epochs, droppedEpochs: keepsDropped ? artifacts : nil, conditions: list.conditions,
      leftOutSignals: selection.leftOut, filter: filter,
      badChannels: badChannels?.findings ?? [], interpolatedChannels: selection.interpolated, eogRegression: regression,
      overlap: overlap, warnings: Self.warnings(list, epochs.dropLog, prepared, overlap))
  }

  private func findBadChannels(
    _ recording: Recording, threads: Int, progress: @escaping @Sendable (Double) -> Void
  ) throws -> BadChannelReport? {
    guard let detection = settings.badChannelDetection else { return nil }
    return try BadChannelDetector(detection).report(on: recording, threads: threads, progress: progress)
  }

  /// Takes the eyes' movements out of all epochs.
  ///
  /// - Parameter values: Shape `[epoch, output, sample]`.
  private static func correct(
    _ values: inout [Double], _ settings: EOGRegressionSettings, _ selection: ChannelSelection, _ window: EpochWindow,
    events: [Event], rate: Double
  ) throws -> EOGRegression {
    var epochs = Epochs(
      channels: selection.outputs, times: (0..<window.count).map { Double(window.first + $0) / rate }, rate: rate,
      events: events, values: values, dropLog: [])
    // The only copy again, so that the correction works in place.
    values = []
    let regression = try EOGRegression(fitting: epochs, settings)
    try regression.apply(to: &epochs)
    values = epochs.values
    return regression
  }

  /// Moves the first values of some epochs together at the front, and cuts the rest off.
  private static func keep(_ kept: [Int], of values: inout [Double], size: Int, first count: Int) {
    values.withUnsafeMutableBufferPointer { buffer in
      for (target, source) in kept.enumerated() where target * count != source * size {
        // Targets never lie behind their sources, so no value is overwritten before it was moved.
        for place in 0..<count { buffer[target * count + place] = buffer[source * size + place] }
      }
    }
    values.removeLast(values.count - kept.count * count)
  }

  private static func warnings(
    _ list: EventList, _ dropLog: [DropLogEntry], _ filter: PreparedFilter?, _ overlap: EpochOverlap
  ) -> [ERPWarning] {
    var warnings = list.unmatched.map(ERPWarning.itemFoundNothing)
    for condition in list.conditions {
      let entries = dropLog.filter { $0.event.condition == condition }
      if !entries.contains(where: \.isKept) { warnings.append(.noEpochs(condition: condition, events: entries.count)) }
    }
    let short = filter?.shortSegments.count ?? 0
    if short > 0 { warnings.append(.segmentsShorterThanFilter(short)) }
    if overlap.pairs > 0 { warnings.append(.overlappingEpochs(overlap)) }
    return warnings
  }
}
