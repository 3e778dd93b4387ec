import EEGCore
import Foundation

/// From a recording to epochs: filter, reference, cut, baseline, rejection, in one call.
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
  ///   - threads: Number of threads.
  ///   - progress: Called now and then, from any thread but never twice at once, with the part of the work that is done.
  /// - Returns: The kept epochs, shape `[epoch, channel, time]` in volts, and what became of every event.
  /// - Throws: ``ERPError``, see its codes; ``RecordingError`` and the errors of the recording's source.
  public func epochs(
    of recording: Recording, threads: Int = ProcessInfo.processInfo.activeProcessorCount,
    progress: (@Sendable (Double) -> Void)? = nil
  ) throws -> EpochsResult {
    let selection = try ChannelSelection(settings, in: recording)
    let rate = selection.index.rate
    let window = try EpochWindow(settings, rate: rate)
    let finisher = try EpochFinisher(settings, window: window, selection: selection)
    let filter = try settings.filter.map { try FIRFilter($0, rate: rate) }
    let segmentFilter = try filter.map { try SegmentFilter($0, segments: selection.index.sampleRanges) }
    let list = try EventList(
      in: recording, from: settings.eventSource, selecting: settings.events, at: selection.index)
    let placement = EpochPlacement(list.events, window: window, index: selection.index)
    let cutter = EpochCutter(
      recording: recording, signals: selection.signals, placement: placement, threads: threads,
      progress: progress.map(ProgressMeter.init))

    var values = try cutter.emptyEpochs()
    var dropReasons = list.events.indices.map { placement.reasons[$0].map { [$0] } ?? [] }
    let rejections = try values.withUnsafeMutableBufferPointer { buffer in
      let memory = DisjointWriter(buffer)
      try cutter.cut(into: memory, filter: segmentFilter)
      return try cutter.finish(memory, with: finisher)
    }
    for (epoch, reasons) in rejections.enumerated() { dropReasons[placement.events[epoch]] = reasons }
    Self.keep(rejections.indices.filter { rejections[$0].isEmpty }, of: &values, cutter, finisher)

    let dropLog = zip(list.events, dropReasons).map { DropLogEntry(event: $0, reasons: $1) }
    let epochs = Epochs(
      channels: selection.channels, times: window.times, rate: rate / Double(settings.decimation),
      events: dropLog.filter(\.isKept).map(\.event), values: values, dropLog: dropLog)
    return EpochsResult(
      epochs: epochs, conditions: list.conditions, leftOutSignals: selection.leftOut, filter: filter,
      warnings: Self.warnings(list, dropLog, segmentFilter))
  }

  /// Moves the kept epochs together at the front and cuts the rest off.
  private static func keep(_ kept: [Int], of values: inout [Double], _ cutter: EpochCutter, _ finisher: EpochFinisher) {
    let (size, finished) = (cutter.epochSize, finisher.finishedCount)
    values.withUnsafeMutableBufferPointer { buffer in
      for (target, source) in kept.enumerated() where target * finished != source * size {
        // Targets never lie behind their sources, so no value is overwritten before it was moved.
        for place in 0..<finished { buffer[target * finished + place] = buffer[source * size + place] }
      }
    }
    values.removeLast(values.count - kept.count * finished)
  }

  private static func warnings(
    _ list: EventList, _ dropLog: [DropLogEntry], _ filter: SegmentFilter?
  ) -> [ERPWarning] {
    var warnings = list.unmatched.map(ERPWarning.itemFoundNothing)
    for condition in list.conditions {
      let entries = dropLog.filter { $0.event.condition == condition }
      if !entries.contains(where: \.isKept) { warnings.append(.noEpochs(condition: condition, events: entries.count)) }
    }
    let short = filter?.shortSegments.count ?? 0
    return short > 0 ? warnings + [.segmentsShorterThanFilter(short)] : warnings
  }
}
