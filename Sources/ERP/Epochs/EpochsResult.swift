import EEGCore

/// Epochs and what there is to know about how they came about.
public struct EpochsResult: Sendable {
  /// The kept epochs; their `dropLog` has every selected event.
  public var epochs: Epochs
  /// The epochs that were dropped for artifacts, when they were asked for; their `dropLog` has one entry each.
  public var droppedEpochs: Epochs?
  /// Conditions in the order of the selection, then of first appearance, also those without a kept epoch.
  public var conditions: [String]
  /// Signals that were not epoched, and why; empty when channels were named.
  public var leftOutSignals: [LeftOutSignal]
  /// The filter that was applied.
  public var filter: ContinuousFilter?
  /// Bad channels that were found, and why, in the recording's order.
  public var badChannels: [BadChannelFinding]
  /// Bad channels, named or found, whose values come from the others now.
  public var interpolatedChannels: [String]
  /// How the eyes' movements reach the channels, when they were taken out.
  public var eogRegression: EOGRegression?
  /// Kept epochs that share samples.
  public var overlap: EpochOverlap
  /// What a reader of the result should know.
  public var warnings: [ERPWarning]
}

/// Something that does not stop the work but should be read.
public enum ERPWarning: Hashable, Sendable, CustomStringConvertible {
  /// A condition has no epoch, because there was no such event or all of the given number were dropped.
  case noEpochs(condition: String, events: Int)
  /// An item of the event selection found nothing.
  case itemFoundNothing(String)
  /// So many stretches without a gap are shorter than the filter and distorted by it.
  case segmentsShorterThanFilter(Int)
  /// Kept epochs share samples with each other.
  case overlappingEpochs(EpochOverlap)
  /// Channels that not all evoked potentials of a grand average have; they were left out.
  case channelsNotInAll([String])
  /// A condition that only so many of the files of a grand average have.
  case conditionNotInAll(condition: String, files: Int, of: Int)

  /// In words.
  public var description: String {
    switch self {
    case .noEpochs(let condition, 0): "condition '\(condition)' has no event"
    case .noEpochs(let condition, let events): "condition '\(condition)' has no epoch: all \(events) were dropped"
    case .itemFoundNothing(let item): "no event matches '\(item)'"
    case .segmentsShorterThanFilter(let count):
      "\(count) stretches between gaps are shorter than the filter; epochs there are distorted"
    case .overlappingEpochs(let overlap):
      "\(overlap.epochs) epochs overlap others (\(overlap.pairs) pairs): responses mix, and standard errors are not exact"
    case .channelsNotInAll(let names):
      "channels left out because not all files have them: " + names.joined(separator: ", ")
    case .conditionNotInAll(let condition, let files, let all):
      "condition '\(condition)' comes from \(files) of \(all) files"
    }
  }
}
