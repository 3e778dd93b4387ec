import EEGCore

/// The electrodes that people ask for by the name of a montage or of a file (`--montage`).
public struct Montage: Hashable, Sendable {
  /// The standard montage's name, or the file's path.
  public let name: String
  /// In the order of the montage.
  public let electrodes: [Electrode]
  /// What had to be guessed of a file, one sentence each.
  public let notes: [String]

  /// A standard montage when the text is the name of one, else a file.
  ///
  /// - Throws: ``ERPError``, code `invalidTable`, for a text that is neither and as ``ElectrodeFile/init(path:)``.
  public init(_ nameOrPath: String) throws {
    if let standard = try? StandardMontage.named(nameOrPath) {
      (name, electrodes, notes) = (standard.name, standard.electrodes, [])
      return
    }
    guard nameOrPath.contains(".") || nameOrPath.contains("/") else {
      let extensions = ElectrodeFile.fileExtensions.map { ".\($0)" }.joined(separator: ", ")
      throw ERPError(
        code: .invalidTable,
        message: "there is no montage '\(nameOrPath)'; use \(StandardMontage.names.joined(separator: ", ")) or a file "
          + "that ends in \(extensions)")
    }
    let file = try ElectrodeFile(path: nameOrPath)
    (name, electrodes, notes) = (nameOrPath, file.electrodes, file.notes)
  }

  /// The electrodes as channels.
  public var channels: [Channel] { electrodes.map { Channel(name: $0.name, position: $0.position) } }
}
