import EEGCore
import HDF5

/// Evoked potentials as an archive of kind `evoked`; docs/archives.md has the layout.
public enum EvokedArchive {
  /// Writes evoked potentials, and the epochs behind them when they are given.
  ///
  /// - Parameters:
  ///   - evoked: What to write.
  ///   - epochs: Of the same channels, times, rate and drop log.
  ///   - path: Replaced when it exists, and only once the archive is whole.
  ///   - settings: JSON of the settings that made the averages.
  ///   - compress: Shuffles and deflates the values.
  /// - Throws: ``ArchiveError``, code `notStorable`; `HDF5Error`; `FileOutputError`.
  public static func write(
    _ evoked: EvokedSet, epochs: Epochs? = nil, to path: String, settings: String, compress: Bool = false
  ) throws {
    let table = ChannelTable(channels: evoked.channels, times: evoked.times, rate: evoked.rate)
    if let epochs {
      guard ChannelTable(channels: epochs.channels, times: epochs.times, rate: epochs.rate) == table,
        epochs.dropLog == evoked.dropLog
      else {
        throw ArchiveError(
          .notStorable, path: path, object: "/epochs",
          "the epochs have other channels, times or events than the averages; write them to an archive of their own")
      }
    }
    let file = try ArchiveKind.evoked.create(path, settings: settings)
    try table.write(to: file)
    try writeConditions(evoked, to: file, storage: compress ? .compressed() : .automatic)
    if let epochs { try EpochsArchive.writeEpochs(epochs, to: file, compress: compress) }
    try DropLogTable.write(evoked.dropLog, to: file)
    try file.commit()
  }

  /// Reads the evoked potentials that ``write(_:epochs:to:settings:compress:)`` wrote, equal in every bit.
  ///
  /// - Throws: ``ArchiveError``; `HDF5Error`.
  public static func read(_ path: String) throws -> EvokedSet {
    let file = try ArchiveKind.evoked.open(path)
    return try describingLayout {
      let table = try ChannelTable(reading: file)
      return EvokedSet(
        channels: table.channels, times: table.times, rate: table.rate,
        conditions: try readConditions(file, table: table), dropLog: try DropLogTable.read(file))
    }
  }

  /// Reads the epochs of an archive of evoked potentials, or nil when it keeps none.
  ///
  /// - Throws: ``ArchiveError``; `HDF5Error`.
  public static func readEpochs(_ path: String) throws -> Epochs? {
    let file = try ArchiveKind.evoked.open(path)
    guard file.exists("epochs") else { return nil }
    return try describingLayout {
      try EpochsArchive.readEpochs(file, table: ChannelTable(reading: file), dropLog: DropLogTable.read(file))
    }
  }

  private static func writeConditions(_ evoked: EvokedSet, to file: HDF5File, storage: HDF5Storage) throws {
    let parent = try file.createGroup("evoked")
    let links = linkNames(evoked.conditions.map(\.name))
    // Links have no order of their own in HDF5.
    try parent.setAttribute("order", links)
    let shape = [evoked.channels.count, evoked.times.count]
    for (link, condition) in zip(links, evoked.conditions) {
      let group = try parent.createGroup(link)
      try group.setAttribute("name", condition.name.storable)
      try group.setAttribute("count", condition.count)
      try group.setAttribute("method", condition.method.rawValue)
      try group.write(
        condition.average.values, to: "average", shape: shape, unit: "V", axes: "channel,time", storage: storage)
      try group.setAttribute("divisor", condition.divisor.rawValue)
      let optional = [
        ("standard_error", condition.standardError), ("noise", condition.noise),
        ("confidence_lower", condition.confidence?.lower), ("confidence_upper", condition.confidence?.upper),
      ]
      for case (let name, let matrix?) in optional {
        guard [matrix.rows, matrix.columns] == shape else {
          throw ArchiveError(.notStorable, group, "average and \(name) differ in shape")
        }
        try group.write(matrix.values, to: name, shape: shape, unit: "V", axes: "channel,time", storage: storage)
      }
      if let confidence = condition.confidence { try group.setAttribute("confidence_level", confidence.level) }
      if let counts = condition.channelCounts {
        try group.write(counts, to: "channel_count", shape: [shape[0]], unit: nil, axes: "channel")
      }
    }
  }

  private static func readConditions(_ file: HDF5File, table: ChannelTable) throws -> [Evoked] {
    let parent = try file.group("evoked")
    let shape = [table.channels.count, table.times.count]
    func matrix(_ group: HDF5Group, _ name: String) throws -> Matrix {
      Matrix(rows: shape[0], columns: shape[1], values: try group.readArray(name, shape: shape))
    }
    return try parent.attributeTexts("order").values.map { link in
      let group = try parent.group(link)
      let method = try group.attributeText("method")
      guard let method = AverageMethod(rawValue: method) else {
        throw ArchiveError(.invalidValue, group, attribute: "method", "'\(method)' is no way to average")
      }
      func optional(_ name: String) throws -> Matrix? { group.exists(name) ? try matrix(group, name) : nil }
      var evoked = Evoked(
        name: try group.attributeText("name"), average: try matrix(group, "average"),
        standardError: try optional("standard_error"), count: try group.attribute("count"), method: method)
      if group.hasAttribute("divisor") {
        let divisor = try group.attributeText("divisor")
        guard let known = VarianceDivisor(rawValue: divisor) else {
          throw ArchiveError(.invalidValue, group, attribute: "divisor", "'\(divisor)' is no divisor of a variance")
        }
        evoked.divisor = known
      }
      evoked.noise = try optional("noise")
      if let lower = try optional("confidence_lower"), let upper = try optional("confidence_upper") {
        evoked.confidence = ConfidenceBand(
          level: try group.attribute("confidence_level"), lower: lower, upper: upper)
      }
      if group.exists("channel_count") {
        evoked.channelCounts = try group.readNumbers("channel_count", count: table.channels.count)
      }
      return evoked
    }
  }
}
