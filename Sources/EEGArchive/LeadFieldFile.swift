import EEGCore
import HDF5

/// A lead field from another program: `/leadfield` [channel, source], `/channels/name`, perhaps `/channels/position_m`.
public enum LeadFieldFile {
  /// Reads a lead field.
  ///
  /// - Parameter path: An HDF5 file.
  /// - Returns: The channels, and gains of shape `[channel, source]` in volts per ampere-metre.
  /// - Throws: ``ArchiveError`` when a dataset is missing, has another shape, or holds a value that is not finite or a name
  ///   that is there already; `HDF5Error`.
  public static func read(_ path: String) throws -> (channels: [Channel], gains: Matrix) {
    let file = try HDF5File(reading: path)
    return try describingLayout {
      let channels = try file.readChannels()
      let gains = try file.readMatrix("leadfield", rows: channels.count, what: "[channel, source]")
      return (channels, gains)
    }
  }
}

/// A spatial covariance from another program: `/covariance` [channel, channel] in V², `/channels/name`.
public enum CovarianceFile {
  /// Reads a covariance.
  ///
  /// - Returns: The channels, and a matrix of shape `[channel, channel]` in V²; nil when the file is not HDF5 or has no
  ///   `/covariance`.
  /// - Throws: ``ArchiveError`` when the names are missing or not different, the shape is another, or a value is not finite;
  ///   `HDF5Error`.
  public static func read(_ path: String) throws -> (channels: [Channel], covariance: Matrix)? {
    guard let file = try? HDF5File(reading: path), file.exists("covariance") else { return nil }
    return try describingLayout {
      let channels = try file.readChannels()
      let covariance = try file.readMatrix("covariance", rows: channels.count, what: "[channel, channel]")
      guard covariance.columns == channels.count else {
        throw ArchiveError(
          .wrongLayout, path: path, object: "/covariance",
          "has \(covariance.columns) columns for \(channels.count) channels")
      }
      return (channels, covariance)
    }
  }
}

extension HDF5File {
  /// Names, and positions where the file has them.
  fileprivate func readChannels() throws -> [Channel] {
    let names = try readTexts("channels/name")
    var known: Set<String> = []
    for name in names where !known.insert(name).inserted {
      throw ArchiveError(
        .wrongLayout, try dataset("channels/name"), "has '\(name)' twice; give every channel a name of its own")
    }
    guard exists("channels/position_m") else { return names.map { Channel(name: $0) } }
    let positions: [Double] = try readArray("channels/position_m", shape: [names.count, 3])
    return names.enumerated().map { row, name in
      let place = positions[(3 * row)..<(3 * row + 3)]
      guard place.allSatisfy(\.isFinite) else { return Channel(name: name) }
      return Channel(
        name: name, position: Position(x: positions[3 * row], y: positions[3 * row + 1], z: positions[3 * row + 2]))
    }
  }

  fileprivate func readMatrix(_ name: String, rows: Int, what: String) throws -> Matrix {
    let dataset = try dataset(name)
    guard dataset.shape.count == 2, dataset.shape[0] == rows, dataset.shape[1] > 0 else {
      throw ArchiveError(
        .wrongLayout, dataset, "has shape \(dataset.shape) where \(what) with \(rows) channels is wanted")
    }
    let values = try dataset.read(Double.self).values
    guard values.allSatisfy(\.isFinite) else {
      throw ArchiveError(.wrongLayout, dataset, "holds a value that is infinite or no number")
    }
    return Matrix(rows: rows, columns: dataset.shape[1], values: values)
  }
}
