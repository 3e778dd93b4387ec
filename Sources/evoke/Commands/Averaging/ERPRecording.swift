import EEGCore
import ERP
import Foundation
import Resampling

/// A recording with all that is known about it: events from tables, and the sidecars of a BIDS dataset.
struct ERPRecording {
  let recording: Recording
  /// Labels of channels that a sidecar calls bad.
  let badChannels: [String]
  /// What was found beside the file, and what did not fit, in words.
  let notes: [String]

  /// Completes a recording.
  ///
  /// - Parameters:
  ///   - path: Of the recording; sidecars lie beside it.
  ///   - readsSidecars: False to leave BIDS's tables alone.
  ///   - rate: New sampling rate [Hz]; nil for none.
  /// - Throws: The errors of tables that cannot be read, and of resampling.
  init(
    _ original: Recording, path: String, options: EventOptions, readsSidecars: Bool, resampledTo rate: Double?
  ) throws {
    var recording = original
    var notes: [String] = []
    var table = options.eventsTable
    var bad: [String] = []
    if readsSidecars {
      let description = try BIDSDescription(ofRecordingAt: path)
      let applied = description.apply(to: recording)
      recording = applied.recording
      bad = applied.badChannels
      func name(_ path: String) -> String { (path as NSString).lastPathComponent }
      if let channels = description.sidecars.channels {
        notes.append(
          "\(name(channels)): kinds and units" + (bad.isEmpty ? "" : "; bad: \(bad.joined(separator: ", "))"))
      }
      if let electrodes = description.sidecars.electrodes.first {
        let count = recording.signals.count { $0.position != nil }
        notes.append("\(name(electrodes.table)): positions of \(count) channels")
      }
      notes += applied.notes
      if let events = description.sidecars.events, table == nil, options.statusMask == nil { table = events }
    }
    let query = try options.query()
    if let table {
      let events = try EventTable(path: table, conditionColumn: options.conditionColumn, where: query)
      let left = query == nil ? "" : ", \(events.unselectedCount) rows not selected"
      notes.append(
        "\((table as NSString).lastPathComponent): \(Formatting.count(events.annotations.count, "event"))\(left)")
      if !events.skippedLines.isEmpty {
        notes.append(
          "\(Formatting.count(events.skippedLines.count, "row")) of it without an onset or a condition left out")
      }
      // Marks of bad data stay: a table of events says nothing of them.
      recording.annotations =
        recording.annotations.filter(\.isBad) + events.annotations
    } else if query != nil || options.conditionColumn != nil {
      throw usageError(
        "--where and --condition-column need a table of events: --events-table, or BIDS's beside the file")
    }
    self.recording = try rate.map { try recording.resampled(to: $0) } ?? recording
    badChannels = bad
    self.notes = notes
  }
}
