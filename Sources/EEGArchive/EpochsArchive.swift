import EEGCore
import HDF5

/// Epochs as an archive of kind `epochs`; docs/archives.md has the layout.
public enum EpochsArchive {
  /// Writes epochs.
  ///
  /// - Parameters:
  ///   - epochs: What to write.
  ///   - path: Replaced when it exists, and only once the archive is whole.
  ///   - settings: JSON of the settings that made the epochs.
  ///   - compress: Shuffles and deflates the values.
  /// - Throws: ``ArchiveError``, code `notStorable`; `HDF5Error`; `FileOutputError`.
  public static func write(_ epochs: Epochs, to path: String, settings: String, compress: Bool = false) throws {
    let file = try ArchiveKind.epochs.create(path, settings: settings)
    try ChannelTable(channels: epochs.channels, times: epochs.times, rate: epochs.rate).write(to: file)
    try writeEpochs(epochs, to: file, compress: compress)
    try DropLogTable.write(epochs.dropLog, to: file)
    try file.commit()
  }

  /// Reads what ``write(_:to:settings:compress:)`` wrote, equal in every bit.
  ///
  /// - Throws: ``ArchiveError``; `HDF5Error`.
  public static func read(_ path: String) throws -> Epochs {
    let file = try ArchiveKind.epochs.open(path)
    return try describingLayout {
      try readEpochs(file, table: ChannelTable(reading: file), dropLog: DropLogTable.read(file))
    }
  }

  /// The group `/epochs`, which archives of evoked potentials may have too.
  static func writeEpochs(_ epochs: Epochs, to file: HDF5File, compress: Bool) throws {
    let group = try file.createGroup("epochs")
    let shape = [epochs.events.count, epochs.channels.count, epochs.times.count]
    try group.write(
      epochs.values, to: "data", shape: shape, unit: "V", axes: "epoch,channel,time",
      storage: compress ? .compressed() : .automatic)
    try EventTable.write(epochs.events, to: group)
  }

  static func readEpochs(_ file: HDF5File, table: ChannelTable, dropLog: [DropLogEntry]) throws -> Epochs {
    let group = try file.group("epochs")
    let events = try EventTable.read(group)
    let values: [Double] = try group.readArray(
      "data", shape: [events.count, table.channels.count, table.times.count])
    return Epochs(
      channels: table.channels, times: table.times, rate: table.rate, events: events, values: values,
      dropLog: dropLog)
  }
}
